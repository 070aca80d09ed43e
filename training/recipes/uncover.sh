#!/bin/sh
# Uncover network: 45 minutes of one busy core. First the region network says who of the photos wears glasses (from the shipped weights).
here="$(dirname "$0")/.."
cd "$here" && mkdir -p runs/shipped && /usr/bin/python3 -m mien_train.shipped_weights parse runs/shipped/parse.npz || exit 1
for split in train val; do ./label_glasses.py runs/shipped/parse.npz "$split" || exit 1; done
exec ./train.py uncover name=uncover samples=26000 batch=16 rate=2.5e-3 "$@"
