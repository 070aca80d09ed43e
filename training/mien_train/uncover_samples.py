"""Samples of the uncover network: faces without glasses with painted ones, and masks as the product makes them for strands and other covers."""
import cv2
import numpy as np

from . import geometry as g, occluders, photometric
from .hard_light import lit_by_lamp
from .models.uncover import CROP_SPAN, SIZE
from .paint_glasses import paint_glasses

GROWN_FROM, GROWN_TO, GROWTH = 0.05, 0.45, 0.012        # of covers, as in src/fuse/covers.cpp; face widths
FEATURES = (g.RIGHT_BROW, g.LEFT_BROW, g.RIGHT_EYE, g.LEFT_EYE)


def smoothstep(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def strokes(canvas):
    """Thin curves and small blobs anywhere on the face: wrongly found lines, scratches, single strands."""
    rng, mask = canvas.rng, np.zeros((canvas.size, canvas.size), np.uint8)
    for _ in range(rng.integers(1, 6)):
        a = canvas.mesh[rng.integers(0, 468), :2]
        b, c = (a + rng.normal(0, 0.2, 2) * canvas.width for _ in range(2))
        t = np.linspace(0, 1, 8)[:, None]
        occluders._line(mask, (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c, canvas.width * rng.uniform(0.005, 0.05))
    return None, mask.astype(np.float32) / 255


def frames(canvas):
    """What glasses would hide, alone: their frames may count as covers, too."""
    return occluders.glasses(canvas, lenses=canvas.rng.random() < 0.12)


KINDS = ((frames, 0.25), (occluders.hair, 0.4), (strokes, 0.35))
GLASSES_SHARE, COVER_SHARE, LAMP_SHARE = 0.65, 0.45, 0.35       # of the samples
SOFT_SHARE, SOFTEST = 0.25, 3.0         # of the samples; times that a soft one is enlarged


def cover_of(crop, mesh, rng):
    """-> size x size, 0..1"""
    canvas, cover = occluders.Canvas(crop, mesh, rng), np.zeros(crop.shape[:2], np.float32)
    while True:
        painter = KINDS[rng.choice(len(KINDS), p=[share for _, share in KINDS])][0]
        cover = np.maximum(cover, smoothstep(0.1, 0.5, painter(canvas)[1]))
        if rng.random() < 0.65:
            break
    cover = cv2.GaussianBlur(cover, (0, 0), GROWTH * canvas.width * rng.uniform(0.6, 1.7))
    return smoothstep(GROWN_FROM, GROWN_TO, cover).astype(np.float32)


def softened(pictures, rng):
    """The same pictures as if enlarged from smaller ones, as small faces and old scans are."""
    small = max(8, round(SIZE / np.exp(rng.uniform(np.log(1.3), np.log(SOFTEST)))))
    return [cv2.resize(cv2.resize(p, (small, small), interpolation=cv2.INTER_AREA), (SIZE, SIZE), interpolation=cv2.INTER_LINEAR) for p in pictures]


class UncoverSampler:
    """sample(i, rng) -> input 4 x S x S, truth 3 x S x S (RGB, 0..1), features S x S (1 at brows and eyes), glasses S x S (0..1)."""

    def __init__(self, images, meshes):
        self.images, self.meshes, self.mirror = images, meshes, g.mirror_permutation()

    def crop(self, i, rng, drift=1.0):
        mesh = self.meshes[i].astype(np.float64)
        centre, side, roll = g.level_box(mesh)
        centre = centre + drift * rng.uniform(-0.03, 0.03, 2) * side
        matrix = g.crop_from_image(centre, side * CROP_SPAN * np.exp(drift * rng.uniform(-0.06, 0.06)), roll + drift * np.radians(rng.normal(0, 3)), SIZE)
        crop = cv2.warpAffine(self.images[i], matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mesh = g.apply(matrix, mesh)
        if drift and rng.random() < 0.5:
            crop, mesh = np.ascontiguousarray(crop[:, ::-1]), mesh[self.mirror]
            mesh[:, 0] = SIZE - 1 - mesh[:, 0]
        return crop, mesh

    def sample(self, i, rng, drift=1.0):
        crop, mesh = self.crop(i, rng, drift)
        if drift and rng.random() < 0.6:
            crop = photometric.colour_and_light(crop, rng, 0.8)
        if drift and rng.random() < LAMP_SHARE:     # whose shadows are no glasses
            crop = lit_by_lamp(crop, mesh, rng)
        seen, glasses = paint_glasses(crop, mesh, rng) if rng.random() < GLASSES_SHARE else (crop, np.zeros((SIZE, SIZE), np.float32))
        if drift and rng.random() < SOFT_SHARE:
            seen, crop, glasses = softened((seen, crop, glasses), rng)
        if rng.random() < 0.5:
            seen = cv2.imdecode(cv2.imencode('.jpg', seen, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 96))])[1], cv2.IMREAD_COLOR)
        cover = cover_of(crop, mesh, rng) if rng.random() < COVER_SHARE else np.zeros((SIZE, SIZE), np.float32)
        truth = crop[..., ::-1].astype(np.float32).transpose(2, 0, 1) / 255
        return network_input(seen, mesh, cover), truth, areas(mesh)[1], glasses


def areas(mesh):
    """-> the oval, and brows and eyes; S x S, 0 or 1"""
    oval, features = np.zeros((SIZE, SIZE), np.uint8), np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(oval, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
    for part in FEATURES:
        cv2.fillPoly(features, [cv2.convexHull(np.round(mesh[part, :2]).astype(np.int32))], 1)
    return oval, features.astype(np.float32)


def network_input(crop, mesh, cover):
    """crop: BGR uint8; cover: 0..1 -> 4 x S x S"""
    seen = crop[..., ::-1].astype(np.float32) / 255
    cover = cover * areas(mesh)[0]
    bare = (areas(mesh)[0] * (1 - cover))[..., None]
    mean = (seen * bare).sum((0, 1)) / max(1e-3, bare.sum())
    seen = seen + cover[..., None] * (mean - seen)
    return np.concatenate([seen.transpose(2, 0, 1), cover[None]]).astype(np.float32)
