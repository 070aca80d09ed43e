"""Training and test samples of the region network: level crops with exact occluders, turned heads, bad light."""
import cv2
import numpy as np

from . import geometry as g, occluders, photometric, region_labels as r
from .borrowed_hair import HairDonors
from .models.parse import CROP_SPAN
from .repose import Reposer, Turn

HAIR_KINDS = ('hair',)          # pasted strands belong to the class hair


class ParseSampler:
    """sample(i, rng, size) -> crop size x size x 3 BGR uint8, labels size x size uint8."""

    def __init__(self, images, meshes, masks, negatives, glasses=None, occlude_share=0.4, turn_share=0.2, glasses_share=0.0,
                 hair_share=0.0):
        self.images, self.meshes, self.masks, self.negatives = images, meshes, masks, negatives
        self.glasses = glasses          # real glasses in the photos: glasses_labels.RealGlasses; None: nobody wears any
        self.occlude_share, self.turn_share, self.glasses_share = occlude_share, turn_share, glasses_share
        self.hair_share, self.donors = hair_share, HairDonors(images, meshes, masks) if hair_share else None
        self.reposer = Reposer()

    def crop(self, i, rng, size, drift=1.0):
        """-> crop, mesh in crop pixels, hair, person (0..1)."""
        mesh = self.meshes[i].astype(np.float64)
        turned = drift and rng.random() < self.turn_share
        extended = self.reposer.extend(mesh)
        if turned:
            turn = Turn(np.radians(np.clip(rng.normal(0, 25), -60, 60)), np.radians(rng.normal(0, 10)), max(0.0, rng.normal(0, 0.2)))
            extended = self.reposer.turned(extended, turn)
        centre, side, roll = g.level_box(extended[:g.POINT_COUNT])
        centre = centre + drift * rng.uniform(-0.05, 0.05, 2) * side
        matrix = g.crop_from_image(centre, side * CROP_SPAN * np.exp(drift * rng.uniform(-0.1, 0.1)), roll + drift * np.radians(rng.normal(0, 6)), size)
        extended = g.apply(matrix, extended)
        if turned:
            map_x, map_y, _ = self.reposer.map_to(mesh, extended, size)
        else:
            inverse = g.invert(matrix)
            xx, yy = np.meshgrid(np.arange(size), np.arange(size))
            map_x = (inverse[0, 0] * xx + inverse[0, 1] * yy + inverse[0, 2]).astype(np.float32)
            map_y = (inverse[1, 0] * xx + inverse[1, 1] * yy + inverse[1, 2]).astype(np.float32)
        crop = cv2.remap(self.images[i], map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        k = r.MASK_SIZE / self.images.shape[1]
        masks = cv2.remap(self.masks[i], (map_x + 0.5) * k - 0.5, (map_y + 0.5) * k - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        self.map_x, self.map_y = map_x, map_y                   # of the last crop: where its pixels lie in the level crop
        return crop, extended[:g.POINT_COUNT], masks[..., 0].astype(np.float32) / 255, masks[..., 1].astype(np.float32) / 255

    def occlude(self, crop, mesh, labels, rng, kinds=None):
        texture = self.negatives[rng.integers(len(self.negatives))]
        crop, alpha, kind = occluders.paste(occluders.Canvas(crop, mesh, rng, texture), kinds)
        return crop, self.covered(labels, alpha, r.HAIR if kind in HAIR_KINDS else r.OCCLUDER)

    @staticmethod
    def covered(labels, alpha, kind):
        labels = labels.copy()
        labels[alpha > 0.5] = kind
        labels[(alpha > 0.15) & (alpha <= 0.5)] = r.IGNORE
        return labels

    def hang_hair(self, crop, mesh, labels, rng):
        crop, alpha = self.donors.paste(crop, mesh, rng)
        return crop, self.covered(labels, alpha, r.HAIR)

    def sample(self, i, rng, size):
        crop, mesh, hair, person = self.crop(i, rng, size)
        labels = r.label_map(crop, mesh, hair, person)
        if self.glasses is not None:
            self.glasses.mark(i, labels, crop, mesh, self.map_x, self.map_y, self.images.shape[1])
        if rng.random() < self.hair_share:
            crop, labels = self.hang_hair(crop, mesh, labels, rng)
        if rng.random() < self.glasses_share:
            crop, labels = self.occlude(crop, mesh, labels, rng, ['glasses'])
        while rng.random() < self.occlude_share:
            crop, labels = self.occlude(crop, mesh, labels, rng)
        if rng.random() < 0.5:
            crop, labels = np.ascontiguousarray(crop[:, ::-1]), np.ascontiguousarray(labels[:, ::-1])
        return photometric.augment(crop, rng), labels
