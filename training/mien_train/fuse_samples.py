"""Training samples of the fusion networks: masked self-reconstruction of single photos (design.md section 3).

The target is a real photo X with occluders pasted. The source is another look at the same person: X's pixels at another pose and
expression, smaller, degraded, under another light. The product's own code warps and relights it back; the truth is X.
"""
from dataclasses import dataclass

import cv2
import numpy as np

from . import geometry as g, native, occluders, photometric
from .paint_glasses import paint_glasses
from .repose import Reposer, Turn, paint_open_mouth

FRAME = 224             # the target picture's side, and how many level boxes it shows
FRAME_SPAN = 1.9


@dataclass
class Look:
    """A picture with its mesh, and what covers the face (uint8 or None)."""
    image: np.ndarray
    mesh: np.ndarray
    cover: np.ndarray = None


class FuseSampler:
    """sample(i, rng) and sample_pair(source, target, rng) -> see `fused`."""

    def __init__(self, images, meshes, negatives, size=native.COARSE_SIZE, remnant_share=0.0, raw=False):
        self.images, self.meshes, self.negatives = images, meshes, negatives
        self.size, self.remnant_share, self.raw = size, remnant_share, raw
        self.finer = size / native.COARSE_SIZE
        self.reposer, self.mirror, self.product = Reposer(), g.mirror_permutation(), None

    def target(self, i, rng):
        mesh, frame = self.meshes[i].astype(np.float64), round(FRAME * self.finer)
        centre, side, roll = g.level_box(mesh)
        matrix = g.crop_from_image(centre, side * FRAME_SPAN * np.exp(rng.uniform(-0.15, 0.25)), roll + np.radians(rng.normal(0, 8)), frame)
        image = cv2.warpAffine(self.images[i], matrix, (frame, frame), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mesh = g.apply(matrix, mesh)
        if rng.random() < 0.5:
            image, mesh = np.ascontiguousarray(image[:, ::-1]), mesh[self.mirror]
            mesh[:, 0] = frame - 1 - mesh[:, 0]
        if rng.random() < 0.6:
            image = photometric.colour_and_light(image, rng, 0.8)
        cover = None
        if rng.random() < 0.3:
            canvas = occluders.Canvas(image, mesh, rng, self.negatives[rng.integers(len(self.negatives))])
            image, alpha, _ = occluders.paste(canvas)
            cover = np.round(255 * alpha).astype(np.uint8)
        return Look(image, mesh, cover)

    def source(self, i, rng):
        """Another look at the person of photo i."""
        image, mesh = self.images[i], self.meshes[i].astype(np.float64)
        if rng.random() < 0.35:
            image, mesh = np.ascontiguousarray(image[:, ::-1]), mesh[self.mirror]
            mesh[:, 0] = image.shape[1] - 1 - mesh[:, 0]
        image = self.other_light(image, mesh, rng)
        moved, opened = self.reposer.change_expression(mesh, rng) if rng.random() < 0.5 else (mesh, False)
        turn = Turn(np.radians(np.clip(rng.normal(0, 16), -40, 40)), np.radians(rng.normal(0, 8)), max(0.0, rng.normal(0, 0.15)))
        extended = self.reposer.turned(self.reposer.extend(moved), turn)
        centre, side, roll = g.level_box(extended[:g.POINT_COUNT])
        size = int(np.exp(rng.uniform(np.log(90), np.log(260))) * self.finer)
        extended = g.apply(g.crop_from_image(centre, side * 1.7, roll + np.radians(rng.normal(0, 8)), size), extended)
        map_x, map_y, _ = self.reposer.map_to(mesh, extended, size)
        shrink = self.images.shape[1] / 2.1 * 1.7 / size
        if shrink > 1.3:
            image = cv2.GaussianBlur(image, (0, 0), 0.4 * shrink)
        look = cv2.remap(image, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        posed = extended[:g.POINT_COUNT]
        if opened:
            look = paint_open_mouth(look, posed, rng)
        look = self.degrade(look, rng)
        return self.covered(look, posed, rng)

    def covered(self, look, mesh, rng):
        """-> Look, sometimes behind a thing that the product knows of or of which it missed a part"""
        cover, kind = None, rng.random()
        if kind < self.remnant_share:
            return self.with_remnants(look, mesh, rng)
        if kind < self.remnant_share + 0.2:
            look, alpha, _ = occluders.paste(occluders.Canvas(look, mesh, rng, self.negatives[rng.integers(len(self.negatives))]))
            cover = np.round(255 * alpha).astype(np.uint8)
        return Look(look, mesh, cover)

    @staticmethod
    def with_remnants(look, mesh, rng):
        """-> Look with glasses or hair of which, here and there, something is left on the face although the product believes to see skin"""
        width = np.linalg.norm(mesh[454, :2] - mesh[234, :2])
        if rng.random() < 0.55:
            seen, alpha = paint_glasses(look, mesh, rng)
        else:
            seen, alpha, _ = occluders.paste(occluders.Canvas(look, mesh, rng), ['hair'])
        missed = cv2.GaussianBlur(rng.normal(0, 1, look.shape[:2]).astype(np.float32), (0, 0), rng.uniform(0.06, 0.25) * width)
        missed = np.clip(4 * (missed / (missed.std() + 1e-6) - rng.uniform(-0.3, 1.2)), 0, 1)
        if rng.random() < 0.5:          # its cover was found, but not all of it
            return Look(seen, mesh, np.round(255 * alpha * (1 - missed)).astype(np.uint8))
        left = (missed * rng.uniform(0.25, 1.0))[..., None]      # it was taken off, but not all of it
        return Look(np.clip(np.round(look + left * (seen.astype(np.float32) - look)), 0, 255).astype(np.uint8), mesh)

    @staticmethod
    def degrade(image, rng):
        if rng.random() < 0.3:
            k = rng.uniform(0.4, 0.9)
            image = cv2.resize(cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        if rng.random() < 0.3:
            image = np.clip(image + rng.normal(0, rng.uniform(1, 6), image.shape), 0, 255).astype(np.uint8)
        if rng.random() < 0.5:
            image = cv2.imdecode(cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])[1], cv2.IMREAD_COLOR)
        return image

    def shading(self, mesh, size, rng):
        """Ratio lighting on the mesh's normals (second-order spherical harmonics), sometimes with a soft cast shadow; about 1."""
        surface = mesh[:468] * [1, 1, -1]
        t = g.canonical()[1]
        normal = np.zeros((468, 3))
        face = np.cross(surface[t[:, 1]] - surface[t[:, 0]], surface[t[:, 2]] - surface[t[:, 0]])
        for k in range(3):
            np.add.at(normal, t[:, k], face)
        n = normal / (np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9)
        n *= np.sign(n[:, 2].mean())
        basis = np.stack([n[:, 0], n[:, 1], n[:, 2] - 0.8, n[:, 0] * n[:, 1], n[:, 0] * n[:, 2], n[:, 0] ** 2 - n[:, 1] ** 2], 1)
        light = basis @ (rng.normal(0, 1, 6) * [0.5, 0.3, 0.3, 0.15, 0.2, 0.15])
        tint = 1 + rng.normal(0, 0.08, 3)
        values = light[:, None] * tint
        planes, depth = native.rasterise(mesh[:468], values, t, size, size)
        field = np.exp(np.clip(planes.transpose(1, 2, 0), -1.2, 0.9)).astype(np.float32)
        field = np.where(np.isfinite(depth)[..., None], field, 1)
        if rng.random() < 0.25:
            edge = rng.normal(size=2)
            yy, xx = np.mgrid[0:size, 0:size]
            centre = mesh[4, :2] + rng.normal(0, 0.25, 2) * np.linalg.norm(mesh[454, :2] - mesh[234, :2])
            side = ((xx - centre[0]) * edge[0] + (yy - centre[1]) * edge[1]) / np.linalg.norm(edge)
            soft = rng.uniform(1, 12)
            field *= (1 - rng.uniform(0.15, 0.55) / (1 + np.exp(-side / soft)))[..., None].astype(np.float32)
        return cv2.GaussianBlur(field, (0, 0), 2.0)

    def other_light(self, image, mesh, rng):
        if rng.random() < 0.15:
            return image
        x = (image.astype(np.float32) / 255) ** 2.2
        if rng.random() < 0.7:
            x = x * self.shading(mesh, image.shape[0], rng)
        x = x * np.exp(rng.normal(0, 0.12, 3) + rng.uniform(np.log(0.6), np.log(1.6))).astype(np.float32)
        if rng.random() < 0.25:                       # speculars: soft bright blobs on the nose, cheeks, forehead
            spot = mesh[rng.choice([4, 50, 280, 151, 9]), :2]
            yy, xx = np.mgrid[0:image.shape[0], 0:image.shape[1]]
            r = rng.uniform(0.03, 0.1) * np.linalg.norm(mesh[454, :2] - mesh[234, :2])
            x = x + (rng.uniform(0.05, 0.35) * np.exp(-((xx - spot[0]) ** 2 + (yy - spot[1]) ** 2) / (2 * r * r)))[..., None].astype(np.float32)
        x = np.clip(x, 0, 1) ** np.float32(1 / 2.2 * np.exp(rng.normal(0, 0.2)))
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * np.float32(rng.uniform(0.5, 1.4))
        return (np.clip(x, 0, 1) * 255).astype(np.uint8)

    @staticmethod
    def jitter(mesh, rng):
        """Smooth landmark noise of 0.3 to 1.2 % of the eye distance."""
        eye = g.eye_distance_px(mesh)
        centres = mesh[rng.integers(0, 468, 12), :2]
        push = rng.normal(0, 1, (12, 2)) * eye * rng.uniform(0.003, 0.012)
        weight = np.exp(-((mesh[:, None, :2] - centres) ** 2).sum(2) / (2 * (0.35 * eye) ** 2))
        out = mesh.copy()
        out[:, :2] += weight @ push
        return out

    def fused(self, source, target, rng):
        """-> input, features, truth, matrix (see Product.coarse_sample), the target's exact mesh."""
        if self.product is None:
            self.product = native.Product()         # one per process: it holds scratch memory
        share = rng.choice([0.0, 0.7, 1.0])
        sample = self.product.coarse_sample(source.image, self.jitter(source.mesh, rng), target.image, self.jitter(target.mesh, rng), share, source.cover, target.cover, self.size, self.raw)
        return *sample, target.mesh

    def sample(self, i, rng):
        """The same person on both sides: the target is the truth."""
        return self.fused(self.source(i, rng), self.target(i, rng), rng)

    def sample_pair(self, source, target, rng):
        """Photo `source` onto another person's photo: the case of the product, without a truth."""
        look = self.source(source, rng) if rng.random() < 0.5 else self.plain(source, rng)
        return self.fused(look, self.target(target, rng), rng)

    def plain(self, i, rng):
        """The photo as it is, at a random size."""
        size = int(rng.integers(min(round(120 * self.finer), self.images.shape[1]), self.images.shape[1] + 1))
        k = size / self.images.shape[1]
        mesh = self.meshes[i].astype(np.float64) * k
        look = cv2.resize(self.images[i], (size, size), interpolation=cv2.INTER_AREA)
        return Look(look, mesh) if rng.random() >= self.remnant_share else self.with_remnants(look, mesh, rng)
