"""What trains and what measures the detector."""
import dataclasses

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from . import dataset, geometry as g, photometric
from .detect_samples import DetectSampler, SMALLEST_FACE_PX, box_and_points, person_masks
from .loop import LoopOptions, load_weights, train
from .mesh_task import SETS, to_tensor
from .models.detect import DetectNet, STRIDES, decode

# Face sizes (longer side, pixels) that each stride is responsible for; they overlap.
SIZE_RANGES = ((0, 64), (40, 140), (100, 1e9))
SAME_FACE = 0.7                              # overlap of boxes from which on cells' answers are averaged
BOX_WEIGHT = 1.5
POSITIVE_SHARE, GREY_SHARE = 0.16, 0.32      # of the box, around its centre: cells that say face, cells that say nothing


@dataclasses.dataclass
class DetectOptions(LoopOptions):
    name: str = 'detect'
    samples: int = 300_000
    batch: int = 16
    rate: float = 2e-3
    workers: int = 1
    size: int = 256
    real_weight: float = 1.5
    point_weight: float = 8.0
    hard_share: float = 1.0         # of the pictures: bad quality, occluders, many turned heads
    start: str = ''                 # weights (.npz) to go on from


def assign(faces, size):
    """Per cell of all strides: kind (1 face, 0 background, -1 neither), box (4), points (10)."""
    kinds, boxes, points = [], [], []
    for stride, (low, high) in zip(STRIDES, SIZE_RANGES):
        n = size // stride
        centre = (np.stack(np.meshgrid(np.arange(n), np.arange(n)), -1).reshape(-1, 2) + 0.5) * stride - 0.5
        kind, best = np.zeros(n * n, np.float32), np.full(n * n, np.inf)
        box, point = np.zeros((n * n, 4), np.float32), np.zeros((n * n, 10), np.float32)
        for b, p, ignore in zip(faces.boxes, faces.points, faces.ignore):
            d = np.abs(centre - b[:2])
            extent = max(b[2:])
            if ignore:
                kind[(d < 0.5 * b[2:]).all(1) & (kind == 0)] = -1
                continue
            if not low <= extent < high:
                continue
            near = (d <= np.maximum(POSITIVE_SHARE * b[2:], 0.5 * stride)).all(1)
            grey = (d <= np.maximum(GREY_SHARE * b[2:], 1.01 * stride)).all(1)
            kind[grey & (kind == 0)] = -1
            distance = np.linalg.norm(d, axis=1) / extent
            mine = near & (distance < best)
            kind[mine], best[mine], box[mine], point[mine] = 1, distance[mine], b, p.ravel()
        kinds.append(kind), boxes.append(box), points.append(point)
    return np.concatenate(kinds), np.concatenate(boxes), np.concatenate(points)


