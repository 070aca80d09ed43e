"""Region network: level crop -> 9 classes per pixel. MobileNetV3-style encoder, LR-ASPP head (Howard et al. 2019), two skips."""
import torch
from torch import nn
import torch.nn.functional as F

from ..pruning import PruningPlan

CROP_SPAN = 1.7             # crop side in level boxes
CLASS_COUNT = 9


def conv(inputs, outputs, size=3, stride=1, groups=1, act=nn.Hardswish):
    layers = [nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([act()] if act else []))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, channels // reduction, 1), nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))))


class Inverted(nn.Module):
    def __init__(self, inputs, expanded, outputs, size, stride, se, act=nn.Hardswish):
        super().__init__()
        self.same = stride == 1 and inputs == outputs
        self.body = nn.Sequential(conv(inputs, expanded, 1, act=act), conv(expanded, expanded, size, stride, groups=expanded, act=act),
                                  SqueezeExcite(expanded) if se else nn.Identity(), conv(expanded, outputs, 1, act=None))

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


class RegionNet(nn.Module):
    """x: n x 3 x S x S RGB in [-1, 1], S a multiple of 16 -> logits n x 9 x S/2 x S/2 (to be enlarged bilinearly). Layers: the subclass's."""

    def __init__(self):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=False)

    def forward(self, x):
        x2 = self.stem(x)
        x4 = self.down4(x2)
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        y = self.project(x16) * torch.sigmoid(self.gate(F.adaptive_avg_pool2d(x16, 1)))
        y = self.merge8(torch.cat([self.up(y), self.skip8(x8)], 1))
        y = self.merge4(torch.cat([self.up(y), self.skip4(x4)], 1))
        y = self.merge2(torch.cat([self.up(y), self.skip2(x2)], 1))
        return self.head(y)


class ParseNet(RegionNet):
    """Channels at the larger maps and what follows them; those of `WIDE` need half as much time again."""

    def __init__(self, widths=None):
        super().__init__()
        w = {**NARROW, **(widths or {})}
        act = w['act']
        self.stem = conv(3, 16, 3, 2, act=act)                                                     # 1/2
        self.down4 = nn.Sequential(Inverted(16, w['first'], 24, 3, 2, False, act), Inverted(24, w['second'], 24, 3, 1, False, act))
        self.down8 = nn.Sequential(Inverted(24, 96, 40, 5, 2, True), Inverted(40, 120, 40, 5, 1, True))
        self.down16 = nn.Sequential(Inverted(40, 160, 72, 5, 2, True), Inverted(72, 240, 72, 5, 1, True), Inverted(72, 240, 72, 5, 1, True))
        self.project, self.gate = conv(72, 64, 1, act=nn.ReLU), nn.Conv2d(72, 64, 1)
        self.skip8, self.skip4, self.skip2 = conv(40, 32, 1, act=nn.ReLU), conv(24, w['skip4'], 1, act=nn.ReLU), conv(16, 8, 1, act=nn.ReLU)
        self.merge8 = conv(64 + 32, w['merge8'], 3, act=nn.ReLU)
        self.merge4 = conv(w['merge8'] + w['skip4'], w['merge4'], 3, act=nn.ReLU)
        self.merge2 = conv(w['merge4'] + 8, w['merge2'], 3, act=nn.ReLU)
        self.head = nn.Conv2d(w['merge2'], CLASS_COUNT, 1)


# What ships: multiples of 16, the runtime's vectors, and ReLU, which costs nothing.
NARROW = {'first': 32, 'second': 48, 'merge8': 32, 'skip4': 16, 'merge4': 16, 'merge2': 16, 'act': nn.ReLU}
# What shipped before; teaches NARROW and gives it its most useful channels.
WIDE = {'first': 48, 'second': 72, 'merge8': 48, 'skip4': 24, 'merge4': 24, 'merge2': 20, 'act': nn.Hardswish}
WIDE_TO_NARROW = PruningPlan(
    writers={'first': ['down4.0.body.0.0'], 'second': ['down4.1.body.0.0'], 'merge8': ['merge8.0'], 'skip4': ['skip4.0'], 'merge4': ['merge4.0'], 'merge2': ['merge2.0']},
    readers={'down4.0.body.3.0': ['first'], 'down4.1.body.3.0': ['second'], 'merge4.0': ['merge8', 'skip4'], 'merge2.0': ['merge4', 'skip2'], 'head': ['merge2']},
    scales={'down4.0.body.1.0': 'first', 'down4.1.body.1.0': 'second'}, kept={'skip2': 8})
