"""What trains and what measures the coarse fusion networks.

Stage A: masked self-reconstruction alone. Stage B (last share of the samples): a part of every batch has another person as the source; there
the identity teacher, the target's low frequencies, the warp's own gradients and a small discriminator (realism_loss.py) say what is good
(methods: see training/LOG.md).
"""
import dataclasses

import numpy as np
import torch
import torch.nn.functional as F

from . import fuse_losses as losses
from .fuse_cache import Cache, unpack_input
from .fuse_pruning import prune_fusion
from .loop import LoopOptions, load_weights, train
from .realism_loss import RealismLoss
from .shipped_weights import calibrate, load_shipped
from .models import fuse
from .models.identity import CROP_SIZE as IDENTITY_SIZE
from .models.identity_teacher import ConvertedTeacher
from .native import COARSE_SIZE, WIDE_SIZE

MARGIN = (WIDE_SIZE - COARSE_SIZE) // 2
CANONICAL_X = 9
TONE_BLOCK = 64         # pixels of the skin's mean colours: means of smaller blocks carry the target's features


@dataclasses.dataclass
class FuseOptions(LoopOptions):
    name: str = 'fuse_small'
    network: str = 'small'
    samples: int = 200_000
    batch: int = 16
    rate: float = 2e-3
    average: float = 0.999
    start: str = ''                 # average.npz to start from; 'shipped': the weights in models/; 'small': those of fuse_small, widened
    pruned: str = ''                # start is weights of this larger network, whose most useful channels are taken over
    feature_weight: float = 2.0     # brows, lids and lips count 1 + this much
    stage_b: float = 1.0            # last share of the samples that also learns from pairs
    pairs: int = 4                  # of a batch, in stage B
    identity_weight: float = 0.0    # of the identity teacher on pairs
    realism_weight: float = 0.0     # of the discriminator on pairs
    tone_weight: float = 1.0
    detail_weight: float = 0.5


def flip(batch, rng_flags):
    """Mirrors the samples whose flag is set; the canonical x changes sign."""
    x, features, truth = batch
    for t in (x, features, truth):
        t[rng_flags] = torch.flip(t[rng_flags], [-1])
    x[rng_flags, CANONICAL_X] = -x[rng_flags, CANONICAL_X]
    return x, features, truth


def tint(x, truth, generator):
    """One random gain per colour for everything that one sample shows."""
    gain = torch.exp(0.12 * torch.randn(len(x), 3, 1, 1, generator=generator) + 0.1 * torch.randn(len(x), 1, 1, 1, generator=generator))
    x[:, 0:3] = (x[:, 0:3] * gain).clamp(0, 1)
    x[:, 4:7] = (x[:, 4:7] * gain).clamp(0, 1)
    return x, (truth * gain).clamp(0, 1)


class FuseTask:
    def __init__(self, options):
        self.options, self.cache = options, Cache('train')
        self.limits = fuse.limits(options.network)
        self.realism = RealismLoss() if options.realism_weight > 0 else None
        self.with_pairs = options.stage_b > 0 and options.pairs > 0
        self.teacher = ConvertedTeacher() if self.with_pairs and options.identity_weight > 0 else None

    def make_batch(self, count, rng):
        """-> input, features, truth (crop) of `count` samples with truth; input, wide target, align, identity of `pairs` without."""
        generator = torch.Generator().manual_seed(int(rng.integers(1 << 40)))
        b = self.cache.batch(rng.choice(self.cache.selves, count))
        x, features = unpack_input(torch.from_numpy(b['input'])), torch.from_numpy(b['features'])[:, None].float() / 255
        truth = torch.from_numpy(b['truth'])[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN].float() / 255
        x, features, truth = flip((x, features, truth), torch.from_numpy(rng.random(count) < 0.5))
        x, truth = tint(x, truth, generator)
        if not self.with_pairs:
            return x, features, truth
        p = self.cache.batch(rng.choice(self.cache.pairs, self.options.pairs))
        return (x, features, truth, unpack_input(torch.from_numpy(p['input'])), torch.from_numpy(p['truth']).float() / 255, torch.from_numpy(p['align']), torch.from_numpy(p['identity']))

    def loss(self, model, batch, progress):
        x, features, truth = batch[:3]
        with_pairs = self.with_pairs and progress >= 1 - self.options.stage_b
        inputs = torch.cat([x, batch[3]]) if with_pairs else x
        gain_bias, residual_alpha = model(inputs.contiguous(memory_format=torch.channels_last))
        fused, mask = fuse.compose(inputs, gain_bias, residual_alpha, self.limits)
        n, alpha = len(x), x[:, 7:8]
        weight = alpha * (1 + self.options.feature_weight * features)
        l1 = losses.multi_scale_l1(fused[:n], truth, weight)
        gradient = losses.gradient_l1(fused[:n], truth, weight)
        similar = losses.ssim(fused[:n].clamp(0, 1), truth, alpha)
        loss = l1 + 0.5 * gradient + 0.2 * (1 - similar) + 0.02 * losses.total_variation(gain_bias) + 0.02 * residual_alpha[:, 3].abs().mean()
        parts = {'l1': float(l1), 'gradient': float(gradient), 'ssim': float(similar)}
        if with_pairs:
            pair_loss, pair_parts = self.pair_loss(batch[3], fused[n:], mask[n:], *batch[4:])
            loss, parts = loss + pair_loss, {**parts, **pair_parts}
        return loss, parts

    def pair_loss(self, x, fused, mask, wide, align, identity):
        # The geometric alpha: an identity loss would widen the mask for its own sake.
        o = self.options
        target, alpha = wide[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN], x[:, 7:8]
        skin = alpha * x[:, 3:4]
        (low_out, w), (low_target, _) = losses.low_frequencies(fused, skin, TONE_BLOCK), losses.low_frequencies(target, skin, TONE_BLOCK)
        tone = losses.weighted_mean((low_out - low_target).abs(), w)
        detail = losses.gradient_agreement(fused, x[:, 0:3], skin)
        loss, parts = o.tone_weight * tone + o.detail_weight * detail, {'tone': float(tone), 'detail': float(detail)}
        if self.teacher is not None:
            cosine = (embed(self.teacher, paste(fused, alpha, wide), align) * identity).sum(1).mean()
            loss, parts = loss + o.identity_weight * (1 - cosine), {**parts, 'cosine': float(cosine)}
        if self.realism is not None:
            adversarial, parts['told apart'] = self.realism(target + mask * (fused.clamp(0, 1) - target), target, alpha)
            loss, parts['adversarial'] = loss + o.realism_weight * adversarial, float(adversarial)
        return loss * len(x) / o.batch * 4, parts


