#!/bin/sh
# The second look of hd. Samples of 256 px first (8,000: 10 minutes of one core, 9 GB), then refine behind the base network that ships; 7 samples a second.
here="$(dirname "$0")/.."
"$here/prepare.py" split=val size=256 samples=300 && "$here/prepare.py" split=train size=256 samples=8000 pair_share=0.33 remnant_share=0.3 seed=22 || exit 1
exec "$here/train.py" refine name=refine samples=12000 batch=8 pairs=3 rate=1.5e-3 "$@"
