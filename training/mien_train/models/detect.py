"""Detector: one stage, anchor-free, strides 8, 16 and 32, in the manner of YuNet (Wu et al. 2023) but with dense 3x3 convolutions
where the picture is large (they are faster on CPUs than depthwise ones) and depthwise 5x5 where it is small.
"""
import torch
from torch import nn

STRIDES = (8, 16, 32)
OUTPUTS = 15                # score, centre x y, log width height, 5 points x y


def conv(inputs, outputs, size=3, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def separable(inputs, outputs, stride=1):
    return nn.Sequential(conv(inputs, inputs, 5, stride, groups=inputs), conv(inputs, outputs, 1))


class DetectNet(nn.Module):
    """x: n x 3 x H x W RGB in [-1, 1], H and W multiples of 32 -> one n x 15 x h x w map per stride.

    Score is a logit; centre = (cell + 0.5 + v) * stride, size = exp(v) * stride, points = (cell + 0.5 + v) * stride."""

    def __init__(self, width=32):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, 3, 2), conv(16, 32, 3, 2))
        self.stage8 = nn.Sequential(conv(32, 48, 3, 2), conv(48, 48))
        self.stage16 = nn.Sequential(conv(48, 64, 3, 2), separable(64, 64), separable(64, 64))
        self.stage32 = nn.Sequential(separable(64, 96, 2), separable(96, 96), separable(96, 96))
        self.lateral = nn.ModuleList([conv(48, width, 1), conv(64, width, 1), conv(96, width, 1)])
        self.merge = nn.ModuleList([conv(width, width), separable(width, width), separable(width, width)])
        self.up = nn.Upsample(scale_factor=2.0, mode='nearest')
        self.heads = nn.ModuleList([nn.Conv2d(width, 5, 1) for _ in STRIDES])
        # Points have a branch of their own: sharing one with the score costs them a third of their accuracy.
        self.merge_points = nn.ModuleList([conv(width, width), separable(width, width), separable(width, width)])
        self.point_heads = nn.ModuleList([nn.Conv2d(width, OUTPUTS - 5, 1) for _ in STRIDES])
        for head in [*self.heads, *self.point_heads]:
            nn.init.normal_(head.weight, 0, 0.01)
            nn.init.zeros_(head.bias)
        for head in self.heads:
            head.bias.data[0] = -4.6
            head.bias.data[3:5] = 1.4

    def forward(self, x):
        x8 = self.stage8(self.stem(x))
        x16 = self.stage16(x8)
        x32 = self.stage32(x16)
        p32 = self.lateral[2](x32)
        p16 = self.lateral[1](x16) + self.up(p32)
        p8 = self.lateral[0](x8) + self.up(p16)
        levels = zip((p8, p16, p32), self.merge, self.heads, self.merge_points, self.point_heads)
        return tuple(torch.cat([head(merge(p)), point_head(merge_points(p))], 1) for p, merge, head, merge_points, point_head in levels)


def split_shared_head(state):
    """Weights of the first version of this network, whose points shared a branch with the score -> weights of this one."""
    out = {}
    for key, value in state.items():
        if key.startswith('heads.'):
            out[key], out[key.replace('heads.', 'point_heads.')] = value[:5], value[5:]
        else:
            out[key] = value
            if key.startswith('merge.'):
                out[key.replace('merge.', 'merge_points.')] = value.clone()
    return out


def decode(maps):
    """-> scores n x cells (logits), boxes n x cells x 4 (centre x y, width, height in pixels), points n x cells x 10, strides (cells)."""
    scores, boxes, points, strides = [], [], [], []
    for stride, m in zip(STRIDES, maps):
        n, _, h, w = m.shape
        yy, xx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing='ij')
        cell = torch.stack([xx, yy], -1).reshape(1, -1, 2).to(m.dtype) + 0.5
        flat = m.flatten(2).transpose(1, 2)
        scores.append(flat[..., 0])
        boxes.append(torch.cat([(cell + flat[..., 1:3]) * stride - 0.5, flat[..., 3:5].clamp(-4, 5).exp() * stride], -1))
        points.append(((cell.repeat(1, 1, 5) + flat[..., 5:]) * stride - 0.5))
        strides.append(torch.full((h * w,), float(stride)))
    return torch.cat(scores, 1), torch.cat(boxes, 1), torch.cat(points, 1), torch.cat(strides)
