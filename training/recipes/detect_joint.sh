#!/bin/sh
# Detector, after recipes/detect_points.sh (START: its average.npz, or what ships by `python3 -m mien_train.shipped_weights detect OUT.npz`): everything together,
# with 8 channels instead of 16 behind the first convolution (a quarter of the time). 16,000 composites once (4 minutes of one core, 3.2 GB in
# training/.cache/detect_composites), each seen many times (56 samples a second).
here="$(dirname "$0")/.."
# Then on 24,000 composites more: on 16,000 alone false alarms came earlier (score 0.74 instead of 0.71 for one in 100 photos).
"$here/train.py" detect_joint start="${START:-training/runs/detect_points/average.npz}" composites=16000 samples=150000 rate=1e-3 average=0.999 || exit 1
exec "$here/train.py" detect_joint name=detect_joint2 start=training/runs/detect_joint/average.npz composites=40000 samples=40000 rate=6e-4 average=0.998 warm_up=100 "$@"
