"""ctypes binding to the product's own C++ (src/), so that training sees what run time sees. Compiled on first use."""
import ctypes
import functools
import hashlib
import subprocess

import numpy as np

from .paths import CACHE, MODELS, REPOSITORY, TRAINING

SOURCE = REPOSITORY / 'src'
PARTS = ('core/*.cpp', 'face/closed_mouth.cpp', 'face/crop.cpp', 'face/face_model.cpp', 'face/kept_lids.cpp', 'face/mode_moments.cpp', 'face/mode_products.cpp', 'face/region_map.cpp', 'face/seen_share.cpp', 'fuse/*.cpp', 'pipeline/prepare_face.cpp')
OPTIMISED = ('-O3',)             # no -march: GCC 12 fails on target_clones with AVX-512 on; the clones are as fast
FLAGS = ['-std=c++20', '-shared', '-Wl,--no-undefined', '-fPIC', '-pthread', f'-I{SOURCE}', f'-I{REPOSITORY / "include"}', '-I/usr/include/eigen3']


def _sources():
    product = [p for pattern in PARTS for p in sorted(SOURCE.glob(pattern)) if not p.name.endswith(('_test.cpp', '_bench.cpp', 'coarse.cpp', 'refine.cpp', 'uncover.cpp'))]
    return [TRAINING / 'native' / 'training_native.cpp', *product]


def build(path, how=OPTIMISED):
    """Compiles and links the product's code into a shared library; every name that it uses must be there."""
    subprocess.run(['g++', *how, *FLAGS, *map(str, _sources()), '-o', str(path)], check=True)


@functools.lru_cache(None)
def library():
    headers = sorted(REPOSITORY.glob('include/mien/*.h')) + sorted(SOURCE.glob('*/*.h'))
    digest = hashlib.sha256(b''.join(p.read_bytes() for p in _sources() + headers)).hexdigest()[:16]
    path = CACHE / f'native-{digest}.so'
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix('.tmp')
        build(temporary)
        temporary.rename(path)
    lib = ctypes.CDLL(str(path))
    lib.mien_open.restype, lib.mien_error.restype = ctypes.c_void_p, ctypes.c_char_p
    return lib


def _pointer(array, kind):
    return array.ctypes.data_as(ctypes.POINTER(kind))


def _floats(array):
    array = np.ascontiguousarray(array, np.float32)
    return array, _pointer(array, ctypes.c_float)


COARSE_CHANNELS, COARSE_SIZE, WIDE_SIZE = 12, 128, 160


def _bytes(array):
    """An optional uint8 picture and its pointer (null without one)."""
    if array is None:
        return None, ctypes.POINTER(ctypes.c_uint8)()
    array = np.ascontiguousarray(array, np.uint8)
    return array, _pointer(array, ctypes.c_uint8)


def rasterise(vertices, attributes, triangles, width, height, background=0.0):
    """Draws a mesh: vertices n x 3 (x, y in pixels, z smaller = nearer), attributes n x k, triangles m x 3.

    -> attribute planes k x height x width (background where nothing is drawn), depth height x width (inf there)."""
    vertices, vertices_p = _floats(vertices)
    attributes, attributes_p = _floats(attributes)
    triangles = np.ascontiguousarray(triangles, np.int32)
    count = attributes.shape[1]
    out = np.full((count, height, width), background, np.float32)
    depth = np.full((height, width), np.inf, np.float32)
    library().mien_rasterise(vertices_p, len(vertices), attributes_p, count, _pointer(triangles, ctypes.c_int), len(triangles), width, height,
                             _pointer(out, ctypes.c_float), _pointer(depth, ctypes.c_float))
    return out, depth


