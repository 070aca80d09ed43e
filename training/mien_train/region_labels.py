"""Labels of the region network, without annotation: the mesh's triangles, the teachers' hair and person masks, skin colour.

Classes 0..8 as in CLASSES; 255 says nothing (soft edges, disagreement).
"""
import functools

import cv2
import numpy as np

from . import dataset, geometry as g, native
from .mesh_task import SETS
from .detect_samples import level_masks
from .paths import CACHE

CLASSES = ['background', 'skin', 'brow', 'eyeball', 'lip', 'inner mouth', 'hair', 'occluder', 'neck and ear']
BACKGROUND, SKIN, BROW, EYEBALL, LIP, INNER_MOUTH, HAIR, OCCLUDER, NECK = range(9)
IGNORE = 255
MASK_SIZE = 192                       # of the kept teacher masks, over the whole level crop
LOW, HIGH = 0.3, 0.7                  # between: ignored
FOREHEAD_RISE = 0.38                  # how far above the oval the forehead may go, in face heights
CURTAIN_FROM = 0.25                   # hair this far beside the middle, in face widths, may hang over a cheek; nearer it is a moustache
LONG_HAIR = 0.08                      # of the squared face width: hair beside the oval, below the nose, on one side
SKIN_LIKE_HAIR = 3.0                  # skin_distance() of long hair: below it may be the cheek beside the hair
BARE_CHIN = 0.2                       # mean of the teacher's hair on the chin: below it nobody has a beard
CHIN = [152, 148, 377, 175, 199, 200, 18]


def teacher_masks(split, sets=SETS):
    """n x 192 x 192 x 2 uint8 (hair, person), aligned with dataset.level_crops: the kept masks of data/labels, levelled."""
    path = CACHE / f"level_{'-'.join(sets)}_{split}.regions.npy"
    if not path.exists():
        np.save(path, np.stack([level_masks(sets, split, channel, MASK_SIZE) for channel in ('hair', 'person')], -1))
    return np.load(path, mmap_mode='r')


@functools.lru_cache(None)
def triangle_classes():
    """Class of each of the 898 triangles."""
    vertices, triangles = g.canonical()
    centres = vertices[triangles][..., :2].mean(1)
    inside = lambda outline: np.array([cv2.pointPolygonTest(vertices[outline, :2].astype(np.float32), (float(x), float(y)), False) > 0 for x, y in centres])
    out = np.full(len(triangles), SKIN)
    for kind, outline in ((LIP, g.OUTER_LIPS), (INNER_MOUTH, g.INNER_LIPS), (EYEBALL, g.RIGHT_EYE), (EYEBALL, g.LEFT_EYE), (BROW, g.RIGHT_BROW), (BROW, g.LEFT_BROW)):
        out[inside(outline)] = kind
    return out


def draw_mesh_classes(mesh, size):
    """size x size: class of the nearest triangle, -1 outside of the mesh."""
    triangles = g.canonical()[1]
    vertices = mesh[triangles].reshape(-1, 3)
    attributes = np.repeat(triangle_classes(), 3)[:, None].astype(np.float32)
    flat = np.arange(len(vertices)).reshape(-1, 3)
    planes, _ = native.rasterise(vertices, attributes, flat, size, size, background=-1)
    return np.round(planes[0]).astype(np.int16)


def skin_distance(image, inside):
    """Mahalanobis distance of every pixel's chroma and lightness to the skin's (median and spread inside the mask)."""
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB).astype(np.float32)
    skin = lab[inside]
    if len(skin) < 30:
        return np.full(image.shape[:2], 99, np.float32)
    middle = np.median(skin, 0)
    spread = 1.48 * np.median(np.abs(skin - middle), 0) + [9.0, 2.5, 2.5]
    z = (lab - middle) / spread
    z[..., 0] *= 0.5
    return np.sqrt((z ** 2).sum(2))


def forehead_polygon(mesh):
    """The oval's upper arc, moved up to where a hair line may be."""
    up = (mesh[10, :2] - mesh[152, :2]) * FOREHEAD_RISE
    arc = [g.OVAL.index(i) for i in (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)]
    arc = mesh[[g.OVAL[k] for k in arc], :2]
    weight = np.sin(np.linspace(0, np.pi, len(arc)))[:, None] ** 0.5
    return np.concatenate([arc, (arc + weight * up)[::-1]])


def below_nose(mesh, size):
    down = mesh[152, :2] - mesh[10, :2]
    yy, xx = np.mgrid[0:size, 0:size]
    return (xx - mesh[2, 0]) * down[0] + (yy - mesh[2, 1]) * down[1] > 0


def long_hair_on_cheeks(mesh, hair, oval):
    """Where long hair hangs over a cheek. The teacher's "hair" below the nose is a beard otherwise, or leaks from the ears; it is long hair
    where much of it lies outside of the oval, too, and the chin is bare. -> bool, of hair's size"""
    size, across = hair.shape[0], mesh[454, :2] - mesh[234, :2]
    lower = below_nose(mesh, size)
    chin = np.clip(np.round(mesh[CHIN, :2]).astype(int), 0, size - 1)
    if hair[chin[:, 1], chin[:, 0]].mean() >= BARE_CHIN:
        return np.zeros_like(lower)
    yy, xx = np.mgrid[0:size, 0:size]
    aside = ((xx - mesh[2, 0]) * across[0] + (yy - mesh[2, 1]) * across[1]) / (across @ across)
    out = np.zeros_like(lower)
    for side in (aside < -CURTAIN_FROM, aside > CURTAIN_FROM):
        if (lower & side & ~oval & (hair > HIGH)).sum() > LONG_HAIR * (across @ across):
            out |= lower & side & (hair >= LOW)
    return out


def label_map(image, mesh, hair, person):
    """image size x size x 3 BGR, mesh in its pixels, hair and person 0..1 of the same size -> size x size uint8."""
    size = image.shape[0]
    parts = draw_mesh_classes(mesh, size)
    oval = parts >= 0
    skin_like = skin_distance(image, (parts == SKIN) & (hair < LOW))
    out = np.full((size, size), IGNORE, np.uint8)
    out[person < LOW] = BACKGROUND
    sure = (person > HIGH) & (hair < LOW)
    out[sure & (skin_like < 2.5)] = NECK
    out[sure & (skin_like > 5)] = BACKGROUND
    forehead = np.zeros((size, size), np.uint8)
    cv2.fillPoly(forehead, [np.round(forehead_polygon(mesh)).astype(np.int32)], 1)
    out[(forehead > 0) & sure & (skin_like < 3)] = SKIN
    out[hair > HIGH] = HAIR
    out[(hair >= LOW) & (hair <= HIGH)] = IGNORE
    curtain = long_hair_on_cheeks(mesh, hair, oval)
    face = oval & ((hair < LOW) | (below_nose(mesh, size) & ~curtain))
    out[face] = parts[face]
    out[oval & ~face & (hair <= HIGH)] = IGNORE
    out[oval & curtain & (skin_like < SKIN_LIKE_HAIR)] = IGNORE
    features = oval & (parts != SKIN) & (hair < HIGH + 0.2)
    out[features] = parts[features]
    edges = cv2.morphologyEx(np.where(oval, parts, SKIN).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0
    out[edges & oval] = IGNORE
    return out