def box_overlap(a, b):
    """-> IoU and generalised IoU (Rezatofighi et al. 2019) of boxes centre x y, width, height."""
    a0, a1, b0, b1 = a[..., :2] - a[..., 2:] / 2, a[..., :2] + a[..., 2:] / 2, b[..., :2] - b[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2
    shared = (torch.minimum(a1, b1) - torch.maximum(a0, b0)).clamp(min=0).prod(-1)
    union = a[..., 2:].prod(-1) + b[..., 2:].prod(-1) - shared
    hull = (torch.maximum(a1, b1) - torch.minimum(a0, b0)).prod(-1)
    iou = shared / union.clamp(min=1e-6)
    return iou, iou - (hull - union) / hull.clamp(min=1e-6)


class DetectTask:
    def __init__(self, options):
        self.options = options
        self.sampler = DetectSampler.for_training(options.real_weight)

    def make_batch(self, count, rng):
        canvases, targets = [], []
        for _ in range(count):
            hard = rng.random() < self.options.hard_share
            canvas, faces = self.sampler.sample(rng, self.options.size, largest=self.options.size * 1.15, hard=hard)
            canvases.append(canvas)
            targets.append(assign(faces, self.options.size))
        kind, box, points = (torch.from_numpy(np.stack(t)) for t in zip(*targets))
        return to_tensor(canvases), kind, box, points

    def loss(self, model, batch, progress):
        x, kind, box, points = batch
        scores, found_box, found_points, _ = decode(model(x.contiguous(memory_format=torch.channels_last)))
        face = kind > 0.5
        score, overlap = score_and_box_loss(scores, found_box, kind, box)
        extent = box[face][:, 2:].amax(1, keepdim=True)
        error = (found_points[face] - points[face]) / extent
        point = F.smooth_l1_loss(error, torch.zeros_like(error), beta=0.01) if len(error) else scores.sum() * 0
        loss = score + BOX_WEIGHT * overlap + self.options.point_weight * point
        return loss, {'score': float(score), 'overlap': float(overlap), 'points': float(point)}


def score_and_box_loss(scores, found_box, kind, box):
    """scores, kind n x cells; boxes n x cells x 4; kind as of assign(). -> loss of the scores (varifocal: towards the overlap of the cell's box), of the boxes"""
    face = kind > 0.5
    iou, giou = box_overlap(found_box[face], box[face])
    target = torch.zeros_like(scores)
    target[face] = iou.detach().clamp(0, 1)
    p = torch.sigmoid(scores)
    weight = torch.where(face, (target - p).abs().pow(1.5), p.pow(2)).detach() * (kind > -0.5)
    score = (F.binary_cross_entropy_with_logits(scores, target, reduction='none') * weight).sum() / face.sum().clamp(min=1)
    return score, (1 - giou).mean() if len(giou) else scores.sum() * 0


def suppress(boxes, scores, max_overlap=0.4):
    """Greedy non-maximum suppression. -> indices, best first"""
    order, keep = np.argsort(-scores), []
    low, high, area = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:].prod(1)
    while len(order):
        i, order = order[0], order[1:]
        keep.append(i)
        shared = np.maximum(0, np.minimum(high[i], high[order]) - np.maximum(low[i], low[order])).prod(1)
        order = order[shared / (area[i] + area[order] - shared) < max_overlap]
    return np.array(keep, int)


def weights_of_cells(boxes, scores, keep):
    """How much each cell counts for each kept one: score cubed where both see the same face. -> kept x cells"""
    overlap = [box_overlap(torch.from_numpy(boxes[i:i + 1]), torch.from_numpy(boxes))[0].numpy() for i in keep]
    return scores ** 3 * (np.stack(overlap) >= SAME_FACE) if len(keep) else np.zeros((0, len(scores)), np.float32)


def average(values, weight):
    """values cells x n (x ...), weight kept x cells or kept x cells x n -> kept x n (x ...)"""
    weight = weight[..., None] if weight.ndim == 2 else weight
    weight = weight / weight.sum(1, keepdims=True)
    return np.einsum('kcn,cn...->kn...', np.broadcast_to(weight, (*weight.shape[:2], values.shape[1])), values)


@torch.no_grad()
def detect(model, image, size=320, threshold=0.3):
    """BGR picture, letterboxed top-left to size x size -> boxes n x 4 (centre, size), points n x 5 x 2, scores n, in image pixels."""
    model.eval()
    k = size / max(image.shape[:2])
    small = cv2.resize(image, (max(1, round(image.shape[1] * k)), max(1, round(image.shape[0] * k))), interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_LINEAR)
    canvas = np.zeros((size, size, 3), np.uint8)
    canvas[:small.shape[0], :small.shape[1]] = small
    scores, boxes, points, spreads = (t[0].numpy() for t in decode(model(to_tensor([canvas]))))
    scores = 1 / (1 + np.exp(-scores))
    good = scores > threshold
    scores, boxes, points, spreads = scores[good], boxes[good], points[good].reshape(-1, 5, 2), spreads[good]
    keep = suppress(boxes, scores)
    weight = weights_of_cells(boxes, scores, keep)
    found, points = average(boxes, weight), average(points, weight[..., None] * np.exp(-2 * spreads))
    to_image = lambda p: (p + 0.5) / k - 0.5
    return np.hstack([to_image(found[:, :2]), found[:, 2:] / k]), to_image(points), scores[keep]


