"""A hard lamp beside the face: Lambert's law on the mesh's normals, and the shadows that nose, brows and cheeks cast. As src/fuse/lamp.h finds them."""
import numpy as np
import cv2

from . import geometry as g, native

SHRINK = 2              # shadows are cast at half of the size
NEAREST, LONGEST = 1.5, 0.5     # of a shadow: pixels, share of the picture's width


def normals(mesh):
    """468 x 3, of length 1: x right, y down, z towards the viewer."""
    surface, t = mesh[:468], g.canonical()[1]
    normal = np.zeros((468, 3))
    face = np.cross(surface[t[:, 1]] - surface[t[:, 0]], surface[t[:, 2]] - surface[t[:, 0]])
    for k in range(3):
        np.add.at(normal, t[:, k], face)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    normal[:, 2] *= -1
    return normal * np.sign(normal[:, 2].mean())


def in_shadow(depth, to_lamp):
    """depth: h x w, smaller is nearer, infinite beside the face -> 0..1, how far something stands between a place and the lamp."""
    h, w = depth.shape
    across = max(np.hypot(to_lamp[0], to_lamp[1]), 1e-3)
    u, v, climb = to_lamp[0] / across, to_lamp[1] / across, to_lamp[2] / across
    yy, xx = np.mgrid[0:h, 0:w]
    hidden = np.zeros((h, w))
    for s in np.arange(NEAREST, LONGEST * w, 1.0):
        x, y = np.round(xx + s * u).astype(int), np.round(yy + s * v).astype(int)
        inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
        there = np.where(inside, depth[y.clip(0, h - 1), x.clip(0, w - 1)], np.inf)
        with np.errstate(invalid='ignore'):
            below = depth - s * climb - there
        hidden = np.maximum(hidden, np.nan_to_num(below / (0.6 + 0.12 * s), nan=0, posinf=0, neginf=0))
    return ((hidden - 0.5) / 1.0).clip(0, 1)


def lit_by_lamp(image, mesh, rng):
    """image: BGR uint8; mesh in its pixels -> the same in the light of a lamp, 15 to 60 % of it from everywhere."""
    size = image.shape[0]
    azimuth, off = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(25, 75))
    to_lamp = np.array([np.sin(off) * np.cos(azimuth), np.sin(off) * np.sin(azimuth), np.cos(off)])
    small = mesh[:468] / SHRINK
    planes, depth = native.rasterise(small, normals(mesh), g.canonical()[1], size // SHRINK, size // SHRINK)
    facing = (planes * to_lamp[:, None, None]).sum(0).clip(0)
    lamp = facing * (1 - in_shadow(depth, to_lamp))
    lamp = np.where(np.isfinite(depth), lamp, lamp[np.isfinite(depth)].mean() if np.isfinite(depth).any() else 1)
    lamp = cv2.resize(cv2.GaussianBlur(lamp.astype(np.float32), (0, 0), rng.uniform(0.4, 1.6)), (size, size), interpolation=cv2.INTER_LINEAR)
    ambient = rng.uniform(0.15, 0.6)
    light = ambient + (1 - ambient) * lamp / max(float(lamp.mean()), 0.1)
    x = (image.astype(np.float32) / 255) ** 2.2 * light[..., None]
    return (np.clip(x, 0, 1) ** np.float32(1 / 2.2) * 255).astype(np.uint8)
