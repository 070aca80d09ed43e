"""The figures of steady_evaluation on results whose flicker is known."""
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from mien_train import steady_evaluation as s


class SteadyEvaluationTest(unittest.TestCase):
    def clip(self, flicker):
        """A noisy still, and a result that is another face in its middle, whose brightness goes up and down by `flicker` levels."""
        y, x = np.mgrid[:160, :160]
        photo = np.clip(120 + 60 * np.sin(x / 9)[..., None] * np.cos(y / 7)[..., None] + np.zeros(3), 0, 255).astype(np.uint8)
        targets = s.still_clip(photo, 12, 160, noise=2)
        results = []
        for i, target in enumerate(targets):
            result = target.astype(np.float32)
            result[40:120, 40:120] += 30 + flicker * (i % 2)
            results.append(np.clip(result, 0, 255).round().astype(np.uint8))
        return targets, results

    def test_the_targets_own_noise_is_no_flicker(self):
        figures = s.steadiness(*self.clip(0))
        self.assertEqual(figures['frames'], 11)
        self.assertLess(figures['flicker'], 0.05)
        self.assertAlmostEqual(figures['warping_ratio'], 1, delta=0.03)

    def test_flicker_is_told_in_grey_levels(self):
        figures = s.steadiness(*self.clip(3))
        self.assertAlmostEqual(figures['flicker'], 3, delta=0.2)
        self.assertGreater(figures['warping_ratio'], 1.2)

    def test_a_clip_that_was_not_fused_has_no_figures(self):
        targets, _ = self.clip(0)
        self.assertIsNone(s.steadiness(targets, targets))


if __name__ == '__main__':
    unittest.main()
