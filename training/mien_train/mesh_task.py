"""What trains and what measures the mesh network."""
import dataclasses

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from . import dataset, geometry as g
from .loop import LoopOptions, load_weights, train
from .mesh_samples import MeshSampler, label_statistics
from .models.mesh import CROP_SIZE, MeshNet
from .repose import LOWER_LIDS, UPPER_LIDS, Turn
from .shipped_weights import calibrate, load_shipped

SETS = ('free', 'id', 'synth512', 'synth256')


@dataclasses.dataclass
class MeshOptions(LoopOptions):
    name: str = 'mesh'
    samples: int = 1_000_000
    real_weight: float = 2.0        # real photos are drawn this much more often
    wing_px: float = 8.0
    wing_curve_px: float = 1.5
    blink_share: float = 0.0        # of the samples with a face, those whose lids are moved and nothing else
    gaze_share: float = 0.0         # of all with a face, those whose irises are moved
    lids_weight: float = 0.0        # of how far the lids are apart, beside where they are
    gaze_weight: float = 0.0        # of where the irises are between the corners of the eye
    start: str = ''                 # weights (.npz) to go on from; 'shipped': those in models/


def to_tensor(crops):
    """List of BGR uint8 crops -> n x 3 x H x W RGB in [-1, 1]."""
    x = torch.from_numpy(np.stack(crops)[..., ::-1].copy()).permute(0, 3, 1, 2).float()
    return (x - 127.5) / 127.5


def point_weights():
    w = np.ones(g.POINT_COUNT, np.float32)
    w[g.LANDMARKS68] = 1.5
    for part in (g.RIGHT_EYE, g.LEFT_EYE, g.OUTER_LIPS, g.INNER_LIPS, g.RIGHT_IRIS, g.LEFT_IRIS):
        w[part] = 2.5
    return torch.from_numpy(w / w.mean())


def wing(d, width, curve):
    """Wing loss (Feng et al. 2018, arXiv 1711.06753)."""
    d = d.abs()
    offset = width - width * np.log(1 + width / curve)
    return torch.where(d < width, width * torch.log(1 + d / curve), d - offset)


def lid_gaps(points):
    """n x 478 x 3, crop pixels -> n x 14: how far each point of an upper lid is above the one of the lower lid."""
    upper, lower = sum(UPPER_LIDS, []), sum(LOWER_LIDS, [])
    return torch.linalg.vector_norm(points[:, upper, :2] - points[:, lower, :2] + 1e-6, dim=2)


def gazes(points):
    """n x 478 x 3, crop pixels -> n x 2 x 2: the irises' centres from the middle of their eyes' corners."""
    corners = [points[:, c, :2].mean(1) for c in (g.RIGHT_EYE_CORNERS, g.LEFT_EYE_CORNERS)]
    irises = [points[:, i[0], :2] for i in (g.RIGHT_IRIS, g.LEFT_IRIS)]
    return torch.stack([i - c for i, c in zip(irises, corners)], 1)


class MeshTask:
    def __init__(self, options):
        self.options = options
        images, meshes, photos = dataset.level_crops(SETS, 'train')
        self.sampler = MeshSampler(images, meshes, dataset.read_negatives('train'), blink_share=options.blink_share, gaze_share=options.gaze_share)
        weight = np.array([options.real_weight if p.real else 1.0 for p in photos])
        self.cumulative = np.cumsum(weight / weight.sum())
        self.weights = point_weights()

    def make_batch(self, count, rng):
        samples = [self.sampler.sample(int(np.searchsorted(self.cumulative, rng.random())), rng) for _ in range(count)]
        crops, points, presence, visibility = zip(*samples)
        as_float = lambda a: torch.from_numpy(np.asarray(a, np.float32))
        return to_tensor(crops), as_float(points), as_float(presence), as_float(visibility)

    def loss(self, model, batch, progress):
        x, points, presence, visibility = batch
        found, logits = model(x.contiguous(memory_format=torch.channels_last))
        found = found.view(-1, g.POINT_COUNT, 3)
        face = presence[:, None]
        error = found - points
        xy = (wing(error[..., :2], self.options.wing_px, self.options.wing_curve_px).sum(2) * self.weights * face).mean()
        z = (error[..., 2].abs() * face).mean()
        seen = F.binary_cross_entropy_with_logits(logits[:, 0], presence)
        visible = (F.binary_cross_entropy_with_logits(logits[:, 1:], visibility, reduction='none') * face).mean()
        lids = (lid_gaps(found) - lid_gaps(points)).abs().mean(1)
        lids = (lids * presence).mean()
        gaze = ((gazes(found) - gazes(points)).abs().mean((1, 2)) * presence).mean()
        loss = xy + 0.2 * z + 2.0 * seen + visible + self.options.lids_weight * lids + self.options.gaze_weight * gaze
        return loss, {'xy': float(xy), 'z': float(z), 'presence': float(seen), 'visible': float(visible), 'lids': float(lids), 'gaze': float(gaze)}


@torch.no_grad()
def predict(model, crops, batch=64):
    """-> points n x 478 x 3 (crop pixels), logits n x 8."""
    model.eval()
    found = [model(to_tensor(crops[i:i + batch])) for i in range(0, len(crops), batch)]
    return torch.cat([f[0] for f in found]).view(-1, g.POINT_COUNT, 3).numpy(), torch.cat([f[1] for f in found]).numpy()


