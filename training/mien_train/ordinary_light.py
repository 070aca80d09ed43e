"""Measures the light of ordinary portraits: the constants of src/fuse/light_model.cpp. `evaluate.py light`

Skin of real training photos, each face's with mean 1, explained together by one function of where the surface looks to. On
triangles instead of pixels; fit_light() asks what differs from it.
"""
import cv2
import numpy as np

from . import dataset, geometry as g

NAMES = ('1', 'x', 'y', 'z', 'xy', 'xz', 'yz', 'x2 - y2', '3 z2 - 1')
ODD = [1, 4, 5]                         # change sign in a mirror: ordinary light comes from neither side
SOFT_SIGMA = 0.03                       # face widths, as in even_light.cpp
LAMP_TURNED, LAMP_FACING = 0.1, 0.4     # z of the normal, likewise
ROUNDS, FAR_OFF, DARKEST, CODE_EXPONENT, PRIOR = 3, 1.5, 0.1, 1 / 2.2, 0.01
FEATURES = [*g.OUTER_LIPS, *g.INNER_LIPS, *g.RIGHT_EYE, *g.LEFT_EYE, *g.RIGHT_BROW, *g.LEFT_BROW]


def basis(n):
    """n x 3 unit normals (x right, y down, z towards the viewer) -> n x 9."""
    x, y, z = n.T
    return np.stack([np.ones_like(x), x, y, z, x * y, x * z, y * z, x * x - y * y, 3 * z * z - 1], 1)


def luminance(bgr):
    v = bgr.astype(np.float32) / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.0722, 0.7152, 0.2126], np.float32)


def skin_samples(photo, image):
    """-> normals m x 3, weights (sum 1), luminance (weighted mean 1) of the triangles that show bare skin; None when there are none."""
    mesh, triangles = photo.mesh[:468].astype(np.float64), g.canonical()[1]
    a, b, c = (mesh[triangles[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a) * [1, 1, -1]         # out of the head, z towards the viewer
    by_point = np.zeros_like(mesh)
    for k in range(3):
        np.add.at(by_point, triangles[:, k], cross)
    by_point /= np.maximum(np.linalg.norm(by_point, axis=1, keepdims=True), 1e-9)
    normals = by_point[triangles].mean(1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    t = np.clip((normals[:, 2] - LAMP_TURNED) / (LAMP_FACING - LAMP_TURNED), 0, 1)
    area = 0.5 * np.abs(cross[:, 2])
    weights = area / np.maximum(normals[:, 2], 0.1) * t * t * (3 - 2 * t) * ~np.isin(triangles, FEATURES).any(1)
    width = np.linalg.norm(mesh[454, :2] - mesh[234, :2])
    smooth = cv2.GaussianBlur(luminance(image), (0, 0), max(SOFT_SIGMA * width, 0.5))
    x, y = np.round(((a + b + c) / 3)[:, :2]).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
    weights, values = weights * inside, smooth[np.clip(y, 0, image.shape[0] - 1), np.clip(x, 0, image.shape[1] - 1)]
    if not weights.sum() > 0 or not (weights @ values) > 0:
        return None
    weights = weights / weights.sum()
    return normals, weights, values / (weights @ values)


def fit(normals, weights, values, start=None):
    """Robust least squares; near `start` when it is given. -> 9 numbers"""
    b, first = basis(normals), np.zeros(9) if start is None else start
    result, share = first, np.ones(len(values))
    weights = weights / weights.sum()
    for _ in range(ROUNDS):
        w = (weights * share)[:, None]
        result = first + np.linalg.solve((w * b).T @ b + (1e-9 if start is None else PRIOR) * np.eye(9), (w * b).T @ (values - b @ first))
        off = values - b @ result
        share = 1 / (1 + (off / (FAR_OFF * (weights @ np.abs(off)) + 1e-6)) ** 2)
    return result


def measure(count=750, seed=0):
    """-> the nine numbers of ordinary light, how far single portraits are from it (EvenLightReport::from_ordinary), how many were measured."""
    photos = dataset.read_photos(dataset.REAL_SETS, 'train')
    chosen = [photos[i] for i in np.random.default_rng(seed).permutation(len(photos))[:count]]
    faces = []
    for name in dataset.REAL_SETS:
        of_set = [p for p in chosen if p.set == name]
        images = dataset.read_images(name, [p.name for p in of_set])
        faces += [s for s in (skin_samples(p, images[p.name]) for p in of_set) if s is not None]
    numbers = fit(*(np.concatenate([f[k] for f in faces]) for k in range(3)))
    numbers[ODD] = 0
    at = lambda light, normals: np.maximum(basis(normals) @ light, DARKEST)
    spreads = []
    for normals, weights, values in faces:
        change = CODE_EXPONENT * np.log(at(numbers, normals) / at(fit(normals, weights, values, numbers), normals))
        spreads.append(np.sqrt(weights @ (change - weights @ change) ** 2))
    return numbers, np.array(spreads), len(faces)


def report():
    numbers, spreads, count = measure()
    print(f'ordinary light of {count} training photos, as in ordinary_light() of src/fuse/light_model.cpp:')
    for name, value in zip(NAMES, numbers):
        print(f'  {name:10s} {value:7.3f}')
    print(f'distance of single portraits from it: median {np.median(spreads):.2f}, 90 % {np.percentile(spreads, 90):.2f}')
