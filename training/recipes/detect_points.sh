#!/bin/sh
# Detector, second run: from the first run's weights, with a branch of its own for the points. START: average.npz of recipes/detect.sh.
exec "$(dirname "$0")/../train.py" detect name=detect_points start="${START:-training/runs/detect/average.npz}" samples=160000 batch=16 rate=1e-3 point_weight=30 hard_share=0.6 "$@"
