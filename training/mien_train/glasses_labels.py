"""Real glasses in the photos, which nobody labelled: a first round learns painted ones while the band around the eyes of real photos
says nothing; what it then finds in those photos (label_glasses.py) labels them for the second round (self-training).
"""
import cv2
import numpy as np

from . import geometry as g, region_labels as r
from .paths import CACHE

BAND = g.RIGHT_EYE + g.LEFT_EYE + g.RIGHT_BROW + g.LEFT_BROW + [127, 356, 50, 280, 117, 346]
NONE_BELOW, SURE_ABOVE = 0.12, 0.5        # wearer_score: nobody wears glasses; someone does (chosen by looking at sorted photos)
FRAME_ABOVE, BARE_BELOW = 0.75, 0.15      # probability of a pixel in a photo with glasses
FRAME_CONTRAST = 9                        # grey levels against the median around
TEMPLES, BRIDGE = ((33, 127), (263, 356)), 168


def band_mask(mesh, size):
    """Around the eyes and along the temples, where glasses may be. -> size x size bool"""
    band = np.zeros((size, size), np.uint8)
    cv2.fillPoly(band, [cv2.convexHull(np.round(mesh[BAND, :2]).astype(np.int32))], 1)
    return band > 0


def wearer_score(mesh, probability):
    """0..1: how far occluder is seen on the bridge of the nose, below both eyes and along both temples, as only glasses are.

    mesh in pixels of probability (S x S, 0..1). What a first round takes for glasses without being any (deep-set eyes, tired skin) lacks
    the temples or the lower rims.
    """
    size = probability.shape[0]
    width = np.linalg.norm(mesh[454, :2] - mesh[234, :2])
    right, down = (mesh[454, :2] - mesh[234, :2]) / width, mesh[152, :2] - mesh[10, :2]
    down = down / np.linalg.norm(down)

    def best(points, reach):
        """The highest probability within reach (face widths) above or below each point, averaged over the points."""
        steps = np.linspace(-reach, reach, 9)[:, None, None] * width * down
        at = np.clip(np.round(points + steps).astype(int), 0, size - 1)
        return probability[at[..., 1], at[..., 0]].max(0).mean()

    t = np.linspace(0.35, 0.95, 12)[:, None]
    temples = np.mean([best(mesh[a, :2] * (1 - t) + mesh[b, :2] * t, 0.06) for a, b in TEMPLES])
    below = np.linspace(-0.06, 0.06, 5)[:, None] * width * right + 0.12 * width * down
    rims = np.mean([best(mesh[eye, :2].mean(0) + below, 0.05) for eye in (g.RIGHT_EYE, g.LEFT_EYE)])
    return float(best(mesh[[BRIDGE], :2], 0.05) * np.sqrt(rims * temples))


def frame_like(crop, mesh):
    """Thin and darker or lighter than what is around. -> bool, of the crop's size"""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    size = max(5, int(0.1 * np.linalg.norm(mesh[454, :2] - mesh[234, :2])) | 1)
    return np.abs(grey.astype(int) - cv2.medianBlur(grey, size)) > FRAME_CONTRAST


def seen_through(mesh, size):
    """The eyes and a little around them: not covered even when someone wears glasses. -> size x size bool"""
    mask = np.zeros((size, size), np.uint8)
    for eye in (g.RIGHT_EYE, g.LEFT_EYE):
        outline = mesh[eye, :2]
        cv2.fillPoly(mask, [np.round(outline.mean(0) + 1.25 * (outline - outline.mean(0))).astype(np.int32)], 1)
    return mask > 0


class RealGlasses:
    """mark() changes the labels of photo i where real glasses may be."""

    def __init__(self, real, score=None, soft=None, none_below=NONE_BELOW):
        self.real, self.score, self.soft = real, score, soft    # n bool; n; n x S x S uint8 probability over the level crop
        self.none_below = none_below

    @staticmethod
    def path(split):
        return CACHE / f'glasses_{split}.npz'

    @staticmethod
    def seen_path(split):
        return CACHE / f'glasses_seen_{split}.npz'

    @classmethod
    def of(cls, kind, photos, split, none_below=NONE_BELOW):
        """kind: none, ignore or found, none_below: see ParseOptions. -> RealGlasses or None"""
        real = np.array([p.real for p in photos])
        if kind == 'none':
            return None
        if kind == 'ignore':
            return cls(real)
        if kind != 'found':
            raise ValueError(f"real_glasses={kind}: expected none, ignore or found")
        with np.load(cls.path(split)) as z:
            return cls(real, z['score'], z['soft'], none_below)

    @classmethod
    def wearers(cls, split):
        """Names (set/file) of photos in which somebody wears glasses or may do; empty when label_glasses.py has not looked yet."""
        if not cls.path(split).exists():
            return set()
        with np.load(cls.path(split)) as z:
            return {str(n) for n, score in zip(z['name'], z['score']) if score >= NONE_BELOW}

    def mark(self, i, labels, crop, mesh, map_x, map_y, level_size):
        """Only what looks like a frame is labelled; through the lenses the face is seen, at the eyes for certain."""
        if not self.real[i] or (self.score is not None and self.score[i] < self.none_below):
            return
        band = band_mask(mesh, labels.shape[0]) & np.isin(labels, (r.SKIN, r.BROW, r.NECK, r.EYEBALL, r.HAIR))
        if self.score is None or self.score[i] < SURE_ABOVE:
            labels[band & (labels != r.EYEBALL)] = r.IGNORE
            return
        k = self.soft.shape[1] / level_size
        p = cv2.remap(self.soft[i], (map_x + 0.5) * k - 0.5, (map_y + 0.5) * k - 0.5, cv2.INTER_LINEAR).astype(np.float32) / 255
        frame = frame_like(crop, mesh)
        labels[band & (p >= BARE_BELOW) & ~seen_through(mesh, labels.shape[0])] = r.IGNORE
        labels[band & (p >= FRAME_ABOVE) & frame] = r.OCCLUDER
