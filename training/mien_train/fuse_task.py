"""What trains and what measures the coarse fusion networks.

Stage A: masked self-reconstruction alone. Stage B (last share of the samples): a part of every batch has another person as the source; there
the identity teacher, the target's low frequencies, the warp's own gradients and a small discriminator (realism_loss.py) say what is good
(methods: see training/LOG.md).
"""
import dataclasses
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import fuse_losses as losses
from .fuse_cache import Cache, unpack_input
from .fuse_pruning import prune_fusion
from .loop import LoopOptions, load_weights, train
from .realism_loss import RealismLoss
from .shipped_weights import calibrate, load_shipped
from .steady_loss import flicker_l1, moment_later, motion, speaking
from .models import fuse
from .models.identity import CROP_SIZE as IDENTITY_SIZE
from .models.identity_teacher import ConvertedTeacher
from .native import COARSE_SIZE, WIDE_SIZE

LOOK_AGAIN_S = 20
MARGIN = (WIDE_SIZE - COARSE_SIZE) // 2
CANONICAL_X = 9
FORMS_BLOCK = 8         # pixels of the finest forms that pairs leave alone
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
    raw: bool = False               # samples with the warp before its relighting (an ablation)
    residual_kept: float = -1.0     # instead of what models/fuse.py says about the network
    identity_weight: float = 0.0    # of the identity teacher on pairs
    realism_weight: float = 0.0     # of the discriminator on pairs
    tone_weight: float = 1.0
    detail_weight: float = 0.5
    forms_weight: float = 0.0       # of what pairs change in light between a sixteenth and a half of the crop: an identity loss overdoes cheeks and noses
    forms_slack: float = 0.02       # of the light: what nobody sees
    contrast_weight: float = 0.0    # of gradients on pairs that are larger than the warp's
    steady_weight: float = 0.0      # of what the light differs by a moment later (steady_loss.py)
    moments: int = 8                # of a batch, that are looked at a moment later


def flip(x, others, flags):
    """Mirrors the samples whose flag is set; the canonical x changes sign."""
    where = flags.view(-1, 1, 1, 1)
    mirrored = [torch.where(where, t.flip(-1), t) for t in (x, *others)]
    sign = torch.ones_like(mirrored[0][:1, :, :1, :1])
    sign[:, CANONICAL_X] = -1
    return mirrored[0] * torch.where(where, sign, torch.ones_like(sign)), mirrored[1:]


def tint(x, truth):
    """One random gain per colour for everything that one sample shows."""
    gain = torch.exp(0.12 * torch.randn(len(x), 3, 1, 1, device=x.device) + 0.1 * torch.randn(len(x), 1, 1, 1, device=x.device))
    w0, context = (x[:, 0:3] * gain).clamp(0, 1), (x[:, 4:7] * gain).clamp(0, 1)
    return torch.cat([w0, x[:, 3:4], context, x[:, 7:]], 1), (truth * gain).clamp(0, 1)


@dataclasses.dataclass
class Pairs:
    """Samples with another person as the source."""
    x: torch.Tensor             # n x 12 x 128 x 128
    wide: torch.Tensor          # the target, n x 3 x 160 x 160
    align: torch.Tensor         # n x 2 x 3, from the wide picture to the identity teacher's crop
    identity: torch.Tensor      # of the source, n x 256
    flipped: torch.Tensor       # n bool: x and wide were mirrored


