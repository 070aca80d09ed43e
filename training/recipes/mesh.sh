#!/bin/sh
# Mesh network, first run: about 2 hours on one core (and a third of another for the samples).
exec "$(dirname "$0")/../train.py" mesh name=mesh samples=1000000 batch=32 rate=2e-3 "$@"
