#!/bin/sh
# Detector, after recipes/detect_points.sh (START: its average.npz, or what ships by `python3 -m mien_train.shipped_weights detect OUT.npz`): everything together,
# with 8 channels instead of 16 behind the first convolution (a quarter of the time). 16,000 composites once (4 minutes of one core, 3.2 GB in
# training/.cache/detect_composites), each seen many times (56 samples a second).
here="$(dirname "$0")/.."
exec "$here/train.py" detect_joint start="${START:-training/runs/detect_points/average.npz}" composites=16000 samples=150000 rate=1e-3 average=0.999 "$@"
