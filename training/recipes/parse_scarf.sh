#!/bin/sh
# Region network, fourth round, from the third round's weights (START): scarves and hats among the painted occluders. 20 minutes of one core.
here="$(dirname "$0")/.."
exec "$here/train.py" parse network=wide name=parse_scarf start="${START:-$here/runs/parse_third/average.npz}" real_glasses=found glasses_share=0.4 batch=16 rate=6e-4 samples=22000 "$@"
