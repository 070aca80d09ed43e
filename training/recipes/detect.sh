#!/bin/sh
# Detector, first run: about 2 hours on one core (and a third of another for the samples).
exec "$(dirname "$0")/../train.py" detect name=detect samples=300000 batch=16 rate=2e-3 "$@"
