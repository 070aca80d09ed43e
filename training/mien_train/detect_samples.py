"""Training and test pictures of the detector: heads of labelled photos cut out and pasted on face-free pictures, collages, no faces.

A face's box is the axis-parallel box around its 468 points in the frame where its eyes are level, put back at its place without
turning: width and height do not grow when the head leans.
"""
import tarfile
from dataclasses import dataclass

import cv2
import numpy as np

from . import dataset, geometry as g, occluders, photometric
from .mesh_task import SETS
from .paths import CACHE, DATA
from .repose import Reposer, Turn

SMALLEST_FACE_PX = 10.0         # smaller ones are neither taught nor counted


@dataclass
class Faces:
    boxes: np.ndarray           # n x 4: centre x, y, width, height
    points: np.ndarray          # n x 5 x 2
    ignore: np.ndarray          # n bool: partly covered or too small: neither face nor background

    @staticmethod
    def of(rows):
        boxes = np.array([r[0] for r in rows], np.float32).reshape(-1, 4)
        points = np.array([r[1] for r in rows], np.float32).reshape(-1, 5, 2)
        return Faces(boxes, points, np.array([r[2] for r in rows], bool))


def box_and_points(mesh):
    d = mesh[g.LEFT_EYE_CORNERS, :2].mean(0) - mesh[g.RIGHT_EYE_CORNERS, :2].mean(0)
    roll = np.arctan2(d[1], d[0])
    c, s = np.cos(roll), np.sin(roll)
    to_level = np.array([[c, s], [-s, c]])
    level = mesh[:468, :2] @ to_level.T
    low, high = level.min(0), level.max(0)
    centre = (low + high) / 2 @ to_level
    return np.array([*centre, *(high - low)]), mesh[g.FIVE_POINTS, :2].copy()


MASK_CHANNELS = {'hair': 0, 'person': 1, 'face': 2}


def level_masks(sets, split, channel, out_size):
    """n x out_size x out_size uint8, over the whole of dataset.level_crops: one of MASK_CHANNELS, 0 where the crop lies outside of the photo."""
    images, meshes, photos = dataset.level_crops(sets, split)
    out = np.zeros((len(images), out_size, out_size), np.uint8)
    k = out_size / images.shape[1]
    to_out = np.array([[k, 0, 0.5 * k - 0.5], [0, k, 0.5 * k - 0.5]])
    for set_name in sets:
        with tarfile.open(DATA / 'labels' / f'{set_name}_masks.tar') as tar:
            masks = {m.name.split('/')[-1].rsplit('.', 1)[0]: cv2.imdecode(np.frombuffer(tar.extractfile(m).read(), np.uint8), cv2.IMREAD_COLOR) for m in tar if m.isfile()}
        shapes = {k: v.shape[:2] for k, v in dataset.read_images(set_name).items()}
        for i, photo in enumerate(photos):
            if photo.set == set_name:
                height, width = shapes[photo.name]
                mask = masks[photo.name.rsplit('.', 1)[0]][..., MASK_CHANNELS[channel]]
                mask = cv2.resize(mask, (max(height, width),) * 2, interpolation=cv2.INTER_LINEAR)[:height, :width]
                mask[[0, -1]], mask[:, [0, -1]] = 0, 0
                matrix = g.compose(to_out, g.similarity_transform(photo.mesh[:, :2], meshes[i][:, :2]))
                out[i] = cv2.warpAffine(mask, matrix, (out_size, out_size), flags=cv2.INTER_LINEAR, borderValue=0)
    return out


def person_masks(sets, split):
    """n x 288 x 288 uint8, aligned with dataset.level_crops: the person."""
    path = CACHE / f"level_{'-'.join(sets)}_{split}.person.npy"
    if not path.exists():
        np.save(path, level_masks(sets, split, 'person', dataset.LEVEL_SIZE))
    return np.load(path)


