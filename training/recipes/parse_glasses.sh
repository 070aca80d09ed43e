#!/bin/sh
# Region network, second and third round, from the first round's weights (START): real glasses by self-training. 1 hour of one quiet core.
here="$(dirname "$0")/.."
runs="$here/runs"
common="batch=16 rate=1e-3"
"$here/train.py" parse network=wide name=parse_glasses start="${START:-$runs/parse/average.npz}" samples=40000 real_glasses=ignore glasses_share=0.35 $common || exit 1
"$here/label_glasses.py" "$runs/parse_glasses/average.npz" train || exit 1
"$here/train.py" parse network=wide name=parse_second start="$runs/parse_glasses/average.npz" samples=44000 real_glasses=found glasses_share=0.35 $common || exit 1
"$here/label_glasses.py" "$runs/parse_second/average.npz" train || exit 1
exec "$here/train.py" parse network=wide name=parse_third start="$runs/parse_second/average.npz" samples=24000 real_glasses=found glasses_share=0.4 batch=16 rate=8e-4 "$@"
