#!/bin/sh
# Detector, first run: 1.5 hours on one core (and a third of another for the samples).
exec "$(dirname "$0")/../train.py" detect name=detect samples=200000 batch=16 rate=2e-3 "$@"