class DetectEvaluation:
    """Held-out composites of 320 px and face-free photos, fixed by a seed."""

    def __init__(self, seed=2025, composites=500):
        images, meshes, photos = dataset.level_crops(SETS, 'val')
        negatives = dataset.read_negatives('val')
        sampler = DetectSampler(images, person_masks(SETS, 'val'), meshes, negatives)
        rng = np.random.default_rng(seed)
        self.composites = {kind: [sampler.sample(rng, 320, largest=300, hard=kind == 'hard') for _ in range(composites)] for kind in ('plain', 'hard')}
        self.face_free = negatives

    @staticmethod
    def match(box, found):
        """Index of the found box that overlaps most (IoU >= 0.4), or -1."""
        if not len(found):
            return -1
        iou = box_overlap(torch.from_numpy(np.asarray(found, np.float32)), torch.from_numpy(np.asarray(box, np.float32))[None])[0].numpy()
        return int(iou.argmax()) if iou.max() >= 0.4 else -1

    def threshold(self, model, per_hundred=1.0):
        """The lowest score at which face-free photos give at most per_hundred false alarms per 100 photos."""
        scores = np.sort(np.concatenate([detect(model, image, threshold=0.02)[2] for image in self.face_free]))[::-1]
        allowed = int(per_hundred * len(self.face_free) / 100)
        return float(scores[allowed]) + 1e-4 if len(scores) > allowed else 0.02

    def rows(self, model):
        threshold = max(0.1, self.threshold(model))
        out = {'threshold': threshold}
        for kind, composites in self.composites.items():
            out.update({f'{kind}: {k}': v for k, v in self.measure(model, composites, threshold).items()})
        return out

    def measure(self, model, composites, threshold):
        bins = {'12-24 px': (12, 24), '24-48 px': (24, 48), '>= 48 px': (48, 1e9)}
        hit, total, errors, wrong = {k: 0 for k in bins}, {k: 0 for k in bins}, [], 0
        for canvas, faces in composites:
            boxes, points, scores = detect(model, canvas, threshold=threshold)
            used = set()
            for box, point, ignore in zip(faces.boxes, faces.points, faces.ignore):
                j = self.match(box, boxes)
                used.add(j)
                for name, (low, high) in bins.items():
                    if not ignore and low <= max(box[2:]) < high:
                        total[name] += 1
                        hit[name] += j >= 0
                        eyes = np.linalg.norm(point[0] - point[1])
                        frontal = eyes > 0.7 * np.linalg.norm(point[:2].mean(0) - point[3:].mean(0))     # profiles have no eye distance
                        if j >= 0 and name == '>= 48 px' and frontal:
                            errors.append(np.linalg.norm(points[j] - point, axis=1).mean() / eyes)
            wrong += len(set(range(len(boxes))) - used)
        out = {f'recall {k}': hit[k] / max(1, total[k]) for k in bins}
        out['points of frontal faces >= 48 px, % of eye distance'] = 100 * float(np.mean(errors)) if errors else float('nan')
        out['extra boxes per 100 composites'] = 100 * wrong / len(composites)
        return out

    def __call__(self, model):
        return '; '.join(f'{k} {v:.3f}' for k, v in self.rows(model).items())


def build():
    return DetectNet()


def run(options):
    torch.manual_seed(options.seed)
    task = DetectTask(options)
    model = DetectNet()
    if options.start:
        load_weights(model, options.start)
    model = model.to(memory_format=torch.channels_last)
    return train(model, task.make_batch, task.loss, options, DetectEvaluation())
