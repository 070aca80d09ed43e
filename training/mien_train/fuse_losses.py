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


LUMA = (0.299, 0.587, 0.114)
GRADIENT_SLACK = 1.1        # times the warp's gradients


def luma(x):
    return (x * x.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def luma_gradients(x):
    """n x 3 x h x w -> n x 2 x (h - 1) x (w - 1)"""
    x = luma(x)
    return torch.cat([x[..., 1:, 1:] - x[..., 1:, :-1], x[..., 1:, 1:] - x[..., :-1, 1:]], 1)


def forms_l1(a, b, weight, fine, coarse, slack):
    """How differently two pictures model a face, whatever the light as a whole: L1 of luma between blocks of `fine` and of `coarse` pixels, what of it
    exceeds `slack`."""
    (fine_a, w), (fine_b, _) = (low_frequencies(luma(x), weight, fine) for x in (a, b))
    difference = fine_a - fine_b
    light, light_w = low_frequencies(difference, w, coarse // fine)
    enlarged = lambda x: F.interpolate(x, size=difference.shape[2:], mode='bilinear', align_corners=False)
    return weighted_mean(F.relu((difference - enlarged(light * light_w) / (enlarged(light_w) + 1e-3)).abs() - slack), w)


def gradient_excess(a, b, weight):
    """By how much a's gradients of luma are larger than GRADIENT_SLACK times b's, in the mean."""
    length = lambda g: (g * g).sum(1, keepdim=True).add(1e-6).sqrt()
    return weighted_mean(F.relu(length(luma_gradients(a)) - GRADIENT_SLACK * length(luma_gradients(b))), weight[..., 1:, 1:])


def gradient_agreement(a, b, weight):
    """1 - cosine of the pictures' luma gradients where either has one: keeps the source's detail whatever the light."""
    ga, gb, w = luma_gradients(a), luma_gradients(b), weight[..., 1:, 1:]
    na, nb = (ga * ga).sum(1, keepdim=True).add(1e-6).sqrt(), (gb * gb).sum(1, keepdim=True).add(1e-6).sqrt()
    cosine = (ga * gb).sum(1, keepdim=True) / (na * nb)
    return weighted_mean(1 - cosine, w * nb.clamp(max=0.1))