class Product:
    """The product's fusion with given meshes (478 x 3, pixels of their pictures); pictures are BGR uint8."""

    def __init__(self):
        model = np.frombuffer((MODELS / 'face_model.bin').read_bytes(), np.uint8)
        self.context = ctypes.c_void_p(library().mien_open(_pointer(model, ctypes.c_uint8), ctypes.c_long(len(model))))
        if not self.context.value:
            raise ValueError(f"{MODELS / 'face_model.bin'} is not a face model of this version; run mien_train.face_model")

    def __del__(self):
        if getattr(self, 'context', None):
            library().mien_close(self.context)

    def _check(self, failed):
        if failed:
            raise ValueError(library().mien_error(self.context).decode())

    def fuse(self, source, source_mesh, target, target_mesh, strength=1.0, network=None, light_cell=4, residual_kept=0.15, source_cover=None, cover=None, refine=None,
             refine_size=256, refine_kept=0.5):
        """-> the target with the source's face. network: function of the 12 x 128 x 128 input -> gain_bias (6, h, w), residual_alpha (4, h, w),
        as the coarse networks give; None: the classical result. refine: function of the input at refine_size afterwards -> (2, h, w), as the
        refine network gives. Covers: uint8, picture size, 255 where something hides the face."""
        source, out = np.ascontiguousarray(source), np.array(target, np.uint8, order='C')
        source_mesh, s = _floats(source_mesh)
        target_mesh, t = _floats(target_mesh)
        sc, tc = _bytes(source_cover), _bytes(cover)
        x = np.zeros((COARSE_CHANNELS, COARSE_SIZE, COARSE_SIZE), np.float32)
        self._check(library().mien_fuse_begin(self.context, _pointer(source, ctypes.c_uint8), source.shape[1], source.shape[0], s, sc[1],
                                              _pointer(out, ctypes.c_uint8), out.shape[1], out.shape[0], t, tc[1], ctypes.c_float(strength), _pointer(x, ctypes.c_float)))
        if network is not None:
            (gain, g), (residual, r) = (_floats(a) for a in network(x))
            library().mien_fuse_network(self.context, g, gain.shape[1], r, residual.shape[1], light_cell, ctypes.c_float(residual_kept))
        if refine is not None:
            x = np.zeros((COARSE_CHANNELS, refine_size, refine_size), np.float32)
            library().mien_fuse_look(self.context, _pointer(out, ctypes.c_uint8), out.shape[1], out.shape[0], refine_size, _pointer(x, ctypes.c_float))
            answer, a = _floats(refine(x))
            library().mien_fuse_refine(self.context, a, answer.shape[1], ctypes.c_float(refine_kept))
        library().mien_fuse_end(self.context, _pointer(out, ctypes.c_uint8), out.shape[1], out.shape[0], ctypes.c_float(strength))
        return out

    def coarse_sample(self, source, source_mesh, target, target_mesh, share=1.0, source_cover=None, cover=None, size=COARSE_SIZE, raw=False):
        """-> network input 12 x size x size, features mask size x size, the target's RGB 3 x wide x wide (0..1; the crop is its middle; wide is 160 for
        128), 2 x 3 matrix from the target's pixels to those of the latter. raw: with the warp before its relighting as W0 (an ablation)."""
        library().mien_use_raw_warp(self.context, int(raw))
        wide = size * WIDE_SIZE // COARSE_SIZE
        source, target = np.ascontiguousarray(source), np.ascontiguousarray(target)
        source_mesh, s = _floats(source_mesh)
        target_mesh, t = _floats(target_mesh)
        sc, tc = _bytes(source_cover), _bytes(cover)
        out = np.zeros((COARSE_CHANNELS + 1, size, size), np.float32)
        truth, matrix = np.zeros((3, wide, wide), np.float32), np.zeros((2, 3), np.float32)
        self._check(library().mien_coarse_sample(self.context, _pointer(source, ctypes.c_uint8), source.shape[1], source.shape[0], s, sc[1],
                                                 _pointer(target, ctypes.c_uint8), target.shape[1], target.shape[0], t, tc[1], ctypes.c_float(share),
                                                 size, _pointer(out, ctypes.c_float), wide, _pointer(truth, ctypes.c_float), _pointer(matrix, ctypes.c_float)))
        return out[:COARSE_CHANNELS], out[-1], truth, matrix
