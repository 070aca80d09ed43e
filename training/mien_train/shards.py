"""Samples that are made once and kept in training/.cache, in shards of some hundred: each a folder of arrays, one per column."""
import numpy as np

from .paths import CACHE


def cached(name, count, columns, make):
    """Makes what is missing of `count` shards; make(i) -> that shard's arrays. -> per shard a list of `columns` memory-mapped arrays"""
    folder, out = CACHE / name, []
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        path = folder / f'{i:03d}'
        if not path.exists():
            unfinished = folder / f'{i:03d}.tmp'
            unfinished.mkdir(exist_ok=True)
            for j, column in enumerate(make(i)):
                np.save(unfinished / f'{j}.npy', column)
            unfinished.rename(path)
            print(f'{name}: shard {i + 1} of {count}', flush=True)
        out.append([np.load(path / f'{j}.npy', mmap_mode='r') for j in range(columns)])
    return out
