#!/bin/sh
# Region network at half the time, from the large one's answers (TEACHER: its weights, from models/ by `python3 -m mien_train.shipped_weights parse OUT.npz`),
# with scarves and hats. 50 minutes of one core. Not shipped yet: see LOG.md.
here="$(dirname "$0")/.."
exec "$here/train.py" parse network=small name=parse_small teacher="${TEACHER:-$here/runs/shipped/parse_large.npz}" real_glasses=found glasses_share=0.35 batch=16 rate=2.5e-3 samples=80000 "$@"
