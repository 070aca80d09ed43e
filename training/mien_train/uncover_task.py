"""What trains and what measures the uncover network: inpainting of thin covers on faces of which nobody wears glasses."""
import dataclasses
import sys

import numpy as np
import torch

from . import dataset, fuse_losses as losses, geometry as g
from .glasses_labels import RealGlasses
from .loop import LoopOptions, load_weights, train
from .mesh_task import SETS
from .models.uncover import UncoverNet, compose
from .uncover_samples import UncoverSampler

HELD_OUT_SAMPLES = 300


@dataclasses.dataclass
class UncoverOptions(LoopOptions):
    name: str = 'uncover'
    samples: int = 60_000
    batch: int = 16
    rate: float = 2e-3
    real_weight: float = 2.0
    feature_weight: float = 2.0     # brows and eyes count 1 + this much
    start: str = ''                 # weights (.npz) to go on from


def bare_faces(split):
    """Level crops of people who wear no glasses, as far as label_glasses.py could tell (of held-out photos nobody asks)."""
    images, meshes, photos = dataset.level_crops(SETS, split)
    wearers = RealGlasses.wearers(split)
    if not wearers:
        sys.exit(f'uncover: nobody looked for glasses in split {split}; run  label_glasses.py WEIGHTS.npz {split}  first')
    keep = np.array([f'{p.set}/{p.name}' not in wearers for p in photos])
    return images[keep], meshes[keep], [p for p, k in zip(photos, keep) if k]


class UncoverTask:
    def __init__(self, options):
        self.options = options
        images, meshes, photos = bare_faces('train')
        self.sampler = UncoverSampler(images, meshes)
        weight = np.array([options.real_weight if p.real else 1.0 for p in photos])
        self.cumulative = np.cumsum(weight / weight.sum())

    def make_batch(self, count, rng):
        chosen = [min(int(np.searchsorted(self.cumulative, rng.random())), len(self.cumulative) - 1) for _ in range(count)]
        x, truth, features = zip(*(self.sampler.sample(i, rng) for i in chosen))
        return tuple(torch.from_numpy(np.stack(a)) for a in (x, truth, features))

    def loss(self, model, batch, progress):
        x, truth, features = batch
        out = compose(x, model(x.contiguous(memory_format=torch.channels_last)))
        weight = x[:, 3:4] * (1 + self.options.feature_weight * features[:, None])
        l1, gradient = losses.multi_scale_l1(out, truth, weight), losses.gradient_l1(out, truth, weight)
        similar = losses.ssim(out.clamp(0, 1), truth, x[:, 3:4])
        return l1 + 0.5 * gradient + 0.2 * (1 - similar), {'l1': float(l1), 'gradient': float(gradient), 'ssim': float(similar)}


class UncoverEvaluation:
    """Held-out faces with painted covers: PSNR and SSIM of what is filled in, beside the mean colour alone."""

    def __init__(self, seed=2027):
        images, meshes, _ = bare_faces('val')
        sampler, rng = UncoverSampler(images, meshes), np.random.default_rng(seed)
        chosen = rng.permutation(len(images))[:HELD_OUT_SAMPLES]
        x, truth, _ = zip(*(sampler.sample(i, rng, drift=0.0) for i in chosen))
        self.x, self.truth = torch.from_numpy(np.stack(x)), torch.from_numpy(np.stack(truth))

    def figures(self, out):
        cover = self.x[:, 3:4]
        error = ((out.clamp(0, 1) - self.truth) ** 2 * cover).sum((1, 2, 3)) / (3 * cover.sum((1, 2, 3)) + 1e-6)
        return float((-10 * torch.log10(error + 1e-8)).mean()), float(losses.ssim(out.clamp(0, 1), self.truth, cover))

    @torch.no_grad()
    def rows(self, model):
        model.eval()
        out = torch.cat([compose(x, model(x)) for x in self.x.split(20)])
        table = {}
        for name, picture in (('mean colour', self.x[:, 0:3]), ('network', out)):
            table[f'PSNR {name}'], table[f'SSIM {name}'] = self.figures(picture)
        return table

    def __call__(self, model):
        return '; '.join(f'{k} {v:.3f}' for k, v in self.rows(model).items())


def run(options):
    torch.manual_seed(options.seed)
    task, model = UncoverTask(options), UncoverNet()
    if options.start:
        load_weights(model, options.start)
    return train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, UncoverEvaluation())
