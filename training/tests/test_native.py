"""The binding to the product's C++ code: sources come and go in src/, and a list that misses one is noticed here, not at the start of a training."""
import ctypes
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from mien_train import hard_light, native


class NativeTest(unittest.TestCase):
    def test_it_links_and_loads(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'native.so'
            native.build(path, ['-O0'])
            self.assertTrue(ctypes.CDLL(str(path)).mien_open)


class HardLightTest(unittest.TestCase):
    def test_what_stands_between_a_place_and_the_lamp_shades_it(self):
        depth = np.full((20, 40), 10.0)
        depth[:, 20] = 0        # a wall, 10 px high
        low = hard_light.in_shadow(depth, np.array([np.sin(1.2), 0, np.cos(1.2)]))      # from the right, near the surface
        self.assertGreater(low[10, 17], 0.99)
        self.assertEqual(low[10, 25], 0)
        steep = hard_light.in_shadow(depth, np.array([np.sin(0.2), 0, np.cos(0.2)]))
        self.assertEqual(steep[10, 15], 0)


if __name__ == '__main__':
    unittest.main()
