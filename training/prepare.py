#!/usr/bin/python3
"""Makes the fusion networks' samples and keeps them in training/.cache:  prepare.py [split=train|val] [samples=N] [pair_share=S]

Can be stopped and started again; it goes on with the next shard.
"""
import sys

from mien_train import config, fuse_cache
from mien_train.memory import keep_freed_memory


def main(words):
    try:
        fuse_cache.make(config.parse(fuse_cache.CacheOptions, words))
    except config.ConfigError as error:
        sys.exit(f'prepare.py: {error}')


if __name__ == '__main__':
    if any(w in ('-h', '--help') for w in sys.argv[1:]):
        sys.exit(__doc__)
    keep_freed_memory()
    main(sys.argv[1:])
