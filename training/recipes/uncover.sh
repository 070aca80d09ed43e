#!/bin/sh
# Uncover network: an hour of one core. First the region network says who of the photos wears glasses (from the shipped weights).
# What ships came to be in steps (LOG.md): 26 k samples of pure inpainting (commit 393e565), from those 24 k with wearers=4 realism_weight=0.02,
# then 9 k as below with rate=1e-3, 22 k with start=shipped rate=1.2e-3 average=0.998, and the same for 18 k when hard_light.py had come,
# then 22 k with rate=1.5e-3 average=0.997 when wearers were left out and frames were sharpened.
# then 29 k of 100 k with rate=1.5e-3 average=0.9985, and from those 36 k with rate=9e-4 warm_up=50, when a quarter of the samples was softened.
# then 41 k of 68 k with rate=1.5e-3 from there.
# From nothing, all at once, it was not run yet:
here="$(dirname "$0")/.."
cd "$here" && mkdir -p runs/shipped && /usr/bin/python3 -m mien_train.shipped_weights parse runs/shipped/parse.npz || exit 1
for split in train val; do ./label_glasses.py runs/shipped/parse.npz "$split" && ./clean_bare_faces.py "$split" || exit 1; done
exec ./train.py uncover name=uncover samples=50000 batch=16 rate=2e-3 wearers=0 realism_weight=0 "$@"
