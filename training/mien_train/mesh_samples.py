"""Training and test samples of the mesh network: a tracker's crops of labelled photos, re-posed, occluded, degraded; and no faces."""
import cv2
import numpy as np

from . import geometry as g, occluders, photometric
from .models.mesh import CROP_SIZE, CROP_SPAN
from .repose import Reposer, Turn, move_irises, paint_open_mouth


class MeshSampler:
    """sample(i, rng) -> crop 128 x 128 x 3 BGR uint8, points 478 x 3 (crop pixels), presence (0/1), visibility (7)."""

    def __init__(self, images, meshes, negatives, repose_share=0.35, occlude_share=0.35, negative_share=0.1, blink_share=0.0, gaze_share=0.0):
        """repose_share: of the samples with a face, those in another pose and expression; blink_share: in their own pose, with lids
        moved; gaze_share: of all with a face, those whose irises are moved."""
        self.images, self.meshes, self.negatives = images, meshes, negatives
        self.repose_share, self.occlude_share, self.negative_share = repose_share, occlude_share, negative_share
        self.blink_share, self.gaze_share = blink_share, gaze_share
        self.reposer = Reposer()
        self.mirror = g.mirror_permutation()

    @staticmethod
    def crop_matrix(mesh, rng, scale=0.17, shift=0.09, roll_deg=22):
        """crop_from_image with a tracker's drift."""
        centre, side, roll = g.level_box(mesh)
        side *= CROP_SPAN
        roll += np.radians(rng.normal(0, roll_deg / 2) if rng.random() < 0.7 else rng.uniform(-roll_deg, roll_deg))
        centre = centre + rng.uniform(-shift, shift, 2) * side / CROP_SPAN
        return g.crop_from_image(centre, side * np.exp(rng.uniform(-scale, scale)), roll, CROP_SIZE)

    def photo(self, i, rng):
        """-> image, mesh (its pixels); maybe with another gaze"""
        image, mesh = self.images[i], self.meshes[i].astype(np.float64)
        if self.gaze_share == 0 or rng.random() >= self.gaze_share:
            return image, mesh
        return move_irises(image, mesh, np.clip(rng.normal(0, (0.12, 0.05)), (-0.28, -0.12), (0.28, 0.12)))

    def turned(self, i, rng, turn=None, expression=True, matrix_of=None, lids=None):
        """The photo in another pose (and expression; lids: with those closed by these shares), cropped. -> crop, points, vertex visibility (468)"""
        image, mesh = self.photo(i, rng)
        moved, opened = self.reposer.change_expression(mesh, rng) if expression else (mesh, False)
        if lids is not None:
            moved = self.reposer.close_lids(mesh, lids)
        if turn is None:
            turn = Turn(np.radians(np.clip(rng.normal(0, 30), -65, 65)), np.radians(rng.normal(0, 11)), max(0.0, rng.normal(0, 0.25)))
        extended = self.reposer.turned(self.reposer.extend(moved), turn)
        matrix = (matrix_of or self.crop_matrix)(extended[:g.POINT_COUNT], rng)
        extended = g.apply(matrix, extended)
        map_x, map_y, depth = self.reposer.map_to(mesh, extended, CROP_SIZE)
        crop = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        points = extended[:g.POINT_COUNT]
        visible = self.reposer.visibility(points, depth)
        return (paint_open_mouth(crop, points, rng) if opened else crop), points, visible

    def plain(self, i, rng, matrix_of=None):
        image, mesh = self.photo(i, rng)
        matrix = (matrix_of or self.crop_matrix)(mesh, rng)
        crop = cv2.warpAffine(image, matrix, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return crop, g.apply(matrix, mesh), np.ones(468, bool)

    def negative(self, rng):
        """Something that is not a well-framed face."""
        if rng.random() < 0.7:
            image = self.negatives[rng.integers(len(self.negatives))]
            side = rng.uniform(0.25, 1.0) * min(image.shape[:2])
            centre = rng.uniform(0, 1, 2) * [image.shape[1], image.shape[0]]
            matrix = g.crop_from_image(centre, side, rng.uniform(-0.5, 0.5), CROP_SIZE)
        else:                                     # a face, but far off centre or of the wrong size
            i = rng.integers(len(self.images))
            image = self.images[i]
            centre, side, roll = g.level_box(self.meshes[i])
            angle = rng.uniform(0, 2 * np.pi)
            off = np.array([np.cos(angle), np.sin(angle)]) * side
            if rng.random() < 0.6:
                centre, side = centre + off * rng.uniform(0.6, 1.0), side * rng.uniform(0.7, 1.4)
            else:
                centre, side = centre + off * rng.uniform(0, 0.3), side * (rng.uniform(0.25, 0.45) if rng.random() < 0.7 else rng.uniform(2.6, 4))
            matrix = g.crop_from_image(centre, side * CROP_SPAN, roll + rng.normal(0, 0.4), CROP_SIZE)
        return cv2.warpAffine(image, matrix, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def blinking(self, i, rng):
        """The photo with lids that are closed, half closed, or only one of them; its own pose."""
        t = rng.uniform(0, 1) if rng.random() < 0.6 else 1.0
        shares = np.clip(t + rng.normal(0, 0.06, 2), 0, 1)
        if rng.random() < 0.15:
            shares[rng.integers(2)] = 0.0
        return self.turned(i, rng, Turn(*np.radians(rng.normal(0, 4, 2)), 0.0), False, lids=shares)

    def face(self, i, rng):
        """-> crop, points, vertex visibility (468)"""
        kind = rng.random()
        if kind < self.blink_share:
            return self.blinking(i, rng)
        return self.turned(i, rng) if kind < self.blink_share + self.repose_share else self.plain(i, rng)

    def sample(self, i, rng):
        if rng.random() < self.negative_share:
            crop = photometric.augment(self.negative(rng), rng)
            return crop, np.zeros((g.POINT_COUNT, 3)), 0.0, np.zeros(len(g.REGIONS))
        crop, points, visible = self.face(i, rng)
        covered = np.zeros(468)
        if rng.random() < self.occlude_share:
            texture = self.negatives[rng.integers(len(self.negatives))]
            crop, alpha, _ = occluders.paste(occluders.Canvas(crop, points, rng, texture), occluders.PAINTERS)
            p = np.clip(np.round(points[:468, :2]).astype(int), 0, CROP_SIZE - 1)
            covered = alpha[p[:, 1], p[:, 0]]
        inside = ((points[:468, :2] > -0.5) & (points[:468, :2] < CROP_SIZE - 0.5)).all(1)
        seen = visible * inside * (1 - covered)
        visibility = np.array([seen[v].mean() for v in g.region_vertices()])
        if rng.random() < 0.5:
            crop = np.ascontiguousarray(crop[:, ::-1])
            points = points[self.mirror]
            points[:, 0] = CROP_SIZE - 1 - points[:, 0]
            visibility = visibility[g.MIRRORED_REGIONS]
        return photometric.augment(crop, rng), points, 1.0, visibility


def label_statistics(sampler, rng, count=3000):
    """Mean (1434) and principal directions (k x 1434, scaled by standard deviation) of the points in training crops."""
    shapes = []
    for _ in range(count):
        i = rng.integers(len(sampler.meshes))
        mesh = sampler.meshes[i].astype(np.float64)
        if rng.random() < sampler.repose_share:
            moved, _ = sampler.reposer.change_expression(mesh, rng)
            turn = Turn(np.radians(np.clip(rng.normal(0, 30), -65, 65)), np.radians(rng.normal(0, 11)), max(0.0, rng.normal(0, 0.25)))
            mesh = sampler.reposer.turned(sampler.reposer.extend(moved), turn)[:g.POINT_COUNT]
        shapes.append(g.apply(sampler.crop_matrix(mesh, rng), mesh).ravel())
    shapes = np.array(shapes)
    mean = shapes.mean(0)
    _, deviation, directions = np.linalg.svd(shapes - mean, full_matrices=False)
    return mean, directions[:128] * (deviation[:128, None] / np.sqrt(count))
