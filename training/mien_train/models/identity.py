"""Recogniser: 128 x 128 crop aligned by five points -> 256 floats. Inverted residuals with squeeze-excite and PReLU, as in MobileFaceNet
(Chen et al. 2018, arXiv 1804.07573), in the teacher's order but with less than half of its hidden channels."""
import torch
from torch import nn

CROP_SIZE = 128
# Where the five points lie, in shares of the crop's side: multiply by CROP_SIZE, subtract 0.5 for pixel centres at integers.
TEMPLATE = [[0.31556875, 0.46157411], [0.68262292, 0.46157411], [0.50026250, 0.64050536], [0.34947190, 0.82469196], [0.65343643, 0.82469196]]
# The teacher's own normalisation, (pixel - MEAN) / STD in the order R, G, B.
MEAN, STD = [82.06873977, 67.65714286, 64.44161359], [53.63011457, 46.81142857, 69.57112527]
# (inputs, hidden channels, outputs, stride) of the blocks.
BLOCKS = [(64, 64, 64, 2), *[(64, 56, 64, 1)] * 4, (64, 112, 128, 2), *[(128, 112, 128, 1)] * 6, (128, 224, 128, 2), *[(128, 112, 128, 1)] * 2]
STEM, HEAD, OUTPUTS = 32, 512, 256


class Block(nn.Module):
    """1x1 to the hidden channels, depthwise 3x3, 1x1 back, squeeze-excite; added to the input where the stride is 1."""

    def __init__(self, inputs, hidden, outputs, stride):
        super().__init__()
        self.same = stride == 1
        self.expand, self.expand_act = nn.Conv2d(inputs, hidden, 1), nn.PReLU()
        self.depthwise, self.depthwise_act = nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden), nn.PReLU()
        self.project = nn.Conv2d(hidden, outputs, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze, self.squeeze_act, self.excite = nn.Conv2d(outputs, outputs // 8, 1), nn.PReLU(), nn.Conv2d(outputs // 8, outputs, 1)

    def forward(self, x):
        y = self.project(self.depthwise_act(self.depthwise(self.expand_act(self.expand(x)))))
        y = y * torch.sigmoid(self.excite(self.squeeze_act(self.squeeze(self.pool(y)))))
        return x + y if self.same else y


class IdentityNet(nn.Module):
    """x: n x 3 x 128 x 128, RGB, (pixel - MEAN) / STD -> n x 256, not normalised."""

    def __init__(self):
        super().__init__()
        self.stem, self.stem_act = nn.Conv2d(3, STEM, 3, 2, 1), nn.PReLU()
        self.stem_depthwise, self.stem_depthwise_act = nn.Conv2d(STEM, STEM, 3, 1, 1, groups=STEM), nn.PReLU()
        self.blocks = nn.Sequential(Block(STEM, *BLOCKS[0][1:]), *(Block(*b) for b in BLOCKS[1:]))
        self.head, self.head_act = nn.Conv2d(BLOCKS[-1][2], HEAD, 1), nn.PReLU()
        self.pool, self.answer = nn.Conv2d(HEAD, HEAD, 8, groups=HEAD), nn.Conv2d(HEAD, OUTPUTS, 1)

    def forward(self, x):
        x = self.stem_depthwise_act(self.stem_depthwise(self.stem_act(self.stem(x))))
        return torch.flatten(self.answer(self.pool(self.head_act(self.head(self.blocks(x))))), 1)
