#!/bin/sh
# Mesh network, first run: 1.5 hours on one quiet core (and a third of another for the samples).
exec "$(dirname "$0")/../train.py" mesh name=mesh samples=600000 batch=32 rate=2e-3 "$@"