class FuseTask:
    def __init__(self, options, cache=None):
        self.options, self.cache, self.looked = options, cache or Cache('train', raw=options.raw), time.time()
        self.limits = limits_of(options)
        self.realism = RealismLoss(options.device) if options.realism_weight > 0 else None
        self.with_pairs = options.stage_b > 0 and options.pairs > 0
        self.teacher = ConvertedTeacher().to(options.device) if self.with_pairs and options.identity_weight > 0 else None

    def make_batch(self, count, rng):
        """-> input, features, truth of `count` samples with truth; input, wide target, align, identity of `pairs` without. Pictures as bytes."""
        if time.time() - self.looked > LOOK_AGAIN_S:        # prepare.py may be at work
            self.cache.look_again()
            self.looked = time.time()
        b = self.cache.batch(rng.choice(self.cache.selves, count))
        out = b['input'], b['features'], b['truth']
        if self.with_pairs:
            p = self.cache.batch(rng.choice(self.cache.pairs, self.options.pairs))
            out += p['input'], p['truth'], p['align'], p['identity']
        return tuple(torch.from_numpy(a) for a in out)

    @staticmethod
    def prepare(batch):
        """Bytes -> x, features, truth (crop) of the samples with truth, and Pairs or None; mirrored and tinted at random."""
        x, features, truth = unpack_input(batch[0]), batch[1][:, None].float() / 255, inner(batch[2]).float() / 255
        coin = lambda n: torch.rand(n, device=x.device) < 0.5
        x, (features, truth) = flip(x, (features, truth), coin(len(x)))
        x, truth = tint(x, truth)
        if len(batch) == 3:
            return x, features, truth, None
        flags = coin(len(batch[3]))
        paired, (wide,) = flip(unpack_input(batch[3]), (batch[4].float() / 255,), flags)
        return x, features, truth, Pairs(paired, wide, batch[5], batch[6], flags)

    def loss(self, model, batch, progress):
        x, features, truth, pairs = self.prepare(batch if progress >= 1 - self.options.stage_b else batch[:3])
        inputs = torch.cat([x, pairs.x]) if pairs else x
        steady = min(self.options.moments, len(inputs)) if self.options.steady_weight > 0 else 0     # the last ones: pairs come last
        grid = motion(steady, x.shape[-1], x) + speaking(inputs[-steady:]) if steady else None
        seen = torch.cat([inputs, moment_later(inputs[-steady:], grid)]) if steady else inputs
        gain_bias, residual_alpha = model(seen.contiguous(memory_format=torch.channels_last))
        fused, mask = fuse.compose(seen, gain_bias, residual_alpha, self.limits)
        n, alpha = len(x), x[:, 7:8]
        weight = alpha * (1 + self.options.feature_weight * features)
        loss, parts = self.likeness_to_truth(fused[:n], truth, weight, alpha)
        loss = loss + 0.02 * losses.total_variation(gain_bias) + 0.02 * residual_alpha[:, 3].abs().mean()
        if pairs:
            shown = slice(n, len(inputs))
            pair_loss, pair_parts = self.pair_loss(pairs, fused[shown], mask[shown])
            loss, parts = loss + pair_loss, {**parts, **pair_parts}
        if steady:
            now = slice(len(inputs) - steady, len(inputs))
            flicker = flicker_l1(inputs[now], fused[now], seen[len(inputs):], fused[len(inputs):], grid)
            loss, parts = loss + self.options.steady_weight * flicker, {**parts, 'flicker': flicker.detach()}
        return loss, parts

    @staticmethod
    def likeness_to_truth(fused, truth, weight, alpha):
        l1 = losses.multi_scale_l1(fused, truth, weight)
        gradient = losses.gradient_l1(fused, truth, weight)
        similar = losses.ssim(fused.clamp(0, 1), truth, alpha)
        return l1 + 0.5 * gradient + 0.2 * (1 - similar), {'l1': l1.detach(), 'gradient': gradient.detach(), 'ssim': similar.detach()}

    def pair_loss(self, pairs, fused, mask):
        # The geometric alpha: an identity loss would widen the mask for its own sake.
        o, x = self.options, pairs.x
        target, alpha = inner(pairs.wide), x[:, 7:8]
        skin = alpha * x[:, 3:4]
        block = TONE_BLOCK * x.shape[-1] // COARSE_SIZE
        (low_out, w), (low_target, _) = losses.low_frequencies(fused, skin, block), losses.low_frequencies(target, skin, block)
        tone = losses.weighted_mean((low_out - low_target).abs(), w)
        detail = losses.gradient_agreement(fused, x[:, 0:3], skin)
        loss, parts = o.tone_weight * tone + o.detail_weight * detail, {'tone': tone.detach(), 'detail': detail.detach()}
        if o.forms_weight > 0:
            forms = losses.forms_l1(fused, x[:, 0:3], skin, FORMS_BLOCK * block // TONE_BLOCK, block, o.forms_slack)
            loss, parts = loss + o.forms_weight * forms, {**parts, 'forms': forms.detach()}
        if o.contrast_weight > 0:
            contrast = losses.gradient_excess(fused, x[:, 0:3], skin)
            loss, parts = loss + o.contrast_weight * contrast, {**parts, 'contrast': contrast.detach()}
        if self.teacher is not None:
            cosine = (embed(self.teacher, paste(fused, alpha, pairs.wide), pairs.align, pairs.flipped, varied=True) * pairs.identity).sum(1).mean()
            loss, parts = loss + o.identity_weight * (1 - cosine), {**parts, 'cosine': cosine.detach()}
        if self.realism is not None:
            adversarial, parts['told apart'] = self.realism(target + mask * (fused.clamp(0, 1) - target), target, alpha)
            loss, parts['adversarial'] = loss + o.realism_weight * adversarial, adversarial.detach()
        return loss * len(x) / o.batch * 4, parts


def inner(wide):
    """The networks' crop, in the middle of the wider picture (n x 3 x 160 x 160, or twice that)."""
    margin = wide.shape[-1] * MARGIN // WIDE_SIZE
    return wide[:, :, margin:-margin, margin:-margin]


def paste(fused, mask, wide):
    """The networks' crop, blended into the wider target picture."""
    out = wide.clone()
    inner(out).add_(mask * (fused.clamp(0, 1) - inner(wide)))
    return out


def embed(teacher, picture, align, flipped=None, varied=False):
    """The teacher's answer for the face that align (picture -> identity crop) finds; flipped: pictures that were mirrored after it was measured.
    varied: a little moved, enlarged, mirrored and lit at random, so that nothing can be drawn that pleases only one look."""
    n, device = len(align), picture.device
    full = torch.cat([align, align.new_tensor([0, 0, 1]).expand(n, 1, 3)], 1)
    inverse = torch.linalg.inv(full.double())[:, :2].float()        # identity crop -> wide
    steps = torch.arange(IDENTITY_SIZE, device=device)
    grid = torch.stack(torch.meshgrid(steps, steps, indexing='xy'), -1).float().expand(n, -1, -1, -1)
    if varied:
        middle, shape = (IDENTITY_SIZE - 1) / 2, (n, 1, 1, 2)
        grid = middle + (grid - middle) * torch.exp(0.03 * torch.randn(n, 1, 1, 1, device=device)) + 1.5 * torch.randn(shape, device=device)
    at, side = torch.einsum('nij,nyxj->nyxi', inverse[:, :, :2], grid) + inverse[:, None, None, :, 2], picture.shape[-1]
    if flipped is not None:
        x = torch.where(flipped.view(-1, 1, 1), side - 1 - at[..., 0], at[..., 0])
        at = torch.stack([x, at[..., 1]], -1)
    crop = 255 * F.grid_sample(picture, (2 * at + 1) / side - 1, align_corners=False, padding_mode='zeros').flip(1)
    if varied:
        crop = crop * torch.exp(0.1 * torch.randn(n, 1, 1, 1, device=device))
        crop = torch.where(torch.rand(n, 1, 1, 1, device=device) < 0.5, crop.flip(-1), crop)
    return F.normalize(teacher(crop))


def limits_of(options):
    limits = fuse.limits(options.network)
    return limits if options.residual_kept < 0 else dataclasses.replace(limits, residual_kept=options.residual_kept)


class FuseEvaluation:
    """Held-out samples: PSNR and SSIM inside the mask, of the network and of W0; identity of pairs by the teacher."""

    def __init__(self, limits, count=300, pairs=100, device='cpu', cache=None):
        cache, self.limits = cache or Cache('val'), limits
        on_device = lambda b: {k: torch.from_numpy(v).to(device) for k, v in b.items()}
        self.samples, self.pair = on_device(cache.batch(cache.selves[:count])), on_device(cache.batch(cache.pairs[:pairs]))
        self.teacher = ConvertedTeacher().to(device)

    @torch.no_grad()
    def rows(self, model):
        model.eval()
        x, truth, out = unpack_input(self.samples['input']), inner(self.samples['truth']).float() / 255, {}
        alpha = x[:, 7:8]
        for name, (picture, _) in self.pictures(model, x).items():
            error = ((picture.clamp(0, 1) - truth) ** 2 * alpha).sum((1, 2, 3)) / (3 * alpha.sum((1, 2, 3)) + 1e-6)
            out[f'PSNR {name}'] = float((-10 * torch.log10(error + 1e-8)).mean())
            similar = losses.ssim_map(picture.clamp(0, 1), truth)
            out[f'SSIM {name}'] = float(((similar * alpha).sum((1, 2, 3)) / (3 * alpha.sum((1, 2, 3)) + 1e-6)).mean())
        x, wide, align, source = unpack_input(self.pair['input']), self.pair['truth'].float() / 255, self.pair['align'], self.pair['identity']
        own = embed(self.teacher, wide, align)
        for name, (picture, mask) in self.pictures(model, x).items():
            e = embed(self.teacher, paste(picture, mask, wide), align)
            out[f'identity {name}'] = float((e * source).sum(1).mean())
            out[f'to target {name}'] = float((e * own).sum(1).mean())
        return out

    def pictures(self, model, x):
        """-> by name: fused, mask"""
        parts = [fuse.compose(c, *model(c), self.limits) for c in x.split(32)]
        return {'W0': (x[:, 0:3], x[:, 7:8]), 'network': (torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts]))}

    def __call__(self, model):
        return '; '.join(f'{k} {v:.3f}' for k, v in self.rows(model).items())


