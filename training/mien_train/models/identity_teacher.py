"""The recogniser that IdentityNet is distilled from, and that judges: OpenVINO's face-reidentification-retail-0095 (Apache-2.0) as a torch network."""
import sys

import torch
from torch import nn

from ..paths import TEACHERS
from .identity import MEAN, STD


def _read_teacher():
    sys.path.insert(0, str(TEACHERS))
    import net_runtime
    stem = TEACHERS / 'identity' / 'face-reidentification-retail-0095'
    return net_runtime.IR(f'{stem}.xml', f'{stem}.bin')


class _Graph:
    """The teacher's file as steps without constants: (result, kind, inputs, constants, attributes)."""

    def __init__(self, ir):
        self.constants, self.steps = {}, []
        for i in ir.order:
            layer = ir.L[i]
            inputs = [ir.E[i, p][0] for p in layer['ins'] if (i, p) in ir.E]
            if layer['type'] == 'Const':
                self.constants[i] = ir.W[i].float()
            elif layer['type'] == 'Convert':
                self.constants[i] = self.constants[inputs[0]]
            elif layer['type'] == 'Result':
                self.output = inputs[0]
            else:
                constants = [self.constants[k] for k in inputs if k in self.constants]
                self.steps.append((i, layer['type'], [k for k in inputs if k not in self.constants], constants, layer['d']))


def _convolution(kind, weights, attributes):
    groups = 1
    if kind == 'GroupConvolution':
        groups, weights = weights.shape[0], weights.flatten(0, 1)
    pair = lambda key: tuple(int(v) for v in attributes[key].split(','))
    assert pair('pads_begin') == pair('pads_end') and attributes.get('auto_pad', 'explicit') == 'explicit'
    conv = nn.Conv2d(weights.shape[1] * groups, weights.shape[0], tuple(weights.shape[2:]), pair('strides'), pair('pads_begin'), pair('dilations'), groups)
    conv.weight.data, conv.bias.data = weights.clone(), torch.zeros(weights.shape[0])
    return conv


class TeacherNet(nn.Module):
    """x: n x 3 x 128 x 128, RGB, (pixel - MEAN) / STD -> n x 256, not normalised.

    The teacher's own layers, with what its file spells out as separate additions put into the convolutions, and the order of the input's
    channels turned from BGR to RGB."""

    def __init__(self):
        super().__init__()
        graph = _Graph(_read_teacher())
        self._check_normalisation(graph)
        self.layers, self.plan, names = nn.ModuleList(), [], {}
        for result, kind, inputs, constants, attributes in graph.steps[3:]:
            inputs = [names.get(k, k) for k in inputs]
            if kind in ('Convolution', 'GroupConvolution'):
                self._add(result, _convolution(kind, constants[0], attributes), inputs)
            elif kind == 'Add' and constants:
                self._layer_that_made(inputs[0]).bias.data += constants[0].flatten()
                names[result] = inputs[0]
            elif kind == 'PReLU':
                layer = nn.PReLU(constants[0].numel())
                layer.weight.data = constants[0].flatten().clone()
                self._add(result, layer, inputs)
            elif kind == 'AvgPool':
                self._add(result, nn.AdaptiveAvgPool2d(1), inputs)      # all of them span the whole map
            else:
                self.plan.append((result, {'Add': 'add', 'Multiply': 'multiply', 'Sigmoid': 'sigmoid'}[kind], inputs))
        self.input, self.output = graph.steps[2][0], names.get(graph.output, graph.output)
        first = self.layers[0]
        first.weight.data = first.weight.data[:, [2, 1, 0]].contiguous()

    @staticmethod
    def _check_normalisation(graph):
        (_, scale_kind, _, [scale], _), (_, shift_kind, _, [shift], _) = graph.steps[1:3]
        assert (scale_kind, shift_kind) == ('Multiply', 'Add')
        for found, wanted in ((-shift / scale, MEAN), (1 / scale, STD)):
            assert torch.allclose(found.flatten().flip(0), torch.tensor(wanted)), f'the file normalises with {found.flatten()}, expected {wanted}'

    def _add(self, result, layer, inputs):
        self.plan.append((result, len(self.layers), inputs))
        self.layers.append(layer)

    def _layer_that_made(self, name):
        layer = self.layers[next(step for result, step, _ in self.plan if result == name)]
        assert isinstance(layer, nn.Conv2d)
        return layer

    def forward(self, x):
        values = {self.input: x}
        for result, step, inputs in self.plan:
            a = values[inputs[0]]
            if step == 'add':
                values[result] = a + values[inputs[1]]
            elif step == 'multiply':
                values[result] = a * values[inputs[1]]
            elif step == 'sigmoid':
                values[result] = torch.sigmoid(a)
            else:
                values[result] = self.layers[step](a)
        return torch.flatten(values[self.output], 1)


class ConvertedTeacher(nn.Module):
    """x: n x 3 x 128 x 128 BGR 0..255 -> n x 256, not normalised. TeacherNet for losses: frozen, and as fast as torch lets it be."""

    def __init__(self):
        super().__init__()
        self.net = TeacherNet()
        self.register_buffer('mean', torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer('std', torch.tensor(STD).view(1, 3, 1, 1))
        for module in self.net.modules():
            if isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1):
                module.dilation = (2, 2)        # says nothing for 1x1, but keeps torch (1.13, one thread, few samples) off its slow path
        self.eval().requires_grad_(False)

    def forward(self, x):
        return self.net((x.flip(1) - self.mean) / self.std)
