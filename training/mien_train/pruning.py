"""Takes the channels out of a trained network that do least, so that it begins in fewer of them.

A channel counts by what it puts out (spread, from the normalisations, which must have met data: shipped_weights.calibrate) times how heavily
others use it. What is lost comes back in training.
"""
from dataclasses import dataclass, field

import torch


@dataclass
class PruningPlan:
    """Which layers share channels. Layers are named as in the state dict, without `.weight`."""
    writers: dict               # group of channels that go together -> the convolutions that write them; a residual's sum binds what is added
    readers: dict               # convolution -> the groups that are its inputs, one after the other
    scales: dict                # layers that work channel by channel -> their group
    kept: dict = field(default_factory=dict)        # groups that are read and stay whole -> how many channels they have


def _norm_of(layer):
    """The normalisation behind a convolution, None behind the gates' ones."""
    head, last = layer.rsplit('.', 1)
    return f'{head}.1' if last == '0' else None


def _sizes(state, plan):
    return {group: len(state[f'{writers[0]}.weight']) for group, writers in plan.writers.items()} | plan.kept


def _importance(state, plan):
    use = {group: torch.zeros(n) for group, n in _sizes(state, plan).items()}
    for layer, groups in plan.readers.items():
        parts = state[f'{layer}.weight'].flatten(2).abs().sum((0, 2)).split([len(use[g]) for g in groups])
        for group, part in zip(groups, parts):
            use[group] += part
    out = {}
    for group, writers in plan.writers.items():
        norms = [_norm_of(w) for w in writers]
        spread = sum(state[f'{norm}.weight'].abs() if norm else state[f'{w}.weight'].flatten(1).norm(dim=1) for w, norm in zip(writers, norms))
        out[group] = use[group] * spread
    return out


@torch.no_grad()
def prune(wide, narrow, plan):
    """Fills `narrow`, whose groups have at most as many channels, with the part of `wide` that does most. -> narrow"""
    state = wide.state_dict()
    old, new = _sizes(state, plan), _sizes(narrow.state_dict(), plan)
    keep = {group: values.topk(new[group]).indices.sort().values for group, values in _importance(state, plan).items()}
    keep |= {group: torch.arange(n) for group, n in plan.kept.items()}
    owner = {w: group for group, writers in plan.writers.items() for w in writers} | plan.scales
    owner |= {_norm_of(layer): group for layer, group in owner.items() if _norm_of(layer)}
    out = {}
    for name, value in state.items():
        layer = name.rsplit('.', 1)[0]
        if layer in owner and value.dim() > 0:
            value = value[keep[owner[layer]]]
        if layer in plan.readers and name.endswith('.weight'):
            first = torch.tensor([0] + [old[g] for g in plan.readers[layer]]).cumsum(0)
            value = value[:, torch.cat([keep[g] + start for g, start in zip(plan.readers[layer], first)])]
        out[name] = value
    narrow.load_state_dict(out)
    return narrow