def coarse_model(kind, start, task):
    """A coarse network with the weights in models/ (start: shipped) or of a file."""
    if start != 'shipped':
        return load_weights(fuse.NETWORKS[kind](), start)
    shipped = load_shipped(fuse.NETWORKS[kind](), f'fuse_{kind}', (1, fuse.INPUTS, fuse.SIZE, fuse.SIZE))
    some = task.prepare(task.make_batch(64, np.random.default_rng(task.options.seed)))[0]
    calibrate(shipped, F.adaptive_avg_pool2d(some, fuse.SIZE))
    return shipped


def start_model(options, task):
    model = fuse.NETWORKS[options.network]()
    if options.pruned:
        wide = load_weights(fuse.NETWORKS[options.pruned](), options.start)
        return prune_fusion(calibrate(wide, task.prepare(task.make_batch(64, np.random.default_rng(options.seed)))[0]), model)
    if options.start == 'small':
        small = coarse_model('small', 'shipped', task)
        return small if options.network == 'small' else fuse.widen(small, model)
    return coarse_model(options.network, options.start, task) if options.start else model


def run(options):
    for name in filter(None, (options.network, options.pruned)):
        if name not in fuse.NETWORKS:
            raise SystemExit(f"train.py: network {name} is unknown (known: {', '.join(fuse.NETWORKS)})")
    torch.manual_seed(options.seed)
    task = FuseTask(options)
    model = start_model(options, task)
    return train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, FuseEvaluation(task.limits, device=options.device, cache=Cache('val', raw=options.raw)))
