"""Samples of the uncover network: faces without glasses, and masks as the product makes them for glasses, strands and other thin covers."""
import cv2
import numpy as np

from . import geometry as g, occluders, photometric
from .models.uncover import CROP_SPAN, SIZE

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
    """Glasses without what is seen through them; now and then with it."""
    return occluders.glasses(canvas, lenses=canvas.rng.random() < 0.12)


KINDS = ((frames, 0.65), (occluders.hair, 0.15), (strokes, 0.2))


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


class UncoverSampler:
    """sample(i, rng) -> input 4 x S x S, truth 3 x S x S (RGB, 0..1), features S x S (1 at brows and eyes)."""

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
        return self.masked(crop, mesh, cover_of(crop, mesh, rng))

    @staticmethod
    def masked(crop, mesh, cover):
        """crop: BGR uint8. -> as sample()"""
        truth = crop[..., ::-1].astype(np.float32) / 255
        oval, features = np.zeros((SIZE, SIZE), np.uint8), np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillPoly(oval, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
        for part in FEATURES:
            cv2.fillPoly(features, [cv2.convexHull(np.round(mesh[part, :2]).astype(np.int32))], 1)
        bare = (oval * (1 - cover))[..., None]
        mean = (truth * bare).sum((0, 1)) / max(1e-3, bare.sum())
        seen = truth + cover[..., None] * (mean - truth)
        x = np.concatenate([seen.transpose(2, 0, 1), cover[None]]).astype(np.float32)
        return x, truth.transpose(2, 0, 1), features.astype(np.float32)