def paste(fused, mask, wide):
    """The network's crop, blended into the wider target picture."""
    out = wide.clone()
    inner = wide[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN]
    out[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN] = inner + mask * (fused.clamp(0, 1) - inner)
    return out


def embed(teacher, picture, align):
    full = torch.cat([align, align.new_tensor([0, 0, 1]).expand(len(align), 1, 3)], 1)
    inverse = torch.linalg.inv(full.double())[:, :2].float()        # identity crop -> wide
    grid = torch.stack(torch.meshgrid(torch.arange(IDENTITY_SIZE), torch.arange(IDENTITY_SIZE), indexing='xy'), -1).float()
    at = torch.einsum('nij,yxj->nyxi', inverse[:, :, :2], grid) + inverse[:, None, None, :, 2]
    crop = F.grid_sample(picture, (2 * at + 1) / WIDE_SIZE - 1, align_corners=False, padding_mode='zeros')
    return F.normalize(teacher(255 * crop.flip(1)))


class FuseEvaluation:
    """Held-out samples: PSNR and SSIM inside the mask, of the network and of W0; identity of pairs by the teacher."""

    def __init__(self, limits, count=300, pairs=100):
        cache, self.limits = Cache('val'), limits
        self.samples, self.pair = cache.batch(cache.selves[:count]), cache.batch(cache.pairs[:pairs])
        self.teacher = ConvertedTeacher()

    @torch.no_grad()
    def rows(self, model):
        model.eval()
        x = unpack_input(torch.from_numpy(self.samples['input']))
        truth = torch.from_numpy(self.samples['truth'])[:, :, MARGIN:-MARGIN, MARGIN:-MARGIN].float() / 255
        fused, _ = self.run(model, x, self.limits)
        alpha, out = x[:, 7:8], {}
        for name, picture in (('W0', x[:, 0:3]), ('network', fused)):
            error = ((picture.clamp(0, 1) - truth) ** 2 * alpha).sum((1, 2, 3)) / (3 * alpha.sum((1, 2, 3)) + 1e-6)
            out[f'PSNR {name}'] = float((-10 * torch.log10(error + 1e-8)).mean())
            similar = losses.ssim_map(picture.clamp(0, 1), truth)
            out[f'SSIM {name}'] = float(((similar * alpha).sum((1, 2, 3)) / (3 * alpha.sum((1, 2, 3)) + 1e-6)).mean())
        x, wide = unpack_input(torch.from_numpy(self.pair['input'])), torch.from_numpy(self.pair['truth']).float() / 255
        align, source = torch.from_numpy(self.pair['align']), torch.from_numpy(self.pair['identity'])
        fused, mask = self.run(model, x, self.limits)
        own = embed(self.teacher, wide, align)
        for name, picture, alpha in (('W0', x[:, 0:3], x[:, 7:8]), ('network', fused, mask)):
            e = embed(self.teacher, paste(picture, alpha, wide), align)
            out[f'identity {name}'] = float((e * source).sum(1).mean())
            out[f'to target {name}'] = float((e * own).sum(1).mean())
        return out

    @staticmethod
    def run(model, x, limits):
        parts = [fuse.compose(c, *model(c), limits) for c in x.split(32)]
        return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])

    def __call__(self, model):
        return '; '.join(f'{k} {v:.3f}' for k, v in self.rows(model).items())


def start_model(options, task):
    model = fuse.NETWORKS[options.network]()
    if options.pruned:
        wide = load_weights(fuse.NETWORKS[options.pruned](), options.start)
        return prune_fusion(calibrate(wide, task.make_batch(64, np.random.default_rng(options.seed))[0]), model)
    if options.start in ('shipped', 'small'):
        kind = 'small' if options.start == 'small' else options.network
        shipped = load_shipped(fuse.NETWORKS[kind](), f'fuse_{kind}', (1, fuse.INPUTS, fuse.SIZE, fuse.SIZE))
        some = task.make_batch(64, np.random.default_rng(options.seed))[0]
        calibrate(shipped, some)
        return shipped if kind == options.network else fuse.widen(shipped, model)
    return load_weights(model, options.start) if options.start else model


def run(options):
    for name in filter(None, (options.network, options.pruned)):
        if name not in fuse.NETWORKS:
            raise SystemExit(f"train.py: network {name} is unknown (known: {', '.join(fuse.NETWORKS)})")
    torch.manual_seed(options.seed)
    task = FuseTask(options)
    model = start_model(options, task)
    return train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, FuseEvaluation(task.limits))
