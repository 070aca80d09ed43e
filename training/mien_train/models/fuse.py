"""Coarse fusion networks: 12 x 128 x 128 -> gain and bias (6 x 64 x 64), residual and change of alpha (4 x 128 x 128).

All start as the identity: their heads are zero. `unshuffle`: pixel-unshuffle trunk at 32, 16 and 8 px with one 64-px stage; `dense`: strided
dense U-Net; `light`: inverted residuals and the light decoder block (bilinear up, depthwise 3x3, BN, ReLU, 1x1).
"""
from dataclasses import dataclass

import torch
from torch import nn
import torch.nn.functional as F

INPUTS, SIZE = 12, 128
GAIN_BIAS, RESIDUAL_ALPHA = 6, 4


def conv(inputs, outputs, size=3, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def patches(inputs, outputs, size):
    """size x size pixels at a time into `outputs` channels: PixelUnshuffle and a 1x1 convolution in one, which the runtime does faster."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, size, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class SqueezeExcite(nn.Module):
    """Channel attention (Hu et al. 2018)."""

    def __init__(self, channels, reduction=4):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, channels // reduction, 1), nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))))


class Attention(nn.Module):
    """Feature-aware attention: channels by squeeze-excite, then places by a 7x7 convolution of mean and maximum (Woo et al. 2018).

    The mean is a 1x1 convolution that begins as one: the runtime's reductions over channels are slow."""

    def __init__(self, channels):
        super().__init__()
        self.channels, self.mean, self.places = SqueezeExcite(channels), nn.Conv2d(channels, 1, 1, bias=False), nn.Conv2d(2, 1, 7, padding=3)
        nn.init.constant_(self.mean.weight, 1 / channels)

    def forward(self, x):
        x = self.channels(x)
        return x * torch.sigmoid(self.places(torch.cat([self.mean(x), x.amax(1, keepdim=True)], 1)))


class Residual(nn.Module):
    def __init__(self, channels, se=False):
        super().__init__()
        self.first = conv(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.se = SqueezeExcite(channels) if se else nn.Identity()

    def forward(self, x):
        return F.relu(x + self.se(self.second(self.first(x))))


class Heads(nn.Module):
    """The last stage at 64 px and the zero-initialised heads."""

    def __init__(self, channels):
        super().__init__()
        self.gain_bias = nn.Conv2d(channels, GAIN_BIAS, 3, padding=1)
        self.residual_alpha = nn.Conv2d(channels, RESIDUAL_ALPHA * 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)
        for head in (self.gain_bias, self.residual_alpha):
            nn.init.zeros_(head.weight), nn.init.zeros_(head.bias)

    def forward(self, x):
        return self.gain_bias(x), self.shuffle(self.residual_alpha(x))


class UnshuffleNet(nn.Module):
    """widths: channels at 32, 16, 8 px; fine: channels at 64 px (0: no such stage); attention: on the skips and at the end of the encoder."""

    def __init__(self, widths=(48, 80, 112), fine=24, attention=True):
        super().__init__()
        a, b, c = widths
        wrap = Attention if attention else lambda channels: nn.Identity()
        self.enter = nn.Sequential(patches(INPUTS, a, 4), Residual(a))
        self.down16 = nn.Sequential(conv(a, b, 3, 2), Residual(b, se=True))
        self.down8 = nn.Sequential(conv(b, c, 3, 2), Residual(c, se=True), Residual(c, se=True))
        self.attend32, self.attend16, self.attend8 = wrap(a), wrap(b), wrap(c)
        self.up = nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=False)
        self.merge16 = nn.Sequential(conv(c + b, b, 1), Residual(b, se=True))
        self.merge32 = conv(b + a, a, 1)
        self.fine_enter = patches(INPUTS, fine, 2)
        self.fine = nn.Sequential(conv(a + fine, fine, 1), Residual(fine))
        self.heads = Heads(fine)

    def forward(self, x):
        x32 = self.enter(x)
        x16 = self.down16(x32)
        x8 = self.attend8(self.down8(x16))
        y = self.merge16(torch.cat([self.up(x8), self.attend16(x16)], 1))
        y = self.merge32(torch.cat([self.up(y), self.attend32(x32)], 1))
        y = self.fine(torch.cat([self.up(y), self.fine_enter(x)], 1))
        return self.heads(y)


class DenseNet(nn.Module):
    """Strided dense U-Net at 64, 32, 16, 8 px behind a stride-2 stem."""

    def __init__(self, widths=(16, 32, 64, 96)):
        super().__init__()
        a, b, c, d = widths
        self.d64 = conv(INPUTS, a, 3, 2)
        self.d32 = nn.Sequential(conv(a, b, 3, 2), conv(b, b))
        self.d16 = nn.Sequential(conv(b, c, 3, 2), conv(c, c))
        self.d8 = nn.Sequential(conv(c, d, 3, 2), Residual(d), Residual(d))
        self.up = nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=False)
        self.u16, self.u32 = nn.Sequential(conv(d + c, c), conv(c, c)), nn.Sequential(conv(c + b, b), conv(b, b))
        self.u64 = nn.Sequential(conv(b + a, 24), conv(24, 24))
        self.heads = Heads(24)

    def forward(self, x):
        x64 = self.d64(x)
        x32 = self.d32(x64)
        x16 = self.d16(x32)
        y = self.u16(torch.cat([self.up(self.d8(x16)), x16], 1))
        y = self.u32(torch.cat([self.up(y), x32], 1))
        return self.heads(self.u64(torch.cat([self.up(y), x64], 1)))


