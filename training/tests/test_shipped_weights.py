"""Weights in models/ back in torch, and put into wider networks."""
import sys
import unittest
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mien_train import networks, shipped_weights
from mien_train.models import fuse
from mien_train.paths import REPOSITORY


def parity_vectors(name):
    """-> inputs as the network gets them, list of expected outputs (n x values); the layout is that of export.py."""
    spec = networks.SPECS[name]
    with open(REPOSITORY / 'tests' / 'parity' / f'{name}.bin', 'rb') as f:
        count, channels, height, width, outputs, divisor = (int(v) for v in np.fromfile(f, '<u4', 6))
        pixels = np.fromfile(f, np.uint8, count * channels * height * width).reshape(count, channels, height, width)
        expected = []
        for _ in range(outputs):
            size = int(np.fromfile(f, '<u4', 1)[0])
            expected.append(np.fromfile(f, '<f4', count * size).reshape(count, size))
    mean, std = (torch.tensor(spec['input'][k]).view(1, -1, 1, 1) for k in ('mean', 'std'))
    return (torch.from_numpy(pixels).float() / divisor - mean) / std, expected


def load(name):
    spec = networks.SPECS[name]
    return shipped_weights.load_shipped(spec['build'](), name, (1, *(spec['input'][k] for k in ('channels', 'height', 'width'))))


class ShippedWeights(unittest.TestCase):
    def check(self, model, x, expected):
        with torch.no_grad():
            found = model.eval()(x)
        found = found if isinstance(found, tuple) else (found,)
        for a, b in zip(found, expected):
            # Weights ship in half precision: the recogniser's fifty layers in a row differ most, by 0.006 of the largest answer.
            self.assertLess(np.abs(a.reshape(len(x), -1).numpy() - b).max(), 8e-3 * max(1.0, np.abs(b).max()))

    def test_they_answer_as_they_did_when_exported_and_after_calibration(self):
        for name in ('fuse_small', 'fuse_tiny', 'fuse_base', 'uncover', 'parse', 'detect', 'identity'):
            with self.subTest(name):
                (x, expected), model = parity_vectors(name), load(name)
                self.check(model, x, expected)
                self.check(shipped_weights.calibrate(model, x), x, expected)

    def test_folded_normalisations_change_nothing(self):
        x, expected = parity_vectors('parse')
        model = shipped_weights.fold(shipped_weights.calibrate(load('parse'), x), shipped_weights.input_shape('parse'))
        self.check(model, x, expected)
        norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        self.assertTrue(norms and all(float(m.running_mean.abs().max()) == 0 for m in norms))

    def test_the_weights_of_another_network_are_refused(self):
        with self.assertRaises(ValueError):
            shipped_weights.load_shipped(fuse.NETWORKS['tiny'](), 'fuse_small', (1, fuse.INPUTS, fuse.SIZE, fuse.SIZE))

    def test_a_wider_network_starts_as_the_narrow_one(self):
        narrow = load('fuse_small').eval()
        wide = fuse.widen(narrow, fuse.NETWORKS['base']()).eval()
        x, _ = parity_vectors('fuse_small')
        with torch.no_grad():
            for a, b in zip(narrow(x), wide(x)):
                self.assertLess(float((a - b).abs().max()), 0.05 * float(a.abs().max()))


if __name__ == '__main__':
    unittest.main()
