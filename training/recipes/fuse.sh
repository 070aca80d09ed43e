#!/bin/sh
# The coarse fusion networks. Samples first (20 minutes of one core, 11 GB), then a network: tiny, small or base (first word; default small).
# Small: 1.5 hours on one busy core.
here="$(dirname "$0")/.."
kind="${1:-small}"; [ $# -gt 0 ] && shift
"$here/prepare.py" split=val samples=1000 && "$here/prepare.py" split=train samples=40000 || exit 1
exec "$here/train.py" fuse name="fuse_$kind" network="$kind" samples=72000 batch=16 rate=2e-3 tone_weight=0 "$@"
