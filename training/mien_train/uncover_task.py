"""What trains and what measures the uncover network: painted glasses and thin covers on faces of which nobody wears glasses.

Real wearers have no truth. With wearers and realism_weight a small discriminator (realism_loss.py) says how the eyes of bare faces look.
"""
import dataclasses
import sys

import numpy as np
import torch
import torch.nn.functional as F

from . import dataset, fuse_losses as losses, geometry as g
from .glasses_labels import RealGlasses, NONE_BELOW, SURE_ABOVE, band_mask
from .loop import LoopOptions, load_weights, train
from .mesh_task import SETS
from .models import uncover
from .models.uncover import SIZE, UncoverNet, compose
from .realism_loss import RealismLoss
from .shipped_weights import calibrate, load_shipped
from .uncover_samples import UncoverSampler, network_input

HELD_OUT_SAMPLES = 300
BARE_BELOW = 0.009             # of the face's width squared that the shipped network takes for glasses (clean_bare_faces.py)


@dataclasses.dataclass
class UncoverOptions(LoopOptions):
    name: str = 'uncover'
    samples: int = 60_000
    batch: int = 16
    rate: float = 2e-3
    real_weight: float = 2.0
    feature_weight: float = 2.0     # brows and eyes count 1 + this much
    glasses_weight: float = 0.3     # of finding painted glasses
    bare_weight: float = 0.15       # of what has no glasses and stays as it is
    wearers: int = 0                # real ones beside a batch, for the discriminator
    realism_weight: float = 0.0     # of the discriminator on them: it turned their eyes orange (LOG.md)
    start: str = ''                 # weights (.npz) to go on from; 'shipped': those in models/


def faces(split, wanted):
    """Level crops of the photos for whose glasses-wearer score (of label_glasses.py) `wanted` says true."""
    images, meshes, photos = dataset.level_crops(SETS, split)
    if not RealGlasses.path(split).exists():
        sys.exit(f'uncover: nobody looked for glasses in split {split}; run  label_glasses.py WEIGHTS.npz {split}  first')
    with np.load(RealGlasses.path(split)) as z:
        score = dict(zip((str(n) for n in z['name']), z['score']))
    keep = np.array([wanted(score.get(f'{p.set}/{p.name}', 0.0)) for p in photos])
    return images[keep], meshes[keep], [p for p, k in zip(photos, keep) if k]


def bare_faces(split):
    """Level crops of people who wear no glasses, as far as label_glasses.py and clean_bare_faces.py could tell."""
    images, meshes, photos = faces(split, lambda score: score < NONE_BELOW)
    if not RealGlasses.seen_path(split).exists():
        sys.exit(f'uncover: run  clean_bare_faces.py {split}  first')
    with np.load(RealGlasses.seen_path(split)) as z:
        area = dict(zip((str(n) for n in z['name']), z['area']))
    keep = np.array([area[f'{p.set}/{p.name}'] < BARE_BELOW for p in photos])
    return images[keep], meshes[keep], [p for p, k in zip(photos, keep) if k]


