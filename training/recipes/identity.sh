#!/bin/sh
# Recogniser: the teacher pruned to half of its hidden channels, then distilled. 50 minutes of one core.
exec "$(dirname "$0")/../train.py" identity name=identity samples=56000 rate=1e-3 "$@"
