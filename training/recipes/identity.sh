#!/bin/sh
# Recogniser: the teacher pruned to half of its hidden channels, then distilled (50 minutes of one core); then what ships: 30 k samples more (15 minutes)
# of which a third are under a hard lamp, towards the teacher's answer for the photo as it was before anything was done to it.
here="$(dirname "$0")/.."
"$here/train.py" identity name=identity samples=56000 rate=1e-3 || exit 1
exec "$here/train.py" identity name=identity2 start=training/runs/identity/average.npz clean=1 lamp_share=0.35 samples=30000 rate=6e-4 average=0.997 "$@"
