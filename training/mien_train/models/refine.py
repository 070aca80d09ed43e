"""Refine network of hd: the face after the coarse network, looked at again at twice or four times its resolution. 12 x S x S -> 2 x S x S.

Input as the coarse networks have it (src/fuse/coarse_inputs.h), with the fused face in place of W0. Output: light that is added (the residual
of models/fuse.py, already one channel) and the change of alpha. Fully convolutional: S is 256 or 512, any multiple of 32 works.
"""
import torch
from torch import nn
import torch.nn.functional as F

from .fuse import INPUTS, RESIDUAL_LIMIT, Residual, conv, in_light, patches

SIZE, OUTPUTS = 256, 2
RESIDUAL_KEPT = 0.5     # share of the light that stays where the source shows the face


class RefineNet(nn.Module):
    """Trunk at S/8, S/16 and S/32, one stage at S/4 before and after it; zero-initialised head: an untrained network changes nothing."""

    def __init__(self, widths=(48, 64, 96), fine=32):
        super().__init__()
        a, b, c = widths
        self.enter = patches(INPUTS, fine, 4)
        self.down8 = nn.Sequential(conv(fine, a, 3, 2), Residual(a))
        self.down16 = nn.Sequential(conv(a, b, 3, 2), Residual(b, se=True))
        self.down32 = nn.Sequential(conv(b, c, 3, 2), Residual(c, se=True))
        self.up = nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=False)
        self.merge16 = nn.Sequential(conv(c + b, b, 1), Residual(b, se=True))
        self.merge8 = nn.Sequential(conv(b + a, a, 1), Residual(a))
        self.fine = nn.Sequential(conv(a + fine, fine, 1), Residual(fine))
        self.head, self.shuffle = nn.Conv2d(fine, OUTPUTS * 16, 3, padding=1), nn.PixelShuffle(4)
        nn.init.zeros_(self.head.weight), nn.init.zeros_(self.head.bias)

    def forward(self, x):
        x4 = self.enter(x)
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        y = self.merge16(torch.cat([self.up(self.down32(x16)), x16], 1))
        y = self.merge8(torch.cat([self.up(y), x8], 1))
        return self.shuffle(self.head(self.fine(torch.cat([self.up(y), x4], 1))))


def compose(x, answer, kept=RESIDUAL_KEPT):
    """x: the input (n x 12 x S x S), answer n x 2 x S x S -> F (n x 3), A (n x 1), both 0..1."""
    picture, trust, alpha = x[:, 0:3], x[:, 3:4], x[:, 7:8]
    light = answer[:, 0:1] / torch.sqrt(1 + (answer[:, 0:1] / RESIDUAL_LIMIT) ** 2)
    before = picture.mean(1, keepdim=True)
    after = before + (1 - (1 - kept) * trust) * light
    fused = in_light(picture, before, after)
    mask = (alpha + 0.35 * torch.tanh(answer[:, 1:2]) * 4 * alpha * (1 - alpha)).clamp(0, 1)
    return fused, mask
