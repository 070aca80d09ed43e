"""Long hair in the region network's labels and samples; needs no data."""
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import cv2
import torch  # noqa: F401  (packages of training: without them this test is skipped as a whole)

from mien_train import geometry as g, region_labels as r
from mien_train.borrowed_hair import HairDonors, guided

SIZE, CENTRE, WIDTH, HEIGHT = 128, (64.0, 60.0), 50.0, 64.0


def face():
    """A mesh of which only what is asked for here is anything like a face. -> 478 x 3"""
    mesh = np.zeros((478, 3))
    mesh[:, :2] = CENTRE
    for k, i in enumerate(g.OVAL):                 # from the top, clockwise
        a = 2 * np.pi * k / len(g.OVAL)
        mesh[i, :2] = CENTRE[0] + WIDTH / 2 * np.sin(a), CENTRE[1] - HEIGHT / 2 * np.cos(a)
    mesh[[234, 454], 0] = CENTRE[0] - WIDTH / 2, CENTRE[0] + WIDTH / 2
    mesh[2, :2] = CENTRE[0], CENTRE[1] + 8
    mesh[r.CHIN, 1] = CENTRE[1] + HEIGHT / 2 - 5
    for i, (x, y) in {33: (-12, -8), 263: (12, -8), 4: (0, 5), 61: (-8, 16), 291: (8, 16)}.items():
        mesh[i, :2] = CENTRE[0] + x, CENTRE[1] + y
    return mesh


def oval_of(mesh):
    oval = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(oval, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
    return oval > 0


def curtain(right_of):
    """Hair from `right_of` on, from the top of the picture to the level of the chin. -> SIZE x SIZE, 0..1"""
    hair = np.zeros((SIZE, SIZE), np.float32)
    hair[:95, int(right_of):] = 1
    return hair


class LongHairOnCheeks(unittest.TestCase):
    def setUp(self):
        self.mesh = face()
        self.oval = oval_of(self.mesh)

    def test_what_hangs_over_a_cheek_is_hair_below_the_nose(self):
        hair = curtain(CENTRE[0] + 0.32 * WIDTH)
        found = r.long_hair_on_cheeks(self.mesh, hair, self.oval)
        self.assertTrue((found & self.oval).sum() > 50)
        self.assertFalse(found[:int(self.mesh[2, 1])].any())
        self.assertFalse(found[:, :int(CENTRE[0])].any())

    def test_a_beard_and_what_leaks_from_an_ear_are_skin(self):
        beard = curtain(CENTRE[0] + 0.32 * WIDTH)
        beard[int(CENTRE[1] + 20):95, 40:90] = 1
        self.assertFalse(r.long_hair_on_cheeks(self.mesh, beard, self.oval).any())
        leak = np.zeros((SIZE, SIZE), np.float32)
        leak[50:80, 84:90] = 1
        self.assertFalse(r.long_hair_on_cheeks(self.mesh, leak, self.oval).any())

    def test_a_moustache_is_skin(self):
        hair = curtain(CENTRE[0] + 0.32 * WIDTH)
        hair[70:74, 56:72] = 1
        self.assertFalse(r.long_hair_on_cheeks(self.mesh, hair, self.oval)[70:74, 56:72].any())


class BorrowedHair(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(3)
        self.images = rng.integers(90, 160, (2, SIZE, SIZE, 3)).astype(np.uint8)
        self.masks = np.zeros((2, SIZE, SIZE, 2), np.uint8)
        self.masks[1, ..., 0] = 255 * curtain(CENTRE[0] + 0.52 * WIDTH)
        self.images[1][self.masks[1, ..., 0] > 0] = 15
        self.donors = HairDonors(self.images, np.stack([face()] * 2), self.masks)

    def test_only_people_with_long_hair_lend_it(self):
        self.assertEqual(self.donors.donors, [1])

    def test_it_hangs_over_the_cheek_and_is_marked_where_it_is_seen(self):
        rng, oval, over = np.random.default_rng(4), oval_of(face()), 0
        for _ in range(20):
            crop = np.full((SIZE, SIZE, 3), 180, np.uint8)
            out, alpha = self.donors.paste(crop, face(), rng)
            self.assertEqual((out.shape, out.dtype, alpha.shape), (crop.shape, np.uint8, (SIZE, SIZE)))
            self.assertTrue(alpha.min() >= 0 and alpha.max() <= 1)
            over += (alpha[oval] > 0.5).any()
            if (alpha > 0.9).any():
                self.assertLess(out[alpha > 0.9].mean(), 60)
            self.assertGreater(out[alpha < 0.01].mean(), 120)
        self.assertGreater(over, 12)

    def test_the_mask_follows_the_picture_s_edge(self):
        grey = np.full((40, 40), 200, np.float32)
        grey[:, 20:] = 20
        rough = np.zeros((40, 40), np.float32)
        rough[:, 17:] = 1                           # three pixels too far
        fine = guided(rough, grey)
        self.assertLess(fine[20, 17], 0.5)
        self.assertGreater(fine[20, 24], 0.8)


if __name__ == '__main__':
    unittest.main()
