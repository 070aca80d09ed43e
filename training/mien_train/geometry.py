"""Geometry of the 478-point mesh: index tables, level crops, similarity transforms.

Pixel centres are at integers. A 2 x 3 matrix named a_from_b takes points of frame b to frame a. The person's right is the
image's left. Indices follow MediaPipe's mesh: 468 canonical vertices, then right iris (468-472) and left iris (473-477).
"""
import functools

import numpy as np

from .paths import DATA

POINT_COUNT = 478
OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172,
        58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
OUTER_LIPS = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
INNER_LIPS = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]
RIGHT_EYE = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7]
LEFT_EYE = [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249]
RIGHT_BROW = [70, 63, 105, 66, 107, 55, 65, 52, 53, 46]
LEFT_BROW = [300, 293, 334, 296, 336, 285, 295, 282, 283, 276]
RIGHT_IRIS, LEFT_IRIS = list(range(468, 473)), list(range(473, 478))
RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS = [33, 133], [263, 362]
# right eye, left eye, nose tip, right and left mouth corner
FIVE_POINTS = [468, 473, 4, 61, 291]
# The 68 landmarks (iBUG order) as mesh vertices, mirror-consistent.
LANDMARKS68 = [162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, 71, 63, 105, 66, 107, 336, 296, 334, 293,
               301, 168, 197, 5, 4, 75, 97, 2, 326, 305, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 39, 37, 0, 267,
               269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87]
# Regions whose visibility the mesh network reports, in this order.
REGIONS = ['right_eye', 'left_eye', 'nose', 'mouth', 'right_cheek', 'left_cheek', 'forehead']
MIRRORED_REGIONS = [1, 0, 2, 3, 5, 4, 6]


@functools.lru_cache(None)
def canonical():
    """-> vertices 468 x 3 (cm, x right, y up, z to the viewer), triangles 898 x 3."""
    lines = [line.split() for line in open(DATA / 'geometry' / 'canonical_face_model.obj')]
    vertices = np.array([[float(v) for v in p[1:4]] for p in lines if p and p[0] == 'v'])
    triangles = np.array([[int(v.split('/')[0]) - 1 for v in p[1:]] for p in lines if p and p[0] == 'f'], np.int32)
    return vertices, triangles


@functools.lru_cache(None)
def mirror_permutation():
    """478 indices: point i of a mirrored picture is point permutation[i] of the original (x -> width - 1 - x)."""
    vertices, _ = canonical()
    nearest = [int(((vertices - p * [-1, 1, 1]) ** 2).sum(1).argmin()) for p in vertices]
    return np.array(nearest + [473, 476, 475, 474, 477, 468, 471, 470, 469, 472])


@functools.lru_cache(None)
def region_vertices():
    """List of vertex index arrays, one per entry of REGIONS."""
    v, _ = canonical()
    left, right = v[:, 0] > 2.0, v[:, 0] < -2.0
    between = (v[:, 1] < 1.0) & (v[:, 1] > -4.0)
    nose = (np.abs(v[:, 0]) < 1.6) & (v[:, 1] < 2.0) & (v[:, 1] > -1.6)
    return [np.array(RIGHT_EYE), np.array(LEFT_EYE), np.flatnonzero(nose), np.array(OUTER_LIPS + INNER_LIPS),
            np.flatnonzero(right & between), np.flatnonzero(left & between), np.flatnonzero(v[:, 1] > 4.5)]


def apply(matrix, points):
    """2 x 3 matrix on n x 2 (or on x, y of n x 3; z is scaled by the matrix's scale)."""
    points = np.asarray(points, np.float64)
    out = points.copy()
    out[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    if points.shape[1] == 3:
        out[:, 2] *= np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    return out


def invert(matrix):
    inverse = np.linalg.inv(matrix[:, :2])
    return np.hstack([inverse, -inverse @ matrix[:, 2:]])


def compose(a, b):
    """The matrix that applies b first, then a."""
    full = lambda m: np.vstack([m, [0, 0, 1]])
    return (full(a) @ full(b))[:2]


def similarity_transform(src, dst):
    """Least-squares similarity (Umeyama 1991): the 2 x 3 matrix that takes src (n x 2) to dst (n x 2)."""
    src, dst = np.asarray(src, np.float64), np.asarray(dst, np.float64)
    ms, md = src.mean(0), dst.mean(0)
    s, d = src - ms, dst - md
    u, sv, vt = np.linalg.svd(d.T @ s / len(src))
    sign = np.diag([1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = (sv * np.diag(sign)).sum() / s.var(0).sum()
    return np.hstack([scale * rotation, (md - scale * rotation @ ms)[:, None]])


def eye_openings(meshes):
    """Between the lids over the eye's width, mean of both eyes. n x 478 x 2 or 3 -> n"""
    apart = lambda a, b: np.linalg.norm(meshes[:, a, :2] - meshes[:, b, :2], axis=1)
    return 0.5 * (apart(159, 145) / apart(*RIGHT_EYE_CORNERS) + apart(386, 374) / apart(*LEFT_EYE_CORNERS))


def eye_distance_px(mesh):
    """Distance between the eye centres (means of the corners), in the mesh's unit."""
    return float(np.linalg.norm(mesh[RIGHT_EYE_CORNERS, :2].mean(0) - mesh[LEFT_EYE_CORNERS, :2].mean(0)))


def level_box(mesh):
    """-> centre (2), side, roll_rad: the square box around the 468 points in the frame where the eyes are level."""
    d = mesh[LEFT_EYE_CORNERS, :2].mean(0) - mesh[RIGHT_EYE_CORNERS, :2].mean(0)
    roll = np.arctan2(d[1], d[0])
    c, s = np.cos(roll), np.sin(roll)
    level = mesh[:468, :2] @ np.array([[c, -s], [s, c]])
    low, high = level.min(0), level.max(0)
    centre = (low + high) / 2 @ np.array([[c, s], [-s, c]])
    return centre, float((high - low).max()), float(roll)


def crop_from_image(centre, side_px, roll_rad, size):
    """Similarity from image pixels to a size x size crop that shows a square of side_px, turned by roll_rad."""
    k = size / side_px
    c, s = k * np.cos(roll_rad), k * np.sin(roll_rad)
    rotation = np.array([[c, s], [-s, c]])
    middle = np.full(2, (size - 1) / 2)
    return np.hstack([rotation, (middle - rotation @ np.asarray(centre))[:, None]])
