"""Long hair of other people's photos, hung over a cheek: what painted strands cannot teach the region network.

A donor's photo is laid on the crop by its mesh, narrower than the face, so that the hair beside the donor's cheeks falls over this one's.
"""
import cv2
import numpy as np

from . import geometry as g

LONG_HAIR = 0.12            # of the squared face width: hair beside the oval, below the nose, on one side, that makes a donor
NARROWED = (0.62, 0.92)     # width of the donor's face on the crop, in widths of the crop's face
EDGE_RADIUS, EDGE_SMOOTH = 5, 60.0      # of the guided filter that follows strands: pixels, squared grey levels


def guided(mask, grey, radius=EDGE_RADIUS, smooth=EDGE_SMOOTH):
    """Guided filter (He et al. 2013): mask 0..1 follows the edges of grey (float32, grey levels). -> float32 0..1"""
    mean = lambda x: cv2.blur(x, (2 * radius + 1,) * 2)
    m, q = mean(grey), mean(mask)
    a = (mean(grey * mask) - m * q) / (mean(grey * grey) - m * m + smooth)
    return np.clip(mean(a) * grey + mean(q - a * m), 0, 1)


def sides_of(mesh, size):
    """Beside the oval and below the nose, on either side. -> two bool arrays size x size"""
    oval = np.zeros((size, size), np.uint8)
    cv2.fillPoly(oval, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
    yy, xx = np.mgrid[0:size, 0:size]
    down, across = mesh[152, :2] - mesh[10, :2], mesh[454, :2] - mesh[234, :2]
    low = ((xx - mesh[2, 0]) * down[0] + (yy - mesh[2, 1]) * down[1] > 0) & (oval == 0)
    aside = ((xx - mesh[2, 0]) * across[0] + (yy - mesh[2, 1]) * across[1]) / (across @ across)
    return low & (aside < -0.25), low & (aside > 0.25)


class HairDonors:
    """Photos with long hair. images n x S x S x 3, meshes n x 478 x 3, masks n x M x M x 2 (hair first, 0..255) over the whole photo."""

    def __init__(self, images, meshes, masks):
        self.images, self.meshes, self.masks = images, meshes, masks
        self.scale = masks.shape[1] / images.shape[1]
        self.donors = [i for i in range(len(images)) if self.has_long_hair(i)]

    def has_long_hair(self, i):
        mesh = (self.meshes[i][:, :2].astype(np.float64) + 0.5) * self.scale - 0.5
        hair, width2 = self.masks[i, ..., 0] > 180, ((mesh[454] - mesh[234]) ** 2).sum()
        return max((hair & side).sum() for side in sides_of(mesh, hair.shape[0])) > LONG_HAIR * width2

    def placement(self, donor_mesh, mesh, rng):
        """Affine map from the donor's photo to the crop: its five rigid points on the crop's, then narrowed and moved aside. -> 2 x 3"""
        points = [33, 263, 4, 61, 291]
        a, _ = cv2.estimateAffinePartial2D(donor_mesh[points, :2].astype(np.float32), mesh[points, :2].astype(np.float32), method=cv2.LMEDS)
        if a is None:
            return None
        across = mesh[454, :2] - mesh[234, :2]
        width = np.linalg.norm(across)
        u, centre = across / width, mesh[g.OVAL, :2].mean(0)
        stretch = np.eye(2) + (rng.uniform(*NARROWED) - 1) * np.outer(u, u)
        stretch *= np.exp(rng.normal(0, 0.06))
        shift = centre - stretch @ centre + u * width * rng.normal(0, 0.07) + np.array([-u[1], u[0]]) * width * rng.normal(0, 0.08)
        return np.hstack([stretch @ a[:, :2], (stretch @ a[:, 2] + shift)[:, None]])

    def paste(self, crop, mesh, rng):
        """-> crop with hair (uint8), alpha (float32, 0..1); alpha is 0 everywhere where no donor fits."""
        size = crop.shape[0]
        i = self.donors[rng.integers(len(self.donors))]
        matrix = self.placement(self.meshes[i].astype(np.float64), mesh, rng)
        if matrix is None:
            return crop, np.zeros((size, size), np.float32)
        photo = cv2.warpAffine(self.images[i], matrix, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        to_mask = g.compose(matrix, np.array([[1 / self.scale, 0, 0.5 / self.scale - 0.5], [0, 1 / self.scale, 0.5 / self.scale - 0.5]]))
        hair = cv2.warpAffine(self.masks[i, ..., 0], to_mask, (size, size), flags=cv2.INTER_LINEAR).astype(np.float32) / 255
        alpha = guided(np.clip((hair - 0.45) / 0.3, 0, 1), cv2.cvtColor(photo.astype(np.uint8), cv2.COLOR_BGR2GRAY).astype(np.float32))
        alpha = np.clip((alpha - 0.25) / 0.5, 0, 1)
        gain = np.clip(crop.mean() / max(1.0, photo.mean()), 0.5, 1.6) * np.exp(rng.normal(0, 0.2) + rng.normal(0, 0.04, 3))
        shadow = cv2.GaussianBlur(alpha, (0, 0), max(1.0, 0.03 * size * rng.uniform(0.3, 1.2))) * rng.uniform(0, 0.45)
        out = crop * (1 - shadow[..., None]) * (1 - alpha[..., None]) + photo * gain * alpha[..., None]
        return np.clip(out, 0, 255).astype(np.uint8), alpha