class MeshEvaluation:
    """Held-out crops with a tracker's drift, fixed by a seed; errors in % of the distance between the eye centres."""

    def __init__(self, seed=2024):
        images, meshes, self.photos = dataset.level_crops(SETS, 'val')
        sampler = MeshSampler(images, meshes, dataset.read_negatives('val'))
        rng = np.random.default_rng(seed)
        drift = lambda mesh, rng: sampler.crop_matrix(mesh, rng, 0.14, 0.08, 20)
        still = lambda mesh, rng: sampler.crop_matrix(mesh, rng, 0.0, 0.0, 0)
        self.sets = {}
        for name, make in (('drift', lambda i: sampler.plain(i, rng, drift)), ('level', lambda i: sampler.plain(i, rng, still)),
                           ('turned 40-60', lambda i: sampler.turned(i, rng, Turn(np.radians(rng.choice([-1, 1]) * rng.uniform(40, 60))), False, drift))):
            crops, points, _ = zip(*[make(i) for i in range(len(images))])
            self.sets[name] = list(crops), np.array(points)
        closed = [sampler.turned(i, rng, Turn(0.0), False, still, lids=(1.0, 1.0)) for i in range(0, len(images), 2)]
        self.closed = [c[0] for c in closed], np.array([c[1] for c in closed])
        sampler.gaze_share = 1.0
        aside = [sampler.plain(i, rng, still) for i in range(0, len(images), 2)]
        self.aside = [a[0] for a in aside], np.array([a[1] for a in aside])
        self.negatives = [sampler.negative(rng) for _ in range(700)]
        self.real = np.array([p.real for p in self.photos])

    @staticmethod
    def errors(found, truth, indices):
        eye = np.linalg.norm(truth[:, g.RIGHT_EYE_CORNERS, :2].mean(1) - truth[:, g.LEFT_EYE_CORNERS, :2].mean(1), axis=1)
        if eye.min() < 1e-3:
            raise ValueError('a test sample has no distance between the eyes')
        return 100 * np.linalg.norm(found[:, indices, :2] - truth[:, indices, :2], axis=2) / eye[:, None]

    def turned_errors(self, found, truth, indices):
        """Turned faces are measured against the eye distance of the same face seen from the front at the same scale (3D)."""
        eye = np.linalg.norm(truth[:, g.RIGHT_EYE_CORNERS].mean(1) - truth[:, g.LEFT_EYE_CORNERS].mean(1), axis=1)
        return 100 * np.linalg.norm(found[:, indices, :2] - truth[:, indices, :2], axis=2) / eye[:, None]

    def rows(self, model):
        """-> dict: name of the figure -> value."""
        out = {}
        lids_lips = g.RIGHT_EYE + g.LEFT_EYE + g.OUTER_LIPS + g.INNER_LIPS
        face_scores = None
        for name, (crops, truth) in self.sets.items():
            found, logits = predict(model, crops)
            measure = self.turned_errors if name.startswith('turned') else self.errors
            e68 = measure(found, truth, g.LANDMARKS68).mean(1)
            out[f'{name}: 68 points, all, %'] = e68.mean()
            out[f'{name}: 68 points, real, %'] = e68[self.real].mean()
            out[f'{name}: 68 points, generated, %'] = e68[~self.real].mean()
            out[f'{name}: lids and lips, all, %'] = measure(found, truth, lids_lips).mean()
            pixels = np.linalg.norm(found[:, :, :2] - truth[:, :, :2], axis=2)
            out[f'{name}: median, px in a 256-px crop'] = np.median(pixels[:, g.LANDMARKS68]) * 256 / CROP_SIZE
            if name == 'drift':
                face_scores = logits[:, 0]
        crops, truth = self.closed
        found, _ = predict(model, crops)
        out['closed lids: opening found'], out['closed lids: opening'] = g.eye_openings(found).mean(), g.eye_openings(truth).mean()
        out['closed lids: 68 points, %'] = self.errors(found, truth, g.LANDMARKS68).mean()
        crops, truth = self.aside
        found, seen = predict(model, crops)[0], gazes(torch.from_numpy(truth)).mean(1).numpy()
        found = gazes(torch.from_numpy(found)).mean(1).numpy()
        out['gaze: correlation along'], out['gaze: across'] = (np.corrcoef(found[:, k], seen[:, k])[0, 1] for k in (0, 1))
        out['gaze: slope along'], out['gaze: slope across'] = (np.polyfit(seen[:, k], found[:, k], 1)[0] for k in (0, 1))
        _, logits = predict(model, self.negatives)
        out['presence AUC'] = (face_scores[:, None] > logits[None, :, 0]).mean()
        return out

    def __call__(self, model):
        rows = self.rows(model)
        return '; '.join(f'{k} {v:.3f}' for k, v in rows.items())

def build(options=None):
    return MeshNet()


def start_model(task, options):
    """The network to train, with what `start` says in it."""
    if options.start == 'shipped':
        model = load_shipped(MeshNet(), 'mesh', (1, 3, CROP_SIZE, CROP_SIZE))
        return calibrate(model, task.make_batch(128, np.random.default_rng(options.seed))[0])
    if options.start:
        return load_weights(MeshNet(), options.start)
    mean, modes = label_statistics(task.sampler, np.random.default_rng(0))
    model = MeshNet(mean)
    model.start_from_modes(modes)
    return model


def run(options):
    task = MeshTask(options)
    torch.manual_seed(options.seed)
    model = start_model(task, options).to(memory_format=torch.channels_last)
    return train(model, task.make_batch, task.loss, options, MeshEvaluation())
