"""Training of Mien's networks: data, models, losses. Entry points are ../train.py, ../evaluate.py and ../export.py."""
