#!/bin/sh
# The region network in three quarters of the wide one's time, from its most useful channels and its answers (TEACHER: its weights).
# The teacher is what shipped until 2026-11-29: `git show 0ba87af:models/parse.bin`, brought back by mien_train/shipped_weights.py.
here="$(dirname "$0")/.."
exec "$here/train.py" parse name=parse_narrow teacher="${TEACHER:-$here/runs/shipped/parse_large.npz}" start=teacher real_glasses=found glasses_share=0.4 rate=1.2e-3 average=0.998 samples=40000 "$@"
