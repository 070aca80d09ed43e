"""The shipped mesh network sees closed lids: photos of examples/ whose lids are moved."""
import sys
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mien_train import geometry as g
from mien_train.mesh_task import predict
from mien_train.models.mesh import CROP_SIZE, CROP_SPAN, MeshNet
from mien_train.paths import REPOSITORY
from mien_train.repose import LOWER_LIDS, UPPER_LIDS
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

    @staticmethod
    def close_lids(photo, mesh, share):
        """The upper lids come down onto the lower ones, column by column, and the skin above them is drawn along; heads are upright."""
        out = photo.copy()
        for upper, lower, corners in zip(UPPER_LIDS, LOWER_LIDS, (g.RIGHT_EYE_CORNERS, g.LEFT_EYE_CORNERS)):
            ends = mesh[corners, :2]
            edge = lambda lid: np.array(sorted([*ends.tolist(), *mesh[lid, :2].tolist()]))
            top, bottom = edge(upper), edge(lower)
            for x in range(int(np.ceil(ends[:, 0].min())), int(ends[:, 0].max()) + 1):
                high, low = np.interp(x, *top.T), np.interp(x, *bottom.T)
                if low - high < 0.5:
                    continue
                above = high - 0.6 * np.ptp(bottom[:, 1]) - 1.5 * (low - high)
                y = np.arange(int(above), int(low) + 1)
                source = np.interp(y, [above, high + 0.93 * share * (low - high), low], [above, high, low])
                out[y, x] = cv2.remap(photo, np.full((len(y), 1), x, np.float32), source[:, None].astype(np.float32), cv2.INTER_LINEAR)[:, 0]
        return out

    def test_what_is_closed_is_seen_closed_and_what_is_open_open(self):
        for name in PHOTOS:
            photo, mesh = self.photo(name)
            open_eyes = g.eye_openings(mesh[None])[0]
            for share, least, most in ((1, 0, 0.5), (0.5, 0.3, 0.93), (0, 0.9, 1.1)):
                with self.subTest(name, share=share):
                    seen = g.eye_openings(self.look_again(self.close_lids(photo, mesh, share), mesh)[None])[0]
                    self.assertTrue(least * open_eyes <= seen <= most * open_eyes, f'{seen:.3f} of {open_eyes:.3f}')


if __name__ == '__main__':
    unittest.main()
