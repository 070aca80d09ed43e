#!/bin/sh
# Region network, what ships: the decoder narrower, begun anew and taught by the large network (START, TEACHER: its weights, the fourth round's). 15 minutes of one core.
here="$(dirname "$0")/.."
large="${TEACHER:-$here/runs/parse_scarf/average.npz}"
exec "$here/train.py" parse name=parse_lean start="${START:-$large}" teacher="$large" real_glasses=found glasses_share=0.4 batch=16 rate=1.2e-3 samples=24000 average=0.997 "$@"
