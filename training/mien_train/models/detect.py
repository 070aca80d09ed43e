"""Detector: one stage, anchor-free, strides 8, 16 and 32, in the manner of YuNet (Wu et al. 2023) but with dense 3x3 convolutions
where the picture is large (they are faster on CPUs than depthwise ones) and depthwise 5x5 where it is small.
"""
import math

import torch
from torch import nn

STRIDES = (8, 16, 32)
STEM = 8                    # channels at half the picture's size: 16 take a quarter of the whole network's time
BOX_OUTPUTS = 5             # score, centre x y, log width height
POINT_OUTPUTS = 15          # 5 points x y, 5 log spreads


def conv(inputs, outputs, size=3, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def separable(inputs, outputs, stride=1):
    return nn.Sequential(conv(inputs, inputs, 5, stride, groups=inputs), conv(inputs, outputs, 1))


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = separable(width, width)

    def forward(self, x):
        return x + self.body(x)


class PointBranch(nn.Module):
    """Where the five points are, from the trunk's features at all strides: large faces are seen by coarse cells, but where the tip of a
    nose is only finer ones can tell, so each stride also gets the next finer one's features, folded into channels.

    Every cell says for every point how far off it may be (log of the spread in strides): a cell at the mouth knows the mouth's corners best."""

    def __init__(self, trunk=(48, 64, 96), width=48, fine=16, small=32):
        super().__init__()
        self.fold = nn.PixelUnshuffle(2)
        self.narrow = nn.ModuleList([conv(trunk[0], fine, 1), conv(width, fine, 1)])
        self.enter = nn.ModuleList([conv(trunk[0], small, 1), conv(trunk[1] + 4 * fine, width, 1), conv(trunk[2] + 4 * fine, width, 1)])
        self.body = nn.ModuleList([nn.Sequential(Residual(small)), nn.Sequential(Residual(width), Residual(width)), nn.Sequential(Residual(width), Residual(width))])
        self.heads = nn.ModuleList([nn.Conv2d(w, POINT_OUTPUTS, 1) for w in (small, width, width)])

    def forward(self, x8, x16, x32):
        """-> per stride n x 15 x h x w"""
        y8 = self.body[0](self.enter[0](x8))
        y16 = self.body[1](self.enter[1](torch.cat([x16, self.fold(self.narrow[0](x8))], 1)))
        y32 = self.body[2](self.enter[2](torch.cat([x32, self.fold(self.narrow[1](y16))], 1)))
        return tuple(head(y) for head, y in zip(self.heads, (y8, y16, y32)))


class DetectNet(nn.Module):
    """x: n x 3 x H x W RGB in [-1, 1], H and W multiples of 32 -> one n x 20 x h x w map per stride.

    Score is a logit; centre = (cell + 0.5 + v) * stride, size = exp(v) * stride, points = (cell + 0.5 + v) * stride, spread = exp(v) * stride."""

    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Sequential(conv(3, STEM, 3, 2), conv(STEM, 32, 3, 2))
        self.stage8 = nn.Sequential(conv(32, 48, 3, 2), conv(48, 48))
        self.stage16 = nn.Sequential(conv(48, 64, 3, 2), separable(64, 64), separable(64, 64))
        self.stage32 = nn.Sequential(separable(64, 96, 2), separable(96, 96), separable(96, 96))
        self.lateral = nn.ModuleList([conv(48, width, 1), conv(64, width, 1), conv(96, width, 1)])
        self.merge = nn.ModuleList([conv(width, width), separable(width, width), separable(width, width)])
        self.up = nn.Upsample(scale_factor=2.0, mode='nearest')
        self.heads = nn.ModuleList([nn.Conv2d(width, BOX_OUTPUTS, 1) for _ in STRIDES])
        self.points = PointBranch()
        for head in [*self.heads, *self.points.heads]:
            nn.init.normal_(head.weight, 0, 0.01)
            nn.init.zeros_(head.bias)
        for head in self.heads:
            head.bias.data[0] = -4.6
            head.bias.data[3:5] = 1.4

    def trunk(self, x):
        """-> features at strides 8, 16, 32 (48, 64, 96 channels)"""
        x8 = self.stage8(self.stem(x))
        x16 = self.stage16(x8)
        return x8, x16, self.stage32(x16)

    def boxes(self, x8, x16, x32):
        """-> per stride n x 5 x h x w"""
        p32 = self.lateral[2](x32)
        p16 = self.lateral[1](x16) + self.up(p32)
        p8 = self.lateral[0](x8) + self.up(p16)
        return tuple(head(merge(p)) for p, merge, head in zip((p8, p16, p32), self.merge, self.heads))

    def forward(self, x):
        features = self.trunk(x)
        return tuple(torch.cat(both, 1) for both in zip(self.boxes(*features), self.points(*features)))


def decode(maps):
    """-> scores n x cells (logits), boxes n x cells x 4 (centre x y, width, height in pixels), points n x cells x 10, log spreads of the
    points in pixels n x cells x 5."""
    scores, boxes, points, spreads = [], [], [], []
    for stride, m in zip(STRIDES, maps):
        n, _, h, w = m.shape
        yy, xx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing='ij')
        cell = torch.stack([xx, yy], -1).reshape(1, -1, 2).to(m.dtype) + 0.5
        flat = m.flatten(2).transpose(1, 2)
        scores.append(flat[..., 0])
        boxes.append(torch.cat([(cell + flat[..., 1:3]) * stride - 0.5, flat[..., 3:5].clamp(-4, 5).exp() * stride], -1))
        points.append((cell.repeat(1, 1, 5) + flat[..., 5:15]) * stride - 0.5)
        spreads.append(flat[..., 15:20].clamp(-6, 3) + math.log(stride))
    return torch.cat(scores, 1), torch.cat(boxes, 1), torch.cat(points, 1), torch.cat(spreads, 1)
