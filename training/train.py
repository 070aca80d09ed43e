#!/usr/bin/python3
"""Trains one network:  train.py NETWORK [key=value ...]      e.g.  train.py mesh samples=1000000 threads=2

Writes training/runs/NAME (checkpoint every ten minutes; the same command again goes on from it). The recipes in recipes/ hold the
exact commands of the shipped weights.
"""
import importlib
import sys

from mien_train import config
from mien_train.memory import keep_freed_memory

TASKS = {'mesh': ('mesh_task', 'MeshOptions'), 'detect': ('detect_task', 'DetectOptions'), 'detect_points': ('detect_points_task', 'DetectPointsOptions'), 'detect_joint': ('detect_joint_task', 'DetectJointOptions'), 'parse': ('parse_task', 'ParseOptions'), 'fuse': ('fuse_task', 'FuseOptions'), 'identity': ('identity_task', 'IdentityOptions'), 'uncover': ('uncover_task', 'UncoverOptions'), 'refine': ('refine_task', 'RefineOptions')}


def main(words):
    if not words or words[0] not in TASKS:
        sys.exit(__doc__ + f"networks: {', '.join(TASKS)}")
    module, options = TASKS[words[0]]
    task = importlib.import_module('mien_train.' + module)
    try:
        task.run(config.parse(getattr(task, options), words[1:]))
    except config.ConfigError as error:
        sys.exit(f'train.py: {error}')


if __name__ == '__main__':
    keep_freed_memory()
    main(sys.argv[1:])
