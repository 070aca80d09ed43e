"""Region network: level crop -> 9 classes per pixel. MobileNetV3-style encoder, LR-ASPP head (Howard et al. 2019), two skips."""
import torch
from torch import nn
import torch.nn.functional as F

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


def merge(inputs, outputs):
    """1x1, then depthwise 3x3: a third of the time of one 3x3."""
    return nn.Sequential(conv(inputs, outputs, 1, act=nn.ReLU), conv(outputs, outputs, 3, groups=outputs, act=nn.ReLU))


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
    """What ships."""

    def __init__(self):
        super().__init__()
        self.stem = conv(3, 16, 3, 2)                                                              # 1/2
        self.down4 = nn.Sequential(Inverted(16, 48, 24, 3, 2, False), Inverted(24, 72, 24, 3, 1, False))
        self.down8 = nn.Sequential(Inverted(24, 96, 40, 5, 2, True), Inverted(40, 120, 40, 5, 1, True))
        self.down16 = nn.Sequential(Inverted(40, 160, 72, 5, 2, True), Inverted(72, 240, 72, 5, 1, True), Inverted(72, 240, 72, 5, 1, True))
        self.project, self.gate = conv(72, 64, 1, act=nn.ReLU), nn.Conv2d(72, 64, 1)
        self.skip8, self.skip4, self.skip2 = conv(40, 32, 1, act=nn.ReLU), conv(24, 24, 1, act=nn.ReLU), conv(16, 8, 1, act=nn.ReLU)
        self.merge8 = conv(64 + 32, 48, 3, act=nn.ReLU)
        self.merge4 = conv(48 + 24, 24, 3, act=nn.ReLU)
        self.merge2 = conv(24 + 8, 20, 3, act=nn.ReLU)
        self.head = nn.Conv2d(20, CLASS_COUNT, 1)


class SmallParseNet(RegionNet):
    """ParseNet's in and out in two fifths of its time; not shipped yet (LOG.md).

    Widths are multiples of eight (the runtime's vectors); the large maps have ReLU, which costs nothing there."""

    def __init__(self):
        super().__init__()
        self.stem = conv(3, 16, 3, 2, act=nn.ReLU)                                                 # 1/2
        self.down4 = nn.Sequential(Inverted(16, 32, 24, 3, 2, False, nn.ReLU), Inverted(24, 48, 24, 3, 1, False, nn.ReLU))
        self.down8 = nn.Sequential(Inverted(24, 64, 40, 5, 2, True), Inverted(40, 80, 40, 5, 1, True))
        self.down16 = nn.Sequential(Inverted(40, 120, 72, 5, 2, True), Inverted(72, 144, 72, 5, 1, True))
        self.project, self.gate = conv(72, 64, 1, act=nn.ReLU), nn.Conv2d(72, 64, 1)
        self.skip8, self.skip4, self.skip2 = conv(40, 32, 1, act=nn.ReLU), conv(24, 24, 1, act=nn.ReLU), nn.Identity()
        self.merge8, self.merge4, self.merge2 = merge(64 + 32, 48), merge(48 + 24, 24), merge(24 + 16, 16)
        self.head = nn.Conv2d(16, CLASS_COUNT, 1)
