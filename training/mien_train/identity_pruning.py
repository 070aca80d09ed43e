"""IdentityNet's first weights: the teacher's, with the hidden channels that matter least left out.

A hidden channel is measured by what it adds to the layer after it; that layer is then fitted again (least squares, on activations of real
crops) to what it gave with all channels, as in channel pruning (He et al. 2017, arXiv 1707.06168)."""
import torch
from torch import nn

from .models.identity import IdentityNet

SAMPLED_PIXELS = 20_000
RIDGE = 1e-3


def _layers(teacher):
    """The teacher's convolutions and PReLUs in their order, those that pool left out."""
    return [m for m in teacher.layers if isinstance(m, (nn.Conv2d, nn.PReLU))]


def _hidden(teacher, x, layer):
    """What `layer` gives for x, as pixels x channels (a sample of them)."""
    found = []
    handle = layer.register_forward_hook(lambda _, __, out: found.append(out.permute(0, 2, 3, 1).reshape(-1, out.shape[1])))
    with torch.no_grad():
        for part in x.split(16):
            teacher(part)
    handle.remove()
    values = torch.cat(found)
    return values[torch.randperm(len(values))[:SAMPLED_PIXELS]].double()


def _keep_and_fit(values, following, count):
    """-> kept channels, weight and bias of the 1x1 convolution after them, fitted to what it gave with all."""
    weight, bias = following.weight.flatten(1).double(), following.bias.double()
    keep = (values.std(0) * weight.norm(dim=0)).topk(count).indices.sort().values
    if count == values.shape[1]:
        return keep, weight, bias
    wanted = values @ weight.T
    some = torch.cat([values[:, keep], torch.ones(len(values), 1, dtype=torch.double)], 1)
    gram = some.T @ some / len(values)
    gram += RIDGE * gram.diagonal().mean() * torch.eye(count + 1, dtype=torch.double)
    fit = torch.linalg.solve(gram, some.T @ wanted / len(values))
    return keep, fit[:-1].T, bias + fit[-1]


def _copy(mine, theirs, keep=slice(None)):
    mine.weight.copy_(theirs.weight[keep] if len(theirs.weight) > 1 else theirs.weight)     # a PReLU has one slope for all channels
    if isinstance(mine, nn.Conv2d):
        mine.bias.copy_(theirs.bias[keep])


def _copy_all(mine, theirs):
    for a, b in zip(mine, theirs):
        _copy(a, b)


@torch.no_grad()
def prune(teacher, crops):
    """crops: n x 3 x 128 x 128, normalised, n of 100 or so -> IdentityNet."""
    student, layers = IdentityNet(), _layers(teacher)
    stem, layers = layers[:4], layers[4:]
    keep, weight, bias = _keep_and_fit(_hidden(teacher, crops, stem[3]), layers[0], student.stem.out_channels)
    for mine, theirs in zip((student.stem, student.stem_act, student.stem_depthwise, student.stem_depthwise_act), stem):
        _copy(mine, theirs, keep)
    for block in student.blocks:
        (expand, expand_act, depthwise, depthwise_act, project, *rest), layers = layers[:8], layers[8:]
        kept, project_weight, project_bias = _keep_and_fit(_hidden(teacher, crops, depthwise_act), project, block.expand.out_channels)
        if weight is None:
            weight, bias = expand.weight.flatten(1), expand.bias
        block.expand.weight.copy_(weight[kept][..., None, None]), block.expand.bias.copy_(bias[kept])
        _copy(block.expand_act, expand_act, kept), _copy(block.depthwise, depthwise, kept), _copy(block.depthwise_act, depthwise_act, kept)
        block.project.weight.copy_(project_weight[..., None, None]), block.project.bias.copy_(project_bias)
        _copy_all((block.squeeze, block.squeeze_act, block.excite), rest)
        weight = None
    _copy_all((student.head, student.head_act, student.pool, student.answer), layers)
    return student
