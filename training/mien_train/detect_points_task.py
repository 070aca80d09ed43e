"""Trains the detector's point branch alone, on the features of its finished trunk.

Making a composite and running the trunk costs a hundred times what the branch costs. So both are done once, features are kept on disk
(0.15 MB a composite), and the branch sees each of them many times. What is trained is what counts in the end: the points of a
face after its cells' answers were averaged.
"""
import dataclasses
import functools

import numpy as np
import torch
from torch import nn

from . import shards
from .detect_samples import DetectSampler
from .detect_task import SAME_FACE, DetectEvaluation, box_overlap
from .loop import LoopOptions, load_fitting, train
from .mesh_task import to_tensor
from .models.detect import STRIDES, DetectNet, decode

SHARD = 500
MOST_FACES = 8
LEAST_FACE_PX, LEAST_SCORE = 24.0, 0.3


@dataclasses.dataclass
class CompositeOptions(LoopOptions):
    """Of trainings on composites that are made once."""
    composites: int = 40_000
    workers: int = 0
    size: int = 256
    spread_weight: float = 0.02
    hard_share: float = 0.5
    start: str = ''                 # weights (.npz) of the whole network


@dataclasses.dataclass
class DetectPointsOptions(CompositeOptions):
    name: str = 'detect_points'
    samples: int = 400_000
    rate: float = 2e-3


def cells_of_faces(scores, boxes, faces):
    """Which face each cell speaks of, as DetectNet's own boxes say (-1: of none, or of one that does not count). -> cells int8"""
    overlap = torch.stack([box_overlap(torch.from_numpy(b)[None], boxes)[0] for b in faces.boxes]) if len(faces.boxes) else torch.zeros(1, len(scores))
    best, which = overlap.max(0)
    counts = torch.tensor([not i and max(b[2:]) >= LEAST_FACE_PX for i, b in zip(faces.ignore, faces.boxes)] or [False])
    good = (best >= SAME_FACE) & (torch.sigmoid(scores) >= LEAST_SCORE) & counts[which] & (which < MOST_FACES)
    return torch.where(good, which, torch.full_like(which, -1)).numpy().astype(np.int8)


def pad(rows, shape):
    out = np.zeros((MOST_FACES, *shape), np.float32)
    out[:min(len(rows), MOST_FACES)] = rows[:MOST_FACES]
    return out


@torch.no_grad()
def make_shard(model, sampler, options, rng):
    rows = []
    for _ in range(SHARD):
        canvas, faces = sampler.sample(rng, options.size, largest=options.size * 1.15, hard=rng.random() < options.hard_share)
        features = model.trunk(to_tensor([canvas]).contiguous(memory_format=torch.channels_last))
        boxes = model.boxes(*features)
        scores, found, _, _ = decode([torch.cat([b, b.new_zeros(1, 15, *b.shape[2:])], 1) for b in boxes])
        rows.append([*(f[0].numpy().astype(np.float16) for f in features), torch.sigmoid(scores[0]).numpy(), cells_of_faces(scores[0], found[0], faces),
                     pad(faces.points, (5, 2)), pad(faces.boxes[:, 2:].max(1) if len(faces.boxes) else [], ())])
    return [np.stack(column) for column in zip(*rows)]


def features(model, options):
    """-> per shard: features of three strides, scores, cells, points, extents"""
    sampler = functools.cache(DetectSampler.for_training)
    return shards.cached('detect_points', options.composites // SHARD, 7, lambda i: make_shard(model, sampler(), options, np.random.default_rng([options.seed, i])))


class DetectPointsTask:
    def __init__(self, model, options):
        self.model, self.shards, self.options = model, features(model, options), options

    def make_batch(self, count, rng):
        shard = self.shards[rng.integers(len(self.shards))]
        rows = np.sort(rng.choice(SHARD, count, replace=False))
        return [torch.from_numpy(np.ascontiguousarray(column[rows])) for column in shard]

    def loss(self, branch, batch, progress):
        x8, x16, x32, scores, cells, points, extents = batch
        maps = branch(*(x.float().contiguous(memory_format=torch.channels_last) for x in (x8, x16, x32)))
        _, _, found, spreads = decode([torch.cat([m.new_zeros(len(m), 5, *m.shape[2:]), m], 1) for m in maps])
        together, alone, distance = points_loss(found, spreads, scores, cells, points, extents)
        return together + self.options.spread_weight * alone, {'points, % of the face': 100 * float(together), 'one cell': 100 * float(distance)}


def points_loss(found, spreads, scores, cells, points, extents):
    """found n x cells x 10, spreads (log px) n x cells x 5, scores (0 to 1) and cells (which face, -1: none) n x cells, points n x MOST_FACES x 5 x 2,
    extents n x MOST_FACES (px). -> mean distance of a face's points after its cells were averaged, loss of the single cells, their mean distance;
    distances as shares of the face"""
    sample, cell = torch.nonzero(cells >= 0, as_tuple=True)
    face = sample * MOST_FACES + cells[sample, cell].long()
    found, spread = found[sample, cell].view(-1, 5, 2), spreads[sample, cell]
    truth, extent = points.view(-1, 5, 2)[face], extents.view(-1)[face]
    distance = (found - truth).square().sum(-1).add(1e-4).sqrt() / extent[:, None]
    log_spread = spread - torch.log(extent)[:, None]
    alone = (distance * torch.exp(-log_spread) + 2 * log_spread).mean()          # of a two-dimensional Laplace distribution
    weight = scores[sample, cell].pow(3)[:, None] * torch.exp(-2 * log_spread)
    faces = len(points) * MOST_FACES
    total = weight.new_zeros(faces, 5).index_add_(0, face, weight)
    mean = weight.new_zeros(faces, 5, 2).index_add_(0, face, weight[..., None] * found) / total.clamp(min=1e-9)[..., None]
    seen = total[:, 0] > 0
    error = (mean - points.view(-1, 5, 2)).square().sum(-1).add(1e-4).sqrt()[seen] / extents.view(-1)[seen][:, None]
    return error.mean(), alone, distance.mean()


def run(options):
    torch.manual_seed(options.seed)
    model = DetectNet()
    if not options.start:
        raise SystemExit('detect_points: start= wants the weights (.npz) of a detector whose trunk is finished')
    load_start(model, options.start)
    model = model.to(memory_format=torch.channels_last).eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    task = DetectPointsTask(model, options)
    branch = model.points
    for parameter in branch.parameters():
        parameter.requires_grad_(True)
    evaluation = DetectEvaluation()
    return train(branch, task.make_batch, task.loss, options, lambda averaged: evaluation(with_branch(model, averaged)))


def load_start(model, path):
    """A detector's weights; its point branch may be another one and then stays as it is."""
    missing = [k for k in load_fitting(model, path) if not k.startswith('points.')]
    if missing:
        raise SystemExit(f'{path}: {missing[0]} is not in it; expected the weights of a detector')


def with_branch(model, branch):
    whole = DetectNet()
    whole.load_state_dict({**model.state_dict(), **{f'points.{k}': v for k, v in branch.state_dict().items()}})
    return whole.eval()
