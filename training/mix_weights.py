#!/usr/bin/python3
"""Weighted mean of networks that were trained from one:  mix_weights.py NETWORK OUT.npz WEIGHTS.npz:SHARE ... ('shipped' for what ships)

Such networks lie in one valley, and their mean keeps more of what each is good at than any of them (Wortsman et al. 2022, "Model soups").
Normalisations are folded into the convolutions first, as what ships has them: their statistics differ from run to run.
"""
import sys

import torch

from mien_train.loop import load_weights, save_weights
from mien_train.networks import SPECS
from mien_train.shipped_weights import fold, input_shape, load_shipped


def mix(name, parts):
    """parts: list of (path or 'shipped', share); shares add up to 1. -> model"""
    if abs(sum(share for _, share in parts) - 1) > 1e-6:
        raise ValueError(f'shares add up to {sum(share for _, share in parts)}, expected 1')
    shape, mean = input_shape(name), {}
    for path, share in parts:
        model = SPECS[name]['build']()
        model = load_shipped(model, name, shape) if path == 'shipped' else fold(load_weights(model, path), shape)
        for key, value in model.state_dict().items():
            mean[key] = mean.get(key, 0) + share * value if value.dtype.is_floating_point else value
    out = SPECS[name]['build']()
    out.load_state_dict(mean)
    return out.eval()


def main(words):
    if len(words) < 3:
        sys.exit(__doc__)
    parts = [(path, float(share)) for path, share in (word.rsplit(':', 1) for word in words[2:])]
    with torch.no_grad():
        save_weights(mix(words[0], parts), words[1])


if __name__ == '__main__':
    main(sys.argv[1:])
