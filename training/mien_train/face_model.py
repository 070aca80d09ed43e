"""Registers ICT-FaceKit (MIT, USC-ICT) to the 468-point mesh and writes models/face_model.bin. `python3 -m mien_train.face_model`

File, little-endian: 'MIENFM01'; uint32 vertex, identity, expression, triangle counts; float32 mean (n x 3); float32 taper (n);
uint16 triangles (m x 3); then per mode (identity first) float32 scale and n x 3 int16: offset = scale * value.
Canonical coordinates: cm, x to the image's right, y up, z towards the viewer.
"""
import sys

import numpy as np

from . import dataset, geometry as g
from .paths import DATA, MODELS

TO_MODEL = np.array([1, -1, -1])        # picture coordinates (y down, z away from the viewer) to canonical ones
TAPER_SHARE = 0.15                      # of the face width: over which identity fades towards the oval


def similarity_3d(source, target):
    """Least-squares scale, rotation, shift (Umeyama 1991): target ~ scale * source @ rotation.T + shift."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, _, vt = np.linalg.svd(b.T @ a)
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    scale = np.trace(rotation.T @ b.T @ a) / (a ** 2).sum()
    return scale, rotation, target.mean(0) - scale * rotation @ source.mean(0)


def biharmonic(points, goal, x, stiffness=1e-3):
    """Smooth 3D interpolation that takes points to goal, applied to x."""
    n = len(points)
    kernel = np.linalg.norm(points[:, None] - points[None], axis=2) - stiffness * np.eye(n)
    affine = np.hstack([np.ones((n, 1)), points])
    weights = np.linalg.solve(np.block([[kernel, affine], [affine.T, np.zeros((4, 4))]]), np.vstack([goal, np.zeros((4, 3))]))
    return np.linalg.norm(x[:, None] - points[None], axis=2) @ weights[:n] + np.hstack([np.ones((len(x), 1)), x]) @ weights[n:]


def mean_shape(sets=('free', 'id', 'synth512', 'synth256'), every=5):
    """Mean of the training labels after removing pose, made symmetric: 468 x 3."""
    meshes = [p.mesh[:468] * TO_MODEL for p in dataset.read_photos(sets, 'train')[::every]]
    mirror = g.mirror_permutation()[:468]
    mean = g.canonical()[0]
    for _ in range(3):
        posed = []
        for mesh in meshes:
            scale, rotation, shift = similarity_3d(mesh, mean)
            posed.append(scale * mesh @ rotation.T + shift)
        mean = np.mean(posed, 0)
        mean = (mean + mean[mirror] * [-1, 1, 1]) / 2
    return mean


def corresponding_vertices(ict):
    """-> scale, rotation from ICT's frame to the canonical one; for each of the 468 points its ICT vertex, mirror-consistent."""
    vertices = g.canonical()[0]
    neutral = ict['neutral'].astype(np.float64)
    scale, rotation, shift = similarity_3d(neutral[ict['landmarks68']], vertices[g.LANDMARKS68])
    posed = scale * neutral @ rotation.T + shift
    skin = np.unique(ict['quads'][ict['material'] == list(ict['material_names']).index('M_Face')])
    skin = skin[skin >= 0]
    warped = biharmonic(posed[ict['landmarks68']], vertices[g.LANDMARKS68], posed[skin])
    return scale, rotation, skin[np.linalg.norm(vertices[:, None] - warped[None], axis=2).argmin(1)]


def build():
    ict = np.load(DATA / 'geometry' / 'ict_facekit_light.npz')
    scale, rotation, nearest = corresponding_vertices(ict)
    moving = [i for i, name in enumerate(ict['expression_names']) if not str(name).startswith('PupilDilate')]
    basis = np.concatenate([ict['identity'][:, nearest], ict['expression'][moving][:, nearest]]).astype(np.float64)
    vertices = g.canonical()[0]
    distance = np.linalg.norm(vertices[:, None, :2] - vertices[None, g.OVAL, :2], axis=2).min(1)
    t = np.clip(distance / (TAPER_SHARE * np.ptp(vertices[:, 0])), 0, 1)
    return mean_shape(), scale * basis @ rotation.T, len(ict['identity']), t * t * (3 - 2 * t)


def write(path, mean, basis, identity_count, taper):
    triangles = g.canonical()[1]
    with open(path, 'wb') as f:
        f.write(b'MIENFM01')
        np.array([len(mean), identity_count, len(basis) - identity_count, len(triangles)], '<u4').tofile(f)
        mean.astype('<f4').tofile(f)
        taper.astype('<f4').tofile(f)
        triangles.astype('<u2').tofile(f)
        for mode in basis:
            scale = max(np.abs(mode).max(), 1e-9) / 32767
            np.array([scale], '<f4').tofile(f)
            np.round(mode / scale).astype('<i2').tofile(f)


def main():
    MODELS.mkdir(exist_ok=True)
    path = MODELS / 'face_model.bin'
    write(path, *build())
    print(f'{path.name}: {path.stat().st_size} bytes', file=sys.stderr)


if __name__ == '__main__':
    main()