class UncoverTask:
    def __init__(self, options):
        self.options = options
        images, meshes, photos = bare_faces('train')
        self.sampler = UncoverSampler(images, meshes)
        weight = np.array([options.real_weight if p.real else 1.0 for p in photos])
        self.cumulative = np.cumsum(weight / weight.sum())
        self.realism = RealismLoss(options.device) if options.wearers and options.realism_weight > 0 else None
        if self.realism:
            self.wearers = UncoverSampler(*faces('train', lambda score: score >= SURE_ABOVE)[:2])

    def wearer(self, rng):
        """-> input of a real wearer, the band that glasses lie in"""
        crop, mesh = self.wearers.crop(int(rng.integers(len(self.wearers.images))), rng)
        return network_input(crop, mesh, np.zeros((SIZE, SIZE), np.float32)), band_mask(mesh, SIZE).astype(np.float32)

    def make_batch(self, count, rng):
        chosen = [min(int(np.searchsorted(self.cumulative, rng.random())), len(self.cumulative) - 1) for _ in range(count)]
        rows = list(zip(*(self.sampler.sample(i, rng) for i in chosen)))
        if self.realism:
            rows += list(zip(*(self.wearer(rng) for _ in range(self.options.wearers))))
        return tuple(torch.from_numpy(np.stack(a)) for a in rows)

    def loss(self, model, batch, progress):
        o, (x, truth, features, glasses) = self.options, batch[:4]
        n = len(x)
        inputs = torch.cat([x, batch[4]]) if self.realism else x
        answer = model(inputs.contiguous(memory_format=torch.channels_last))
        out, glasses = compose(inputs, answer), glasses[:, None]
        hidden = torch.maximum(x[:, 3:4], glasses)
        weight = hidden * (1 + o.feature_weight * features[:, None]) + o.bare_weight * (1 - hidden)
        l1, gradient = losses.multi_scale_l1(out[:n], truth, weight), losses.gradient_l1(out[:n], truth, weight)
        similar = losses.ssim(out[:n].clamp(0, 1), truth, hidden)
        found = F.binary_cross_entropy_with_logits(answer[:n, 3:4] + uncover.NO_GLASSES, glasses, weight=1 + 4 * glasses)
        loss = l1 + 0.5 * gradient + 0.2 * (1 - similar) + o.glasses_weight * found
        parts = {'l1': float(l1), 'gradient': float(gradient), 'ssim': float(similar), 'found': float(found)}
        if self.realism:
            band = batch[5][:, None]
            k = min(n, len(band))
            adversarial, parts['told apart'] = self.realism(out[n:n + k], truth[:k], band[:k])
            spill = (uncover.glasses(answer[n:]) * (1 - F.max_pool2d(band, 9, 1, 4))).mean()
            loss, parts['adversarial'], parts['spill'] = loss + o.realism_weight * adversarial + 0.5 * spill, float(adversarial), float(spill)
        return loss, parts


class UncoverEvaluation:
    """Held-out faces with painted glasses and covers: PSNR and SSIM of what was hidden, beside doing nothing (covers in the mean colour); how
    much of the glasses is found, and how much of bare faces is taken for glasses."""

    def __init__(self, seed=2027):
        images, meshes, _ = bare_faces('val')
        sampler, rng = UncoverSampler(images, meshes), np.random.default_rng(seed)
        chosen = rng.permutation(len(images))[:HELD_OUT_SAMPLES]
        rows = zip(*(sampler.sample(i, rng, drift=0.0) for i in chosen))
        self.x, self.truth, self.features, self.glasses = (torch.from_numpy(np.stack(a)) for a in rows)

    def figures(self, out):
        hidden = torch.maximum(self.x[:, 3:4], self.glasses[:, None])
        some = hidden.sum((1, 2, 3)) > 10
        error = (((out.clamp(0, 1) - self.truth) ** 2 * hidden).sum((1, 2, 3)) / (3 * hidden.sum((1, 2, 3)) + 1e-6))[some]
        return float((-10 * torch.log10(error + 1e-8)).mean()), float(losses.ssim(out.clamp(0, 1), self.truth, hidden))

    @torch.no_grad()
    def rows(self, model):
        model.eval()
        answer = torch.cat([model(x) for x in self.x.split(20)])
        raw, where, table = compose(self.x, answer), torch.maximum(self.x[:, 3:4], uncover.glasses(answer)), {}
        for name, picture in (('nothing done', self.x[:, 0:3]), ('network', raw), ('product', uncover.smooth_painted(raw, where, self.features))):
            table[f'PSNR {name}'], table[f'SSIM {name}'] = self.figures(picture)
        found, glasses = uncover.glasses(answer)[:, 0], self.glasses
        table['glasses found'] = float((found * glasses).sum() / glasses.sum())
        table['of what is taken for glasses true'] = float((found * (glasses > 0.02)).sum() / found.sum())
        return table

    def __call__(self, model):
        return '; '.join(f'{k} {v:.3f}' for k, v in self.rows(model).items())


def shipped_weights(task, seed):
    model = load_shipped(UncoverNet(), 'uncover', (1, uncover.INPUTS, SIZE, SIZE))
    return calibrate(model, task.make_batch(64, np.random.default_rng(seed))[0])


def run(options):
    torch.manual_seed(options.seed)
    task, model = UncoverTask(options), UncoverNet()
    if options.start == 'shipped':
        model = shipped_weights(task, options.seed)
    elif options.start:
        load_weights(model, options.start)
    return train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, UncoverEvaluation())
