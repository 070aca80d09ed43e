"""Uncover network: a source's face without glasses, strands and other thin covers. 4 x 160 x 160 -> 4 x 160 x 160: colours, glasses.

Pixel-unshuffle trunk at 40, 20 and 10 px with one stage at 80 px, as the fusion networks have. Of hair and things it sees only where they are
(pure inpainting). Glasses it sees as they are: it finds their frames, shadows and reflections itself, to the pixel.
"""
import torch
from torch import nn

from .fuse import Attention, Residual, conv

INPUTS, OUTPUTS, SIZE = 4, 4, 160       # in: RGB with covered pixels in the face's mean colour, cover; out: change of RGB, glasses
CROP_SPAN = 1.35                # crop side in level boxes


class UncoverNet(nn.Module):
    def __init__(self, widths=(40, 64, 96), fine=16):
        super().__init__()
        a, b, c = widths
        self.enter = nn.Sequential(nn.PixelUnshuffle(4), conv(INPUTS * 16, a, 1), Residual(a))
        self.down20 = nn.Sequential(conv(a, b, 3, 2), Residual(b, se=True))
        self.down10 = nn.Sequential(conv(b, c, 3, 2), Residual(c, se=True), Residual(c, se=True), Attention(c))
        self.up = nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=False)
        self.merge20 = nn.Sequential(conv(c + b, b, 1), Residual(b, se=True))
        self.merge40 = nn.Sequential(conv(b + a, a, 1), Residual(a))
        self.fine_enter = nn.Sequential(nn.PixelUnshuffle(2), conv(INPUTS * 4, fine, 1))
        self.fine = nn.Sequential(conv(a + fine, fine, 1), Residual(fine))
        self.head, self.shuffle = nn.Conv2d(fine, 4 * OUTPUTS, 3, padding=1), nn.PixelShuffle(2)
        nn.init.zeros_(self.head.weight), nn.init.zeros_(self.head.bias)

    def forward(self, x):
        x40 = self.enter(x)
        x20 = self.down20(x40)
        y = self.merge20(torch.cat([self.up(self.down10(x20)), x20], 1))
        y = self.merge40(torch.cat([self.up(y), x40], 1))
        return self.shuffle(self.head(self.fine(torch.cat([self.up(y), self.fine_enter(x)], 1))))


NO_GLASSES = -4.0       # where the answer to "glasses" starts


def glasses(answer):
    """n x 1 x S x S, 0..1: where glasses hide, shade or light the face."""
    return torch.sigmoid(answer[:, 3:4] + NO_GLASSES)


SMOOTH_SIGMA, PAINTED_WEIGHS_LESS, FEATURES_STAY = 1.4, 0.7, 0.75       # as in src/fuse/uncover.cpp


def smooth_painted(picture, where, features):
    """What the product does to the network's answer: painted pixels are blurred with the bare ones beside them; brows and eyes keep most of their
    edges. picture n x 3 x S x S, where n x 1 x S x S, features n x S x S (1 at brows and eyes) -> picture"""
    features = _blur(features[:, None])
    weight = 1 - PAINTED_WEIGHS_LESS * where
    return picture + where * (1 - FEATURES_STAY * features) * (_blur(picture * weight) / _blur(weight) - picture)


def _blur(x):
    t = torch.arange(-5, 6, dtype=x.dtype)
    kernel = torch.exp(-t * t / (2 * SMOOTH_SIGMA ** 2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1).repeat(x.shape[1], 1, 1, 1)
    x = torch.nn.functional.conv2d(torch.nn.functional.pad(x, (5, 5, 0, 0), mode='replicate'), kernel, groups=x.shape[1])
    return torch.nn.functional.conv2d(torch.nn.functional.pad(x, (0, 0, 5, 5), mode='replicate'), kernel.transpose(2, 3), groups=x.shape[1])


def compose(x, answer, seen=None):
    """x: the input, answer: the network's -> RGB, 0..1: changed where the face is covered or wears glasses (seen; default: as found)."""
    where = torch.maximum(x[:, 3:4], glasses(answer) if seen is None else seen)
    return x[:, 0:3] + where * answer[:, 0:3]
