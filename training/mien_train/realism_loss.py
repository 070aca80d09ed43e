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
    """n x 3 x 128 x 128 -> n x 1 x 16 x 16: above 0 it believes in a photo."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(_layer(6, 24), _layer(24, 48), _layer(48, 72), spectral_norm(nn.Conv2d(72, 1, 3, 1, 1)))

    def forward(self, x):
        fine = 4 * (x - box_mean(x, 5))
        return self.body(torch.cat([2 * x - 1, fine], 1))


class RealismLoss:
    """Call with n fused and n untouched pictures and the mask: trains the discriminator by one step, -> what it thinks of the fused ones."""

    def __init__(self):
        self.net = Discriminator()
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=RATE, betas=(0.5, 0.99))

    def __call__(self, fused, real, mask):
        weight = F.avg_pool2d(mask, 8)
        mean = lambda values: (values * weight).sum() / (weight.sum() + 1e-3)
        real_says, fused_says = self.net(real), self.net(fused.detach())
        loss = mean(F.relu(1 - real_says)) + mean(F.relu(1 + fused_says))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        for p in self.net.parameters():
            p.requires_grad_(False)
        adversarial = -mean(self.net(fused))
        for p in self.net.parameters():
            p.requires_grad_(True)
        return adversarial, float(mean((real_says > fused_says).float()))
