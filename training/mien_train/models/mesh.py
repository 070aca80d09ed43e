"""Mesh network: 128 x 128 crop -> 478 points in 3D, presence, region visibility.

MobileNetV3-Small features (Howard et al. 2019, arXiv 1905.02244) without pretrained weights, then 1x1 conv 64 -> 256 -> linear.
"""
import torch
from torch import nn
from torchvision.models import mobilenet_v3_small

from ..geometry import POINT_COUNT, REGIONS

CROP_SIZE = 128
CROP_SPAN = 1.25            # crop side in level boxes
OUTPUT_UNIT_PX = 16.0       # the network's outputs are in this unit, so that they are about 1


class MeshNet(nn.Module):
    """x: n x 3 x 128 x 128 RGB in [-1, 1] -> points n x 1434 (crop pixels, x y z per point), logits n x (1 + 7)."""

    def __init__(self, mean_points=None):
        super().__init__()
        self.features = mobilenet_v3_small().features
        self.squeeze = nn.Sequential(nn.Conv2d(576, 64, 1, bias=False), nn.BatchNorm2d(64), nn.Hardswish())
        self.hidden = nn.Linear(64 * 16, 256)
        self.activation = nn.Hardswish()
        self.points = nn.Linear(256, POINT_COUNT * 3)
        self.logits = nn.Linear(256, 1 + len(REGIONS))
        if mean_points is not None:
            with torch.no_grad():
                self.points.bias.copy_(torch.as_tensor(mean_points, dtype=torch.float32).flatten() / OUTPUT_UNIT_PX)

    @torch.no_grad()
    def start_from_modes(self, modes):
        """modes: k x 1434 principal directions of the labels, scaled by their standard deviation (crop pixels)."""
        count = min(len(modes), 128)
        self.points.weight.mul_(0.05)
        self.points.weight[:, :count] += torch.as_tensor(modes[:count].T, dtype=torch.float32) / OUTPUT_UNIT_PX

    def forward(self, x):
        x = self.squeeze(self.features(x))
        h = self.activation(self.hidden(torch.flatten(x, 1)))
        return self.points(h) * OUTPUT_UNIT_PX, self.logits(h)
