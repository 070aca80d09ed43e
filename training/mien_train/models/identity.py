"""Recogniser: 128 x 128 BGR crop aligned by five points -> 256 floats.

The shipped weights are those of OpenVINO's face-reidentification-retail-0095 (Apache-2.0), converted: see LOG.md for why.
"""
import sys

import torch
from torch import nn

from ..paths import TEACHERS

CROP_SIZE = 128
# Where the five points lie, in crop pixels (pixel centres at integers).
TEMPLATE = [[0.31556875, 0.46157411], [0.68262292, 0.46157411], [0.50026250, 0.64050536], [0.34947190, 0.82469196], [0.65343643, 0.82469196]]


class ConvertedTeacher(nn.Module):
    """x: n x 3 x 128 x 128 BGR 0..255 -> n x 256, not normalised."""

    def __init__(self):
        super().__init__()
        sys.path.insert(0, str(TEACHERS))
        import net_runtime
        stem = TEACHERS / 'identity' / 'face-reidentification-retail-0095'
        self.net = net_runtime.IR(f'{stem}.xml', f'{stem}.bin')

    def forward(self, x):
        return torch.flatten(list(self.net(x).values())[0], 1)
