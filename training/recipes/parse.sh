#!/bin/sh
# Region network, first round.
exec "$(dirname "$0")/../train.py" parse name=parse samples=300000 batch=16 rate=2e-3 "$@"
