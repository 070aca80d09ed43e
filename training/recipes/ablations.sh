#!/bin/bash
# What each part of the coarse fusion network brings, on one core in two hours: the same samples in the same order for every row of a table (LOG.md; `raw` has
# samples of its own: the warp before its relighting).
# First the architectures, on reconstruction alone; then, from the network with attention, what the losses of pairs bring.
cd "$(dirname "$0")/.." || exit 1
PYTHON="${PYTHON:-/usr/bin/python3}" FIRST="${FIRST:-30000}" SECOND="${SECOND:-8000}" RAW="${RAW:-15000}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
common="residual_kept=0.6 batch=16 average=0.99 evaluate_s=100000 tone_weight=1.5 detail_weight=1.2"

alone() { local name="$1" network="$2"; shift 2       # reconstruction alone, from nothing
  "$PYTHON" train.py fuse name="ablation_$name" network="$network" samples="$FIRST" rate=1.5e-3 stage_b=0 $common "$@"; }
pairs() { local name="$1"; shift                      # with pairs, from the network with attention
  "$PYTHON" train.py fuse name="ablation_$name" network=small start=runs/ablation_attention/average.npz samples="$SECOND" rate=8e-4 pairs=6 $common "$@"; }

alone attention small || exit 1     # what the pairs' rows begin with
alone plain small-plain
alone light light
alone dense dense
pairs all identity_weight=0.9 realism_weight=0.06
pairs no_discriminator identity_weight=0.9 realism_weight=0
pairs discriminator_4x identity_weight=0.9 realism_weight=0.24
pairs no_identity identity_weight=0 realism_weight=0.06
pairs no_pairs stage_b=0
"$PYTHON" prepare.py split=train raw=1 samples="$RAW" pair_share=0.05 remnant_share=0.25 seed=21 && "$PYTHON" prepare.py split=val raw=1 samples=500 && alone raw small raw=1
