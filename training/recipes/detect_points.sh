#!/bin/sh
# Detector, after recipes/detect.sh (START: its average.npz): 160 k samples more with weight on the points, then the point branch alone on the features
# of the finished trunk: 16,000 composites once (7 minutes of one core, 2.3 GB in training/.cache/detect_points), each seen many times (250 samples a second).
# What ships: a wider branch (48, 16 and 32 channels), trained the same way on 16,000 composites that are less often hard (400 k samples in 22 minutes, 390 a second alone).
# Before that, the first step ran with another, smaller point branch (commit 59c8f2e), whose trunk the second step took over.
here="$(dirname "$0")/.."
"$here/train.py" detect name=detect_more start="${START:-training/runs/detect/average.npz}" samples=160000 batch=16 rate=1e-3 point_weight=30 hard_share=0.6 || exit 1
exec "$here/train.py" detect_points name=detect_points start=training/runs/detect_more/average.npz composites=16000 samples=400000 hard_share=0.3 average=0.9993 "$@"