class DetectSampler:
    def __init__(self, images, masks, meshes, negatives, weights=None):
        self.images, self.masks, self.meshes, self.negatives = images, masks, meshes, negatives
        self.reposer = Reposer()
        w = np.ones(len(images)) if weights is None else np.asarray(weights, float)
        self.cumulative = np.cumsum(w / w.sum())

    @classmethod
    def for_training(cls, real_weight=1.5):
        """Of the training people; real photos are drawn more often."""
        images, meshes, photos = dataset.level_crops(SETS, 'train')
        return cls(images, person_masks(SETS, 'train'), meshes, dataset.read_negatives('train'), [real_weight if p.real else 1.0 for p in photos])

    def _pick(self, rng):
        return int(np.searchsorted(self.cumulative, rng.random()))

    def background(self, size, rng):
        kind = rng.random()
        if kind < 0.85:
            image = self.negatives[rng.integers(len(self.negatives))]
            side = rng.uniform(0.3, 1.0) * min(image.shape[:2])
            centre = rng.uniform(side / 2, np.maximum(side / 2, np.array(image.shape[1::-1]) - side / 2))
            matrix = g.crop_from_image(centre, side, rng.normal(0, 0.1), size)
            out = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
            return np.ascontiguousarray(out[:, ::-1]) if rng.random() < 0.5 else out
        if kind < 0.93:
            noise = rng.uniform(0, 255, (rng.integers(2, 9), rng.integers(2, 9), 3)).astype(np.uint8)
            return cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
        return np.full((size, size, 3), rng.uniform(0, 255, 3 if rng.random() < 0.5 else 1), np.uint8)

    def head(self, rng, turn_share=0.3):
        """One head as a 288-px crop. -> image, alpha (uint8), mesh"""
        i = self._pick(rng)
        image, mask, mesh = self.images[i], self.masks[i], self.meshes[i].astype(np.float64)
        if rng.random() < turn_share:
            size = image.shape[0]
            turn = Turn(np.radians(np.clip(rng.normal(0, 40), -75, 75)), np.radians(rng.normal(0, 13)), max(0.0, rng.normal(0, 0.2)))
            moved, _ = self.reposer.change_expression(mesh, rng) if rng.random() < 0.3 else (mesh, False)
            extended = self.reposer.turned(self.reposer.extend(moved), turn)
            map_x, map_y, _ = self.reposer.map_to(mesh, extended, size)
            image = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            mask = cv2.remap(mask, map_x, map_y, cv2.INTER_LINEAR, borderValue=0)
            mesh = extended[:g.POINT_COUNT]
        if rng.random() < 0.5:
            image, mask = image[:, ::-1], mask[:, ::-1]
            mesh = mesh[g.mirror_permutation()]
            mesh[:, 0] = image.shape[1] - 1 - mesh[:, 0]
        return np.ascontiguousarray(image), np.ascontiguousarray(mask), mesh

    def _place(self, canvas, cover, face_px, centre, roll, rng, rectangle, turn_share):
        """Pastes a head. -> box, points, its share of the canvas inside"""
        image, mask, mesh = self.head(rng, turn_share)
        size = canvas.shape[0]
        middle, side, _ = g.level_box(mesh)
        k = face_px / side
        if k < 0.7:
            sigma = 0.4 / k
            image = cv2.GaussianBlur(image, (0, 0), sigma) if sigma < 2 else cv2.blur(image, (int(1 / k),) * 2)
        c, s = k * np.cos(roll), k * np.sin(roll)
        rotation = np.array([[c, -s], [s, c]])
        matrix = np.hstack([rotation, (np.asarray(centre) - rotation @ middle)[:, None]])
        span = image.shape[0] * k * (abs(np.cos(roll)) + abs(np.sin(roll))) / 2 + 2
        focus = rotation @ np.full(2, image.shape[0] / 2) + matrix[:, 2]
        x0, y0 = np.maximum(0, np.floor(focus - span)).astype(int)
        x1, y1 = np.minimum(size, np.ceil(focus + span)).astype(int)
        if x1 <= x0 or y1 <= y0:
            return None
        local = matrix - np.array([[0, 0, x0], [0, 0, y0]])
        window = (x1 - x0, y1 - y0)
        if rng.random() < 0.6:
            image = photometric.colour_and_light(image, rng, 0.7)
        patch = cv2.warpAffine(image, local, window, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        alpha_source = np.full(image.shape[:2], 255, np.uint8) if rectangle else mask
        alpha = cv2.warpAffine(alpha_source, local, window, flags=cv2.INTER_LINEAR)[..., None].astype(np.float32) / 255
        region = canvas[y0:y1, x0:x1]
        region[:] = (region * (1 - alpha) + patch * alpha).astype(np.uint8)
        placed = g.apply(matrix, mesh)
        polygon = np.round(placed[g.OVAL, :2]).astype(np.int32)
        for other in cover:                        # what this head hides of the ones before
            other[y0:y1, x0:x1] *= (1 - alpha[..., 0] > 0.5)
        mine = np.zeros((size, size), np.uint8)
        cv2.fillPoly(mine, [polygon], 1)
        cover.append(mine)
        full = max(1.0, cv2.contourArea(polygon.astype(np.float32)))
        return box_and_points(placed), full, placed

    def _finish(self, canvas, placed, cover, rng, occlude):
        rows = []
        for (box_points, full, mesh), mine in zip(placed, cover):
            box, points = box_points
            visible = mine.sum() / full
            if box[2] > 40 and occlude and rng.random() < 0.25:
                canvas[:] = occluders.paste(occluders.Canvas(canvas, mesh, rng, self.negatives[rng.integers(len(self.negatives))]), occluders.PAINTERS)[0]
            if visible < 0.2:
                continue
            rows.append((box, points, visible < 0.55 or max(box[2:]) < SMALLEST_FACE_PX))
        return canvas, Faces.of(rows)

    def sample(self, rng, size=256, largest=None, hard=True):
        """-> canvas BGR uint8 size x size, Faces. hard: with occluders, many turned heads and bad picture quality, as in training; otherwise
        what photos are like: heads lean up to 40 degrees, some are turned, light and compression differ."""
        largest = largest or size * 1.0
        canvas, placed, cover = self.background(size, rng), [], []
        kind = rng.random()
        if kind > 0.9:
            return self._quality(canvas, rng, hard), Faces.of([])
        count = 1 if kind < 0.35 else int(rng.integers(1, 7))
        sizes = np.sort(np.exp(rng.uniform(np.log(9), np.log(largest / (1.0 if count < 3 else 2.2)), count)))
        for face_px in sizes:
            roll = np.radians(rng.normal(0, 12) if rng.random() < 0.6 else rng.uniform(-45, 45) if hard else rng.uniform(-40, 40))
            margin = min(0.35 * face_px, size * 0.45)
            centre = rng.uniform(margin, size - margin, 2)
            result = self._place(canvas, cover, face_px, centre, roll, rng, rectangle=rng.random() < 0.35, turn_share=0.3 if hard else 0.1)
            if result:
                placed.append(result)
        canvas, faces = self._finish(canvas, placed, cover, rng, hard)
        return self._quality(canvas, rng, hard), faces

    @staticmethod
    def _quality(canvas, rng, hard):
        if hard:
            return photometric.augment(canvas, rng)
        canvas = photometric.colour_and_light(canvas, rng, 0.7)
        return cv2.imdecode(cv2.imencode('.jpg', canvas, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))])[1], cv2.IMREAD_COLOR)
