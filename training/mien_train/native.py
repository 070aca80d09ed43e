"""ctypes binding to the product's own C++ (src/), so that training sees what run time sees. Compiled on first use."""
import ctypes
import functools
import hashlib
import subprocess

import numpy as np

from .paths import CACHE, REPOSITORY, TRAINING

SOURCES = [TRAINING / 'native' / 'training_native.cpp', REPOSITORY / 'src' / 'core' / 'raster.cpp']
HEADERS = [REPOSITORY / 'src' / 'core' / 'raster.h']
FLAGS = ['-O3', '-march=native', '-std=c++20', '-shared', '-fPIC', f'-I{REPOSITORY / "src"}', f'-I{REPOSITORY / "include"}']


@functools.lru_cache(None)
def library():
    digest = hashlib.sha256(b''.join(p.read_bytes() for p in SOURCES + HEADERS)).hexdigest()[:16]
    path = CACHE / f'native-{digest}.so'
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix('.tmp')
        subprocess.run(['g++', *FLAGS, *map(str, SOURCES), '-o', str(temporary)], check=True)
        temporary.rename(path)
    return ctypes.CDLL(str(path))


def _pointer(array, kind):
    return array.ctypes.data_as(ctypes.POINTER(kind))


def rasterise(vertices, attributes, triangles, width, height, background=0.0):
    """Draws a mesh: vertices n x 3 (x, y in pixels, z smaller = nearer), attributes n x k, triangles m x 3.

    -> attribute planes k x height x width (background where nothing is drawn), depth height x width (inf there)."""
    vertices = np.ascontiguousarray(vertices, np.float32)
    attributes = np.ascontiguousarray(attributes, np.float32)
    triangles = np.ascontiguousarray(triangles, np.int32)
    count = attributes.shape[1]
    out = np.full((count, height, width), background, np.float32)
    depth = np.full((height, width), np.inf, np.float32)
    library().mien_rasterise(_pointer(vertices, ctypes.c_float), len(vertices), _pointer(attributes, ctypes.c_float), count,
                             _pointer(triangles, ctypes.c_int), len(triangles), width, height,
                             _pointer(out, ctypes.c_float), _pointer(depth, ctypes.c_float))
    return out, depth
