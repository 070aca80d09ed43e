"""Real glasses in the photos, which nobody labelled: a first round learns painted ones while the band around the eyes of real photos
says nothing; what it then finds in those photos (label_glasses.py) labels them for the second round (self-training).
"""
import cv2
import numpy as np

from . import geometry as g, region_labels as r
from .paths import CACHE

BAND = g.RIGHT_EYE + g.LEFT_EYE + g.RIGHT_BROW + g.LEFT_BROW + [127, 356, 50, 280, 117, 346]
NONE_BELOW, SURE_ABOVE = 0.012, 0.045     # share of the band that is occluder: nobody wears glasses; someone does
FRAME_ABOVE, BARE_BELOW = 0.5, 0.15       # probability of a pixel in a photo with glasses


def band_mask(mesh, size):
    """Around the eyes and along the temples, where glasses may be. -> size x size bool"""
    band = np.zeros((size, size), np.uint8)
    cv2.fillPoly(band, [cv2.convexHull(np.round(mesh[BAND, :2]).astype(np.int32))], 1)
    return band > 0


class RealGlasses:
    """mark() changes the labels of photo i where real glasses may be."""

    def __init__(self, real, share=None, soft=None):
        self.real, self.share, self.soft = real, share, soft    # n bool; n; n x S x S uint8 probability over the level crop

    @staticmethod
    def path(split):
        return CACHE / f'glasses_{split}.npz'

    @classmethod
    def of(cls, kind, photos, split):
        """kind: none, ignore or found (see ParseOptions). -> RealGlasses or None"""
        real = np.array([p.real for p in photos])
        if kind == 'none':
            return None
        if kind == 'ignore':
            return cls(real)
        if kind != 'found':
            raise ValueError(f"real_glasses={kind}: expected none, ignore or found")
        with np.load(cls.path(split)) as z:
            return cls(real, z['share'], z['soft'])

    def mark(self, i, labels, mesh, map_x, map_y, level_size):
        if not self.real[i] or (self.share is not None and self.share[i] < NONE_BELOW):
            return
        band = band_mask(mesh, labels.shape[0]) & np.isin(labels, (r.SKIN, r.BROW, r.NECK, r.EYEBALL, r.HAIR))
        if self.share is None or self.share[i] < SURE_ABOVE:
            labels[band & (labels != r.EYEBALL)] = r.IGNORE
            return
        k = self.soft.shape[1] / level_size
        p = cv2.remap(self.soft[i], (map_x + 0.5) * k - 0.5, (map_y + 0.5) * k - 0.5, cv2.INTER_LINEAR).astype(np.float32) / 255
        labels[band & (p >= BARE_BELOW)] = r.IGNORE
        labels[band & (p >= FRAME_ABOVE)] = r.OCCLUDER
