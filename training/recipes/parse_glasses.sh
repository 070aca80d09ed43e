#!/bin/sh
# Region network, second round, from the first round's weights (START): real glasses by self-training. 25 minutes of one quiet core.
here="$(dirname "$0")/.."
common="batch=16 rate=1e-3 glasses_share=0.35"
"$here/train.py" parse name=parse_glasses start="${START:-training/runs/parse/average.npz}" samples=40000 real_glasses=ignore $common || exit 1
"$here/label_glasses.py" training/runs/parse_glasses/average.npz train || exit 1
exec "$here/train.py" parse name=parse_second start=training/runs/parse_glasses/average.npz samples=60000 real_glasses=found $common "$@"
