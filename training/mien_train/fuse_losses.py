"""Losses of the fusion networks. Pictures are n x c x h x w in 0..1; weights n x 1 x h x w."""
import torch
import torch.nn.functional as F


def weighted_mean(values, weight):
    return (values * weight).sum() / (weight.sum() * values.shape[1] + 1e-6)


def multi_scale_l1(a, b, weight, levels=((1, 1.0), (2, 0.5), (4, 0.5))):
    """L1 at full, half and quarter size."""
    total = 0.0
    for shrink, share in levels:
        pool = (lambda x: F.avg_pool2d(x, shrink)) if shrink > 1 else (lambda x: x)
        # Differences are pooled under the weight, so that what lies outside of the mask never bleeds in.
        error = (pool((a - b) * weight) / (pool(weight) + 1e-3)).abs()
        total = total + share * weighted_mean(error, pool(weight))
    return total


def gradient_l1(a, b, weight):
    """L1 of horizontal and vertical differences."""
    d = (a - b) * (weight > 0.5)
    dx, dy = d[..., :, 1:] - d[..., :, :-1], d[..., 1:, :] - d[..., :-1, :]
    inside = (weight > 0.5).float()
    wx, wy = weight[..., :, 1:] * inside[..., :, :-1] * inside[..., :, 1:], weight[..., 1:, :] * inside[..., :-1, :] * inside[..., 1:, :]
    return weighted_mean(dx.abs(), wx) + weighted_mean(dy.abs(), wy)


def box_mean(x, window):
    """Mean over window x window pixels (odd), of as many as there are at the border. Shifted sums: avg_pool2d takes three times as long."""
    def sums(x):
        h, w = x.shape[-2:]
        x = F.pad(x, (window // 2, window // 2))
        x = sum(x[..., k:k + w] for k in range(window))
        x = F.pad(x, (0, 0, window // 2, window // 2))
        return sum(x[..., k:k + h, :] for k in range(window))
    return sums(x) / sums(torch.ones_like(x[:1, :1]))


def ssim_map(a, b, window=7):
    """Structural similarity (Wang et al. 2004) with a box window."""
    mean = lambda x: box_mean(x, window)
    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    return (2 * ma * mb + c1) * (2 * vab + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))


def ssim(a, b, weight, levels=3):
    """Mean structural similarity over a few scales (the multiplicative form of MS-SSIM has no gradient where it is bad)."""
    total = 0.0
    for _ in range(levels):
        total = total + weighted_mean(ssim_map(a, b), weight)
        a, b, weight = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2), F.avg_pool2d(weight, 2)
    return total / levels


def total_variation(x):
    return (x[..., :, 1:] - x[..., :, :-1]).abs().mean() + (x[..., 1:, :] - x[..., :-1, :]).abs().mean()


def low_frequencies(x, weight, shrink):
    """Weighted means over blocks: n x c x h/shrink x w/shrink, and their weights."""
    w = F.avg_pool2d(weight, shrink)
    return F.avg_pool2d(x * weight, shrink) / (w + 1e-3), w


def gradient_agreement(a, b, weight):
    """1 - cosine of the pictures' luma gradients where either has one: keeps the source's detail whatever the light."""
    luma = lambda x: (x * x.new_tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    a, b = luma(a), luma(b)
    grad = lambda x: torch.cat([x[..., 1:, 1:] - x[..., 1:, :-1], x[..., 1:, 1:] - x[..., :-1, 1:]], 1)
    ga, gb, w = grad(a), grad(b), weight[..., 1:, 1:]
    na, nb = (ga * ga).sum(1, keepdim=True).add(1e-6).sqrt(), (gb * gb).sum(1, keepdim=True).add(1e-6).sqrt()
    cosine = (ga * gb).sum(1, keepdim=True) / (na * nb)
    return weighted_mean(1 - cosine, w * nb.clamp(max=0.1))
