"""A small discriminator of patches (Isola et al. 2017, hinge loss) that tells fused pictures from untouched ones, trained beside a network.

It sees the picture and its high frequencies, judges patches of about 30 px of a 128-px crop, and counts only inside the mask.
"""
import torch
from torch import nn
from torch.nn.utils import spectral_norm
import torch.nn.functional as F

from .fuse_losses import box_mean

RATE = 4e-4


def _layer(inputs, outputs, stride=2):
    return nn.Sequential(spectral_norm(nn.Conv2d(inputs, outputs, 4 if stride == 2 else 3, stride, 1)), nn.LeakyReLU(0.2, inplace=True))


class Discriminator(nn.Module):
    """n x 3 x S x S -> n x 1 x S/8 x S/8: above 0 it believes in a photo."""

    def __init__(self, width=32):
        super().__init__()
        self.body = nn.Sequential(_layer(6, width), _layer(width, 2 * width), _layer(2 * width, 3 * width), spectral_norm(nn.Conv2d(3 * width, 1, 3, 1, 1)))

    def forward(self, x):
        fine = 4 * (x - box_mean(x, 5))
        return self.body(torch.cat([2 * x - 1, fine], 1))


class RealismLoss:
    """Call with n fused and n untouched pictures and the mask: trains the discriminators (of the picture and of its half size) by one step,
    -> what they think of the fused ones, how often they tell them apart."""

    def __init__(self, device='cpu'):
        self.nets = nn.ModuleList([Discriminator(), Discriminator()]).to(device)
        self.optimiser = torch.optim.Adam(self.nets.parameters(), lr=RATE, betas=(0.5, 0.99))

    def says(self, picture, mask):
        """-> per scale what a discriminator says, and how much its patches count"""
        half = lambda x: F.avg_pool2d(x, 2)
        return [(net(p), F.avg_pool2d(m, 8)) for net, p, m in zip(self.nets, (picture, half(picture)), (mask, half(mask)))]

    def __call__(self, fused, real, mask):
        mean = lambda values, weight: (values * weight).sum() / (weight.sum() + 1e-3)
        together = zip(self.says(real, mask), self.says(fused.detach(), mask))
        loss = told_apart = 0.0
        for (real_says, weight), (fused_says, _) in together:
            loss = loss + mean(F.relu(1 - real_says), weight) + mean(F.relu(1 + fused_says), weight)
            told_apart = told_apart + mean((real_says > fused_says).float(), weight) / len(self.nets)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.nets.requires_grad_(False)
        adversarial = -sum(mean(*one) for one in self.says(fused, mask)) / len(self.nets)
        self.nets.requires_grad_(True)
        return adversarial, told_apart.detach()
