#!/bin/sh
# Region network, first round: 1.5 hours on one busy core.
exec "$(dirname "$0")/../train.py" parse network=wide name=parse samples=120000 batch=16 rate=2e-3 "$@"
