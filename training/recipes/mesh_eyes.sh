#!/bin/sh
# Mesh network, eyes: on from what shipped before, with moved lids; then at a lower rate. What shipped began
# with a checkpoint, at 75 k samples, of minutes=50 instead of samples=75000, whose rate had hardly fallen; that was not run again.
here="$(dirname "$0")"
[ -f "$here/../runs/mesh_lids/average.npz" ] || "$here/../train.py" mesh name=mesh_lids start=shipped batch=32 rate=1.5e-3 samples=75000 \
  blink_share=0.35 lids_weight=1
exec "$here/../train.py" mesh name=mesh_eyes start="$here/../runs/mesh_lids/average.npz" batch=32 rate=7e-4 minutes=11 blink_share=0.3 lids_weight=1 "$@"