class LightBlock(nn.Module):
    """Bilinear up, depthwise 3x3, BN, ReLU, 1x1."""

    def __init__(self, inputs, skip, outputs):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2.0, mode='bilinear', align_corners=False)
        self.body = nn.Sequential(conv(inputs + skip, inputs + skip, 3, groups=inputs + skip), conv(inputs + skip, outputs, 1), conv(outputs, outputs, 3, groups=outputs), conv(outputs, outputs, 1))

    def forward(self, x, skip):
        return self.body(torch.cat([self.up(x), skip], 1))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride, expand=4):
        super().__init__()
        self.same = stride == 1 and inputs == outputs
        mid = inputs * expand
        self.body = nn.Sequential(conv(inputs, mid, 1), conv(mid, mid, 3, stride, groups=mid), SqueezeExcite(mid), nn.Conv2d(mid, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


class LightNet(nn.Module):
    def __init__(self, widths=(24, 40, 80, 128)):
        super().__init__()
        a, b, c, d = widths
        self.d64 = conv(INPUTS, a, 3, 2)
        self.d32, self.d16 = nn.Sequential(Inverted(a, b, 2), Inverted(b, b, 1)), nn.Sequential(Inverted(b, c, 2), Inverted(c, c, 1))
        self.d8 = nn.Sequential(Inverted(c, d, 2), Inverted(d, d, 1), Attention(d))
        self.u16, self.u32, self.u64 = LightBlock(d, c, c), LightBlock(c, b, b), LightBlock(b, a, a)
        self.heads = Heads(a)

    def forward(self, x):
        x64 = self.d64(x)
        x32 = self.d32(x64)
        x16 = self.d16(x32)
        return self.heads(self.u64(self.u32(self.u16(self.d8(x16), x16), x32), x64))


NETWORKS = {
    'tiny': lambda: UnshuffleNet((32, 48, 64), 16),           # multiples of sixteen: the width of the runtime's vectors
    'tiny-plain': lambda: UnshuffleNet((32, 48, 64), 16, attention=False),
    'tiny-wide': lambda: UnshuffleNet((32, 56, 80), 16),      # what tiny was pruned from
    'small': lambda: UnshuffleNet((48, 80, 112), 24),
    'small-plain': lambda: UnshuffleNet((48, 80, 112), 24, attention=False),
    'base': lambda: UnshuffleNet((64, 96, 128), 32),
    'dense': DenseNet,
    'light': LightNet,
}


@dataclass(frozen=True)
class Limits:
    """The network changes light, never colour, and where the source shows the face only a share of what it invents stays. Without limits, and without
    an identity loss, it also smooths the source's own detail away, draws the target's features back in, stains the skin and turns dark skin purple (LOG.md)."""
    light_cell: int = 2             # pixels of the gain and bias maps that are averaged: the light has 32 x 32 cells over the crop
    residual_kept: float = 0.15     # share of the residual that stays where the source shows the face


LIMITS = {'tiny': Limits(4, 0.5), 'small': Limits(2, 0.5), 'base': Limits(1, 0.5)}
RESIDUAL_LIMIT = 0.5    # the residual bends towards it: on a picture unlike those of the training nothing can run away
UNMASKED = 0.02         # what light outside of the mask counts beside that inside
DARKEST, GAIN_LIMITS = 0.08, (0.3, 2.5)
PALER_FROM, PALER_TO, PALER = 1.1, 1.5, 0.7     # gains; share of what is gained


def in_light(picture, before, after):
    """The picture (n x 3) whose mean over the colours goes from before to after (n x 1), within limits. Dark skin is more colourful than light
    skin: what is lifted much becomes paler."""
    gain = (after.clamp(min=DARKEST) / before.clamp(min=DARKEST)).clamp(*GAIN_LIMITS)
    t = ((gain - PALER_FROM) / (PALER_TO - PALER_FROM)).clamp(0, 1)
    pale = PALER * t * t * (3 - 2 * t) * (gain - 1)
    return (gain - pale) * picture + pale * before


def limits(kind):
    return LIMITS.get(kind.split('-')[0], Limits())


def light_maps(gain_bias, alpha, cell):
    """n x 6 x 64 x 64, mask n x 1 x 128 x 128 -> n x 2 x 128 x 128: the mean over the colours of gain and of bias, and over cell x cell pixels,
    weighted by the mask, so that nothing from outside of it comes in over its edge (joint upsampling in the manner of Kopf et al. 2007)."""
    n, _, h, w = gain_bias.shape
    light, weight = gain_bias.view(n, 2, 3, h, w).mean(2), F.avg_pool2d(alpha, alpha.shape[-1] // w) + UNMASKED
    enlarge = lambda x: F.interpolate(F.avg_pool2d(x, cell), size=alpha.shape[2:], mode='bilinear', align_corners=False)
    return enlarge(light * weight) / enlarge(weight)


def cells_of(alpha, gain_bias, residual_alpha, limits):
    """What the network says about each cell of its crop: gain, bias, light added (n x 3) and the change of alpha (n x 1), all x 128 x 128."""
    residual = residual_alpha[:, 0:3]
    residual = (residual / torch.sqrt(1 + (residual / RESIDUAL_LIMIT) ** 2)).mean(1, keepdim=True)
    return torch.cat([light_maps(gain_bias, alpha, limits.light_cell), residual], 1), residual_alpha[:, 3:4]


def apply_cells(x, cells, alpha_step, kept):
    """x: the input at the cells' size -> F (n x 3), A (n x 1), both 0..1."""
    w0, trust, alpha = x[:, 0:3], x[:, 3:4], x[:, 7:8]
    before = w0.mean(1, keepdim=True)
    after = (1 + cells[:, 0:1]) * before + cells[:, 1:2] + (1 - (1 - kept) * trust) * cells[:, 2:3]
    return in_light(w0, before, after), (alpha + 0.35 * torch.tanh(alpha_step) * 4 * alpha * (1 - alpha)).clamp(0, 1)


def compose(x, gain_bias, residual_alpha, limits=Limits()):
    """The network's contract on its own crop: x the input (n x 12 x 128 x 128) -> F (n x 3), A (n x 1), both 0..1."""
    return apply_cells(x, *cells_of(x[:, 7:8], gain_bias, residual_alpha, limits), limits.residual_kept)


def compose_fine(fine, x, gain_bias, residual_alpha, limits=Limits()):
    """The same on a finer look at the same crop (n x 12 x S x S), as the product does on its canvas."""
    cells, step = cells_of(x[:, 7:8], gain_bias, residual_alpha, limits)
    enlarge = lambda t: F.interpolate(t, size=fine.shape[2:], mode='bilinear', align_corners=False)
    return apply_cells(fine, enlarge(cells), enlarge(step), limits.residual_kept)


@torch.no_grad()
def widen(narrow, wide):
    """Puts a trained network into one with more channels, so that both compute nearly the same (the attention's means over channels differ):
    the narrow one's channels come first, what leads from the new channels into the old ones is zero (in the manner of Net2Net, Chen et al.
    2016). -> wide

    Channels of a concatenation (merge16, merge32, fine) keep their places: the second part starts where the wider first part ends.
    """
    old, new = dict(narrow.named_modules()), dict(wide.named_modules())
    sizes = lambda net: {'a': net.merge32[0].out_channels, 'b': net.merge16[0][0].out_channels, 'c': net.down8[0][0].out_channels, 'fine': net.fine_enter[0].out_channels}
    s, w = sizes(narrow), sizes(wide)
    joined = {'merge16.0.0': (s['c'], w['c']), 'merge32.0': (s['b'], w['b']), 'fine.0.0': (s['a'], w['a'])}
    for name, module in new.items():
        if isinstance(module, (nn.Conv2d, nn.BatchNorm2d)):
            _widen_layer(old[name], module, *joined.get(name, (None, None)))
    return wide


def _widen_layer(old, new, first_old, first_new):
    outputs = len(old.weight)
    if isinstance(old, nn.BatchNorm2d):
        for key in ('weight', 'bias', 'running_mean', 'running_var'):
            getattr(new, key)[:outputs] = getattr(old, key)
        return
    inputs = old.weight.shape[1]
    places = list(range(inputs)) if first_old is None else list(range(first_old)) + list(range(first_new, first_new + inputs - first_old))
    new.weight[:outputs] = 0
    new.weight[:outputs, places] = old.weight
    if new.bias is not None:
        new.bias[:outputs] = old.bias
