"""What trains and what measures refine, the second look of hd: the coarse network of base is frozen (or, with joint, trained on), its answer is put
onto the samples' 256-px pictures as the product does, and refine sees the result. Losses as in fuse_task.py.
"""
import dataclasses

import torch
import torch.nn.functional as F
from torch import nn

from . import fuse_losses as losses
from .fuse_cache import Cache
from .fuse_task import FuseTask, FuseEvaluation, coarse_model
from .loop import LoopOptions, load_weights, save_weights, train
from .models import fuse, refine
from .paths import RUNS


@dataclasses.dataclass
class RefineOptions(LoopOptions):
    name: str = 'refine'
    network: str = 'base'           # whose result is refined
    samples: int = 60_000
    batch: int = 12
    rate: float = 2e-3
    average: float = 0.998
    coarse: str = 'shipped'         # weights (.npz) of that network, or those in models/
    start: str = ''                 # weights (.npz) of refine to go on from
    joint: bool = False             # both together: the coarse network learns, too
    feature_weight: float = 2.0
    stage_b: float = 1.0
    pairs: int = 4
    identity_weight: float = 0.9
    realism_weight: float = 0.06
    tone_weight: float = 1.5
    detail_weight: float = 1.2
    residual_kept: float = -1.0     # of the coarse network


class TwoLooks(nn.Module):
    """x: n x 12 x 256 x 256 with W0 -> n x 3 fused, n x 1 alpha, refine's answer."""

    def __init__(self, coarse, limits, joint):
        super().__init__()
        self.coarse, self.refine, self.limits, self.joint = coarse, refine.RefineNet(), limits, joint
        self.coarse.requires_grad_(joint)

    def train(self, mode=True):
        super().train(mode)
        if not self.joint:
            self.coarse.eval()
        return self

    def first_look(self, x):
        """What the coarse network makes of it, as it does in the product: seen at half the size, applied at the full one."""
        small = F.avg_pool2d(x, 2)
        return fuse.compose_fine(x, small, *self.coarse(small.contiguous(memory_format=torch.channels_last)), self.limits)

    def forward(self, x):
        fused, alpha = self.first_look(x)
        second = torch.cat([fused.clamp(0, 1), x[:, 3:7], alpha, x[:, 8:]], 1)
        answer = self.refine(second.contiguous(memory_format=torch.channels_last))
        return *refine.compose(second, answer), answer


class RefineTask(FuseTask):
    def __init__(self, options):
        super().__init__(options, Cache('train', size=refine.SIZE))

    def loss(self, model, batch, progress):
        x, features, truth, pairs = self.prepare(batch if progress >= 1 - self.options.stage_b else batch[:3])
        n, alpha = len(x), x[:, 7:8]
        fused, mask, answer = model(torch.cat([x, pairs.x]) if pairs else x)
        weight = alpha * (1 + self.options.feature_weight * features)
        loss, parts = self.likeness_to_truth(fused[:n], truth, weight, alpha)
        loss = loss + 0.02 * answer[:, 1].abs().mean()
        if pairs:
            pair_loss, pair_parts = self.pair_loss(pairs, fused[n:], mask[n:])
            loss, parts = loss + pair_loss, {**parts, **pair_parts}
        return loss, parts


class RefineEvaluation(FuseEvaluation):
    """Beside W0 and both looks: the coarse network alone at this size."""

    def __init__(self, count=150, pairs=60, device='cpu'):
        super().__init__(None, count, pairs, device, Cache('val', size=refine.SIZE))

    def pictures(self, model, x):
        parts = [(model.first_look(c), model(c)[:2]) for c in x.split(16)]
        coarse, both = ([torch.cat([p[k][j] for p in parts]) for j in (0, 1)] for k in (0, 1))
        return {'W0': (x[:, 0:3], x[:, 7:8]), 'coarse': coarse, 'network': both}


def run(options):
    torch.manual_seed(options.seed)
    task = RefineTask(options)
    coarse = coarse_model(options.network, options.coarse, task)
    model = TwoLooks(coarse, task.limits, options.joint)
    if options.start:
        load_weights(model.refine, options.start)
    trained = train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, RefineEvaluation(device=options.device))
    folder = RUNS / options.name
    save_weights(trained.refine, folder / 'refine.npz')
    if options.joint:
        save_weights(trained.coarse, folder / 'coarse.npz')
    return trained
