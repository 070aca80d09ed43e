"""Shipped weights (models/NAME.param, .bin) back in a torch network, so that a training can go on from what the project holds.

The converter folds batch normalisation into the convolutions. Here every normalisation starts as what it would have to be for the folded
convolution's own statistics (`calibrate`), so the network computes the same and can still be trained.
"""
import numpy as np
import torch
from torch import nn

from .paths import MODELS

HALF, FLOAT = 0x01306B47, 0
WEIGHTED = {'Convolution', 'ConvolutionDepthWise', 'InnerProduct'}
WITHOUT_WEIGHTS = {'Input', 'Split', 'Reorg', 'BinaryOp', 'ReLU', 'Pooling', 'Interp', 'Concat', 'PixelShuffle', 'Reduction', 'Sigmoid', 'HardSigmoid',
                   'HardSwish', 'Swish', 'UnaryOp', 'Reshape', 'Clip', 'Crop', 'Slice', 'Permute', 'Softmax', 'ExpandDims', 'Squeeze', 'Noop', 'Flatten'}


def read_layers(name, folder=MODELS):
    """-> list of (weight values, bias or None, slope of a PReLU or None) in the file's order."""
    lines = (folder / f'{name}.param').read_text().split('\n')[2:]
    data, at, out = (folder / f'{name}.bin').read_bytes(), 0, []
    for words in (line.split() for line in lines if line.strip()):
        kind = words[0]
        if kind not in WEIGHTED:
            if kind not in WITHOUT_WEIGHTS:
                raise ValueError(f'{name}.param: layer {kind} is not known here; say in shipped_weights.py whether it has weights')
            continue
        settings = dict(w.split('=') for w in words[4 + int(words[2]) + int(words[3]):])
        inner = kind == 'InnerProduct'
        count = int(settings['2' if inner else '6'])
        flag = int(np.frombuffer(data, '<u4', 1, at)[0])
        if flag not in (HALF, FLOAT):
            raise ValueError(f'{name}.bin: flag {flag:#x} at byte {at}, expected fp16 or fp32 weights')
        weight = np.frombuffer(data, '<f2' if flag == HALF else '<f4', count, at + 4).astype(np.float32)
        at += 4 + (count * (2 if flag == HALF else 4) + 3) // 4 * 4
        bias = None
        if int(settings.get('1' if inner else '5', 0)):
            outputs = int(settings['0'])
            bias = np.frombuffer(data, '<f4', outputs, at).copy()
            at += 4 * outputs
        leaky = settings.get('9') == '2'
        out.append((weight, bias, float(settings['-23310'].split(',')[1]) if leaky else None))
    if at != len(data):
        raise ValueError(f'{name}.bin has {len(data)} bytes, its .param speaks of {at}')
    return out


def _in_order_of_use(model, shape):
    """Convolutions and dense layers with the normalisation or PReLU that follows each (or None), as one forward pass meets them."""
    seen, handles = [], []
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.PReLU)):
            handles.append(module.register_forward_hook(lambda m, *_: seen.append(m)))
    with torch.no_grad():
        model.eval()(torch.zeros(shape))
    for handle in handles:
        handle.remove()
    following = dict(zip(seen, seen[1:]))
    after = (nn.BatchNorm2d, nn.PReLU)
    return [(m, following.get(m) if isinstance(following.get(m), after) else None) for m in seen if not isinstance(m, after)]


def load_shipped(model, name, shape, folder=MODELS):
    """Fills `model` with the shipped weights; shape: of an input. -> model, in evaluation mode the same function as what ships."""
    steps, layers = _in_order_of_use(model, shape), read_layers(name, folder)
    if len(steps) != len(layers):
        raise ValueError(f'{name}: {len(layers)} layers with weights, the torch network has {len(steps)}')
    with torch.no_grad():
        for (module, after), (weight, bias, slope) in zip(steps, layers):
            if weight.size != module.weight.numel():
                raise ValueError(f'{name}: a layer has {weight.size} weights where torch has {tuple(module.weight.shape)}')
            module.weight.copy_(torch.from_numpy(weight).view(module.weight.shape))
            bias = torch.zeros(len(module.weight)) if bias is None else torch.from_numpy(bias)
            if module.bias is not None:
                module.bias.copy_(bias)
            elif isinstance(after, nn.BatchNorm2d):
                norm = after
                norm.weight.fill_(1), norm.bias.copy_(bias), norm.running_mean.zero_(), norm.running_var.fill_(1 - norm.eps)
            elif bias.abs().max() > 0:
                raise ValueError(f'{name}: a shipped bias has no place in the torch network')
            if isinstance(after, nn.PReLU) != (slope is not None):
                raise ValueError(f'{name}: a slope is where the torch network has no PReLU, or the other way round')
            if slope is not None:
                after.weight.fill_(slope)
    return model


@torch.no_grad()
def fold(model, shape):
    """Takes every normalisation into its convolution, as the converter does: the same function, in the form of load_shipped(). -> model"""
    for conv, norm in _in_order_of_use(model, shape):
        if not isinstance(norm, nn.BatchNorm2d):
            continue
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        conv.weight.mul_(scale.view(-1, 1, 1, 1))
        norm.bias.sub_(norm.running_mean * scale)
        if conv.bias is not None:
            norm.bias.add_(conv.bias * scale)
            conv.bias.zero_()
        norm.weight.fill_(1), norm.running_mean.zero_(), norm.running_var.fill_(1 - norm.eps)
    return model


@torch.no_grad()
def calibrate(model, batch):
    """Gives every normalisation the statistics of `batch`, scale and shift so that the function stays: ready for training."""
    def meet(norm, inputs, _):
        x = inputs[0]
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        norm.bias.add_(scale * (mean - norm.running_mean))
        norm.weight.copy_(scale * torch.sqrt(var + norm.eps))
        norm.running_mean.copy_(mean), norm.running_var.copy_(var)
    handles = [m.register_forward_hook(meet) for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    model.eval()(batch)
    for handle in handles:
        handle.remove()
    return model


def input_shape(name):
    """Of a batch of one."""
    from .networks import SPECS
    return (1, *(SPECS[name]['input'][k] for k in ('channels', 'height', 'width')))


def main(words):
    """python3 -m mien_train.shipped_weights NETWORK OUT.npz"""
    from .loop import save_weights
    from .networks import SPECS
    save_weights(load_shipped(SPECS[words[0]]['build'](), words[0], input_shape(words[0])), words[1])


if __name__ == '__main__':
    import sys
    main(sys.argv[1:])
