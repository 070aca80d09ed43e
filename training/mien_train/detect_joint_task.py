"""Trains the whole detector on with the loss that counts in the end: a face's points after its cells' answers were averaged. The point branch alone
(detect_points_task.py) has to take the trunk's features as they are.

Composites are made once and kept (0.2 MB each); mirrored and in other light they serve many times.
"""
import dataclasses
import functools

import numpy as np
import torch

from . import photometric, shards
from .detect_points_task import CompositeOptions, LEAST_FACE_PX, LEAST_SCORE, MOST_FACES, pad, points_loss
from .detect_samples import DetectSampler, Faces
from .detect_task import BOX_WEIGHT, SAME_FACE, DetectEvaluation, assign, box_overlap, score_and_box_loss
from .loop import train
from .mesh_task import to_tensor
from .models.detect import DetectNet, decode
from .shipped_weights import calibrate

SHARD = 500
MIRRORED = [1, 0, 2, 4, 3]      # eyes, nose, corners of the mouth


@dataclasses.dataclass
class DetectJointOptions(CompositeOptions):     # start: one with a wider stem gives its most useful channels
    name: str = 'detect_joint'
    samples: int = 200_000
    composites: int = 16_000
    batch: int = 16
    rate: float = 1e-3
    point_weight: float = 20.0
    hard_share: float = 0.4


def make_shard(sampler, options, rng):
    rows = []
    for _ in range(SHARD):
        canvas, faces = sampler.sample(rng, options.size, largest=options.size * 1.15, hard=rng.random() < options.hard_share)
        rows.append([canvas, pad(faces.boxes, (4,)), pad(faces.points, (5, 2)), pad(faces.ignore, ()), min(len(faces.boxes), MOST_FACES)])
    return [np.stack(column) for column in zip(*rows)]


def composites(options):
    """-> per shard: pictures, boxes, points, which to ignore, how many"""
    sampler = functools.cache(DetectSampler.for_training)
    return shards.cached('detect_composites', options.composites // SHARD, 5, lambda i: make_shard(sampler(), options, np.random.default_rng([options.seed, 31, i])))


def mirror(canvas, boxes, points):
    """In the picture turned left to right."""
    boxes, points, last = boxes.copy(), points[:, MIRRORED].copy(), canvas.shape[1] - 1
    boxes[:, 0], points[..., 0] = last - boxes[:, 0], last - points[..., 0]
    return np.ascontiguousarray(canvas[:, ::-1]), boxes, points


@torch.no_grad()
def cells_of_faces(scores, found, boxes, ignore, counts):
    """Which face each cell speaks of, as the network's own boxes say (-1: of none, or of one that does not count). scores 0 to 1, n x cells."""
    overlap, _ = box_overlap(found[:, None], boxes[:, :, None])             # n x faces x cells
    overlap[torch.arange(MOST_FACES)[None] >= counts[:, None]] = 0
    best, which = overlap.max(1)
    wanted = (boxes[..., 2:].amax(-1) >= LEAST_FACE_PX) & (ignore < 0.5)
    good = (best >= SAME_FACE) & (scores >= LEAST_SCORE) & wanted.gather(1, which)
    return torch.where(good, which, torch.full_like(which, -1))


class DetectJointTask:
    def __init__(self, options):
        self.options, self.shards = options, composites(options)

    def make_batch(self, count, rng):
        canvases, targets, rows = [], [], []
        for _ in range(count):
            shard = self.shards[rng.integers(len(self.shards))]
            canvas, boxes, points, ignore, n = (column[i] for i in [rng.integers(SHARD)] for column in shard)
            canvas, boxes, points = mirror(canvas, boxes[:n], points[:n]) if rng.random() < 0.5 else (canvas, boxes[:n], points[:n])
            canvases.append(photometric.colour_and_light(canvas, rng, 0.4) if rng.random() < 0.5 else canvas)
            targets.append(assign(Faces(boxes, points, ignore[:n] > 0.5), self.options.size))
            rows.append((pad(boxes, (4,)), pad(points, (5, 2)), ignore, n))
        return [to_tensor(canvases), *(torch.from_numpy(np.stack(t)) for t in zip(*targets)), *(torch.from_numpy(np.stack(r)) for r in zip(*rows))]

    def loss(self, model, batch, progress):
        x, kind, box, _, boxes, points, ignore, counts = batch
        scores, found_box, found_points, spreads = decode(model(x.contiguous(memory_format=torch.channels_last)))
        score, overlap = score_and_box_loss(scores, found_box, kind, box)
        p = torch.sigmoid(scores).detach()
        cells = cells_of_faces(p, found_box, boxes, ignore, counts)
        together, alone, _ = points_loss(found_points, spreads, p, cells, points, boxes[..., 2:].amax(-1))
        loss = score + BOX_WEIGHT * overlap + self.options.point_weight * (together + self.options.spread_weight * alone)
        return loss, {'score': float(score), 'overlap': float(overlap), 'points, % of the face': 100 * float(together)}


def begin(model, path, batch):
    """A detector's weights, ready to be trained. Of a wider stem those channels stay that put out most."""
    with np.load(path) as z:
        weights = {k: z[k] for k in z.files}
    wide, mine = weights['stem.0.0.weight'].shape[0], model.stem[0][0].out_channels
    if wide > mine:
        after = np.abs(weights['stem.1.0.weight']).sum((0, 2, 3)) * np.abs(weights['stem.0.0.weight']).sum((1, 2, 3))
        kept = np.sort(np.argsort(-after)[:mine])
        weights = {k: v[kept] if k.startswith('stem.0.') and v.ndim else v[:, kept] if k == 'stem.1.0.weight' else v for k, v in weights.items()}
    model.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
    return calibrate(model, batch)


def run(options):
    torch.manual_seed(options.seed)
    if not options.start:
        raise SystemExit('detect_joint: start= wants the weights (.npz) of a detector')
    task = DetectJointTask(options)
    model = begin(DetectNet(), options.start, task.make_batch(64, np.random.default_rng(options.seed))[0]).to(memory_format=torch.channels_last)
    return train(model, task.make_batch, task.loss, options, DetectEvaluation())
