"""What a fusion network adds to a clip's flicker: the same face a moment later ought to get the same light.

There are no clips to train on. A moment later is made from a sample: everything moved a little as a whole and from place to place (as a mouth that
speaks and a mesh that is not sure do), another noise, a breath of other light, another edge of the masks.
"""
import torch
import torch.nn.functional as F

from .fuse_losses import box_mean, luma, weighted_mean

TURN, SCALE, SHIFT = 0.012, 0.01, 0.012         # standard deviations: radians, share, half crops (0.012: 0.8 of 128 pixels)
BEND_CELLS, BEND, UNSURE = 7, 0.012, 0.006      # cells across the crop of the motion from place to place; it and what masks move besides, half crops
MOUTH_Y, MOUTH_SIZE, OPENS = 0.58, (0.5, 0.22), 0.3      # on the canonical face (about -1..1): where it is, how far around it things move, by what share of the way to it
NOISE = (0.008, 0.014)                          # of W0 and of the context, 0..1
LIGHT_CELLS, LIGHT = 4, 0.015                   # of the logarithm
LOW_PASS = 9                                    # of 128 pixels: a box, twice; about what steady_evaluation.py looks at


def smooth_noise(n, channels, cells, size, like):
    return F.interpolate(torch.randn(n, channels, cells, cells, device=like.device), size=(size, size), mode='bicubic', align_corners=False)


def motion(n, size, like):
    """-> n x size x size x 2: where each pixel of the moment later was, for grid_sample."""
    turn, scale = TURN * torch.randn(n, device=like.device), torch.exp(SCALE * torch.randn(n, device=like.device))
    cosine, sine = scale * torch.cos(turn), scale * torch.sin(turn)
    shift = SHIFT * torch.randn(n, 2, device=like.device)
    matrix = torch.stack([torch.stack([cosine, -sine, shift[:, 0]], 1), torch.stack([sine, cosine, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(matrix, (n, 1, size, size), align_corners=False)
    return grid + bend(n, BEND, size, like)


def bend(n, share, size, like):
    return share * smooth_noise(n, 2, BEND_CELLS, size, like).permute(0, 2, 3, 1)


def speaking(x):
    """A mouth that opens or closes a little: n x s x s x 2, to be added to a motion. x: network inputs."""
    n, height = len(x), x[:, 10] - MOUTH_Y
    near = torch.exp(-0.5 * ((x[:, 9] / MOUTH_SIZE[0]) ** 2 + (height / MOUTH_SIZE[1]) ** 2)) * (x[:, 7] > 0)
    pixels_per_unit = 34 * x.shape[-1] / 128        # of the canonical face
    down = -OPENS * torch.randn(n, 1, 1, device=x.device) * near * height * pixels_per_unit * 2 / x.shape[-1]
    return torch.stack([torch.zeros_like(down), down], -1)


def moved(x, grid):
    return F.grid_sample(x, grid, mode='bilinear', padding_mode='border', align_corners=False)


@torch.no_grad()
def moment_later(x, grid):
    """x: network inputs, n x 12 x s x s -> the same a moment later."""
    n, size = len(x), x.shape[-1]
    later, masks = moved(x, grid), moved(x[:, [3, 7]], grid + bend(n, UNSURE, size, x))
    light = lambda: torch.exp(LIGHT * smooth_noise(n, 1, LIGHT_CELLS, size, x))
    noisy = lambda picture, noise: (picture * light() + noise * torch.randn_like(picture)).clamp(0, 1)
    return torch.cat([noisy(later[:, 0:3], NOISE[0]), masks[:, 0:1], noisy(later[:, 4:7], NOISE[1]), masks[:, 1:2], later[:, 8:]], 1)


def added_light(x, fused):
    """Low frequencies of what a network adds to W0's luma, under the mask: n x 1 x s x s."""
    mask = x[:, 7:8]
    window = LOW_PASS * x.shape[-1] // 128 | 1
    low = lambda t: box_mean(box_mean(t, window), window)
    return low((luma(fused.clamp(0, 1)) - luma(x[:, 0:3])) * mask) / (low(mask) + 1e-2)


def flicker_l1(x, fused, later, fused_later, grid):
    """How differently a network lights a face and the same face a moment later, in 0..1 of luma."""
    weight = later[:, 7:8] * moved(x[:, 7:8], grid)
    return weighted_mean((added_light(later, fused_later) - moved(added_light(x, fused), grid)).abs(), weight)
