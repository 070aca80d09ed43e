"""Softened samples of the uncover network, and what the fusion networks' contract makes of light; needs no data."""
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import torch

from mien_train.models.fuse import in_light
from mien_train.models.uncover import SIZE
from mien_train.uncover_samples import SOFTEST, softened


class Softened(unittest.TestCase):
    def test_pictures_and_masks_lose_detail_and_keep_their_light(self):
        rng = np.random.default_rng(3)
        picture, mask = rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8), rng.random((SIZE, SIZE)).astype(np.float32)
        for before, after in zip((picture, mask), softened((picture, mask), rng)):
            self.assertEqual((before.shape, before.dtype), (after.shape, after.dtype))
            self.assertLess(after.astype(float).std(), 0.9 * before.astype(float).std())
            self.assertAlmostEqual(after.mean() / before.mean(), 1, delta=0.02)

    def test_is_never_softer_than_told(self):
        stripes = np.tile(np.float32(np.arange(SIZE) // 16 % 2), (SIZE, 1))     # 16 px wide: seen at a third of the size
        for seed in range(8):
            self.assertGreater(softened((stripes,), np.random.default_rng(seed))[0].std(), 0.3, SOFTEST)


class InLight(unittest.TestCase):
    def test_dark_red_that_is_lifted_becomes_paler_and_as_light_as_asked_for(self):
        dark = torch.tensor([0.32, 0.06, 0.06]).view(1, 3, 1, 1)
        mean = dark.mean(1, keepdim=True)
        lifted = in_light(dark, mean, 2 * mean)
        self.assertAlmostEqual(float(lifted.mean()), 2 * float(mean), places=5)
        self.assertLess(float(lifted[0, 0] / lifted[0, 1]), 0.6 * 0.32 / 0.06)
        darker = in_light(dark, mean, 0.7 * mean)
        self.assertAlmostEqual(float(darker[0, 0] / darker[0, 1]), 0.32 / 0.06, places=3)


if __name__ == '__main__':
    unittest.main()
