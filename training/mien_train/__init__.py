"""Training of Mien's networks: data, models, losses. Entry points are ../train.py, ../evaluate.py and ../export.py."""
import os

# Before NumPy is loaded: the threads of its BLAS spin while they wait for each other, which costs more than they give on matrices this small,
# and everything on machines where other jobs run.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
