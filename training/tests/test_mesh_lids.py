"""The shipped mesh network sees closed lids: photos of examples/ whose lids are moved."""
import sys
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mien_train import geometry as g
from mien_train.mesh_task import MeshEvaluation, predict
from mien_train.models.mesh import CROP_SIZE, CROP_SPAN, MeshNet
from mien_train.paths import REPOSITORY
from mien_train.repose import Reposer, Turn
from mien_train.shipped_weights import load_shipped

PHOTOS = ('source_1', 'source_2', 'target_1')


class ClosedLids(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        cls.net = load_shipped(MeshNet(), 'mesh', (1, 3, CROP_SIZE, CROP_SIZE))

    def look(self, image, centre, side, roll=0.0):
        """-> mesh, image pixels"""
        matrix = g.crop_from_image(centre, side, roll, CROP_SIZE)
        crop = cv2.warpAffine(image, matrix, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        points = predict(self.net, [crop])[0][0].astype(np.float64)
        return g.apply(cv2.invertAffineTransform(matrix), points)

    def look_again(self, image, mesh):
        centre, side, roll = g.level_box(mesh)
        return self.look(image, centre, CROP_SPAN * side, roll)

    def photo(self, name):
        """-> picture, its mesh as the network sees it"""
        photo = cv2.imread(str(REPOSITORY / 'examples' / f'{name}.jpg'))
        photo = cv2.resize(photo, (512, round(512 * photo.shape[0] / photo.shape[1])), interpolation=cv2.INTER_AREA)
        mesh = self.look(photo, np.array(photo.shape[1::-1]) / 2, 0.8 * min(photo.shape[:2]))
        for _ in range(4):
            mesh = self.look_again(photo, mesh)
        return photo, mesh

    def test_what_is_closed_is_seen_closed_and_what_is_open_open(self):
        reposer = Reposer()
        for name in PHOTOS:
            photo, mesh = self.photo(name)
            size = max(photo.shape[:2])
            square = cv2.copyMakeBorder(photo, 0, size - photo.shape[0], 0, size - photo.shape[1], cv2.BORDER_REPLICATE)
            open_eyes = MeshEvaluation.opening(mesh[None])[0]
            for shares, least, most in (((1, 1), 0, 0.5), ((0.5, 0.5), 0.3, 0.93), ((0, 0), 0.9, 1.1)):
                with self.subTest(name, shares=shares):
                    moved = reposer.close_lids(mesh, shares)
                    map_x, map_y, _ = reposer.map_to(mesh, reposer.turned(reposer.extend(moved), Turn()), size)
                    closed = cv2.remap(square, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                    seen = MeshEvaluation.opening(self.look_again(closed, mesh)[None])[0]
                    self.assertTrue(least * open_eyes <= seen <= most * open_eyes, f'{seen:.3f} of {open_eyes:.3f}')


if __name__ == '__main__':
    unittest.main()
