"""Takes the channels out of a trained fusion network that do least, so that it begins in fewer of them.

A channel counts by what it puts out (spread, from the normalisations, which must have met data: shipped_weights.calibrate) times how heavily
others use it. What is lost comes back in training.
"""
import torch

# Groups of channels that go together: name -> the convolutions that write them. A residual's sum binds what is added.
WRITERS = {'b': ['down16.0.0', 'down16.1.second.0'], 'b hidden': ['down16.1.first.0'], 'b gate': ['down16.1.se.down'], 'b attention': ['attend16.channels.down'],
           'c': ['down8.0.0', 'down8.1.second.0', 'down8.2.second.0'], 'c hidden': ['down8.1.first.0'], 'c hidden 2': ['down8.2.first.0'],
           'c gate': ['down8.1.se.down'], 'c gate 2': ['down8.2.se.down'], 'c attention': ['attend8.channels.down'],
           'merged': ['merge16.0.0', 'merge16.1.second.0'], 'merged hidden': ['merge16.1.first.0'], 'merged gate': ['merge16.1.se.down']}
# Convolutions whose inputs are a group, or several one after the other.
READERS = {'down16.1.first.0': ['b'], 'down16.1.second.0': ['b hidden'], 'down16.1.se.down': ['b'], 'down16.1.se.up': ['b gate'], 'down8.0.0': ['b'],
           'attend16.channels.down': ['b'], 'attend16.channels.up': ['b attention'], 'attend16.mean': ['b'],
           'down8.1.first.0': ['c'], 'down8.1.second.0': ['c hidden'], 'down8.1.se.down': ['c'], 'down8.1.se.up': ['c gate'],
           'down8.2.first.0': ['c'], 'down8.2.second.0': ['c hidden 2'], 'down8.2.se.down': ['c'], 'down8.2.se.up': ['c gate 2'],
           'attend8.channels.down': ['c'], 'attend8.channels.up': ['c attention'], 'attend8.mean': ['c'], 'merge16.0.0': ['c', 'b'],
           'merge16.1.first.0': ['merged'], 'merge16.1.second.0': ['merged hidden'], 'merge16.1.se.down': ['merged'], 'merge16.1.se.up': ['merged gate'],
           'merge32.0': ['merged', 'a']}
# Layers that scale a group channel by channel.
SCALES = {'down16.1.se.up': 'b', 'attend16.channels.up': 'b', 'down8.1.se.up': 'c', 'down8.2.se.up': 'c', 'attend8.channels.up': 'c', 'merge16.1.se.up': 'merged'}


def _norm_of(layer):
    """The normalisation behind a convolution, None behind the gates' ones."""
    head, last = layer.rsplit('.', 1)
    return f'{head}.1' if last == '0' else None


def _sizes(state):
    sizes = {group: len(state[f'{writers[0]}.weight']) for group, writers in WRITERS.items()}
    return sizes | {'a': state['merge32.0.weight'].shape[1] - sizes['merged']}


def _importance(state, sizes):
    use = {group: torch.zeros(n) for group, n in sizes.items()}
    for layer, groups in READERS.items():
        parts = state[f'{layer}.weight'].flatten(2).abs().sum((0, 2)).split([sizes[g] for g in groups])
        for group, part in zip(groups, parts):
            use[group] += part
    out = {}
    for group, writers in WRITERS.items():
        norms = [_norm_of(w) for w in writers]
        spread = sum(state[f'{norm}.weight'].abs() if norm else state[f'{w}.weight'].flatten(1).norm(dim=1) for w, norm in zip(writers, norms))
        out[group] = use[group] * spread
    return out


@torch.no_grad()
def prune(wide, narrow):
    """UnshuffleNets with the same widths at 32 and 64 px; fills `narrow` with the part of `wide` that does most. -> narrow"""
    state, fresh = wide.state_dict(), narrow.state_dict()
    old, new = _sizes(state), _sizes(fresh)
    keep = {group: values.topk(new[group]).indices.sort().values for group, values in _importance(state, old).items()} | {'a': torch.arange(old['a'])}
    owner = {w: group for group, writers in WRITERS.items() for w in writers} | SCALES
    owner |= {_norm_of(w): group for group, writers in WRITERS.items() for w in writers if _norm_of(w)}
    out = {}
    for name, value in state.items():
        layer = name.rsplit('.', 1)[0]
        if layer in owner and value.dim() > 0:
            value = value[keep[owner[layer]]]
        if layer in READERS and name.endswith('.weight'):
            first = torch.tensor([0] + [old[g] for g in READERS[layer]]).cumsum(0)
            value = value[:, torch.cat([keep[g] + start for g, start in zip(READERS[layer], first)])]
        out[name] = value
    narrow.load_state_dict(out)
    return narrow
