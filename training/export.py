#!/usr/bin/python3
"""Writes a trained network into models/:  export.py NETWORK WEIGHTS.npz [--commit HASH] [--recipe recipes/x.sh]

torch -> TorchScript -> pnnx (program of the PyPI package pnnx) -> ncnn .param and fp16 .bin, its row in models/manifest.json, and parity
vectors (tests/parity/NETWORK.bin: eight inputs and torch's answers) that the C++ tests compare with.
"""
import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from mien_train import networks
from mien_train.loop import load_weights
from mien_train.paths import MODELS, REPOSITORY, TRAINING

PARITY = REPOSITORY / 'tests' / 'parity'
PARITY_INPUTS = 8


class Tidy(torch.nn.Module):
    """The network with its outputs named in the manifest's order."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)


def find_pnnx():
    """The converter inside the package; its Python wrapper would want a newer torch. Any python3 in the path may have the package."""
    look = 'import importlib.util as u; s = u.find_spec("pnnx"); print(s.submodule_search_locations[0] if s else "")'
    for python in (sys.executable, 'python3'):
        folder = subprocess.run([python, '-c', look], capture_output=True, text=True).stdout.strip()
        program = Path(folder) / 'pnnx'
        if folder and program.is_file():
            program.chmod(program.stat().st_mode | 0o111)
            return str(program)
    sys.exit('export.py: the package pnnx is not there; pip install --no-deps pnnx')


def convert(net, shape, stem):
    """Writes stem.param and stem.bin (fp16); -> the number of outputs."""
    x = torch.zeros(shape)
    with tempfile.TemporaryDirectory() as folder:
        traced = Path(folder) / 'net.pt'
        torch.jit.trace(Tidy(net).eval(), x).save(str(traced))
        result = subprocess.run([find_pnnx(), str(traced), 'inputshape=' + json.dumps(list(shape)).replace(' ', ''), 'fp16=1'],
                                cwd=folder, capture_output=True, text=True)
        param, weights = Path(folder) / 'net.ncnn.param', Path(folder) / 'net.ncnn.bin'
        if result.returncode or not param.exists():
            sys.exit('export.py: pnnx failed:\n' + result.stdout + result.stderr)
        shutil.copy(param, f'{stem}.param')
        shutil.copy(weights, f'{stem}.bin')


def file_row(path):
    data = path.read_bytes()
    return {'path': path.name, 'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}


def write_manifest(update):
    """update(manifest) changes the dict in place; written whole or not at all."""
    path = MODELS / 'manifest.json'
    manifest = json.loads(path.read_text()) if path.exists() else {'schema': 1, 'version': '0.1.0', 'networks': {}, 'assets': {}}
    update(manifest)
    temporary = path.with_suffix('.tmp')
    temporary.write_text(json.dumps(manifest, indent=2) + '\n')
    temporary.replace(path)


def write_parity(name, net, spec):
    """uint32 counts and a divisor, then inputs as bytes (divided by it, then normalised) and every output as float32, all C-contiguous.
    Inputs are smooth noise made by code."""
    PARITY.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    channels, height, width = spec['input']['channels'], spec['parity_size'], spec['parity_size']
    coarse = torch.from_numpy(rng.normal(0, 0.6, (PARITY_INPUTS, channels, 6, 6)).astype(np.float32))
    x = torch.nn.functional.interpolate(coarse, size=(height, width), mode='bicubic', align_corners=False)
    pixels = ((x.clamp(-1, 1) + 1) * 127.5).round()
    divisor = spec.get('parity_divisor', 1)
    mean, std = (torch.tensor(spec['input'][k]).view(1, -1, 1, 1) for k in ('mean', 'std'))
    with torch.no_grad():
        outputs = net((pixels / divisor - mean) / std)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    with open(PARITY / f'{name}.bin', 'wb') as f:
        np.array([PARITY_INPUTS, channels, height, width, len(outputs), divisor], '<u4').tofile(f)
        pixels.numpy().astype(np.uint8).tofile(f)
        for out in outputs:
            np.array([out[0].numel()], '<u4').tofile(f)
            out.numpy().astype('<f4').tofile(f)


def export_network(name, weights, recipe, commit):
    spec = networks.SPECS[name]
    net = load_weights(spec['build'](), weights).eval()
    MODELS.mkdir(exist_ok=True)
    convert(net, [1, spec['input']['channels'], spec['input']['height'], spec['input']['width']], MODELS / name)
    row = {'param': file_row(MODELS / f'{name}.param'), 'weights': file_row(MODELS / f'{name}.bin'), 'input': spec['input'],
           'outputs': spec['outputs'], 'parameters': spec['parameters'],
           'provenance': {'licence': 'Apache-2.0', 'data_sets': spec['data_sets'], 'teachers': spec['teachers'], 'recipe': recipe, 'commit': commit}}
    write_manifest(lambda manifest: manifest['networks'].__setitem__(name, row))
    write_parity(name, net, spec)


def export_face_model(commit):
    row = {'file': file_row(MODELS / 'face_model.bin'),
           'provenance': {'licence': 'MIT', 'data_sets': ['ICT-FaceKit light (MIT)', 'canonical face model (Apache-2.0)', 'free', 'id', 'synth512', 'synth256'],
                          'teachers': [], 'recipe': 'mien_train/face_model.py', 'commit': commit}}
    write_manifest(lambda manifest: manifest['assets'].__setitem__('face_model', row))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', choices=[*networks.SPECS, 'face_model'])
    parser.add_argument('weights', nargs='?', help='.npz of a run (not for face_model)')
    parser.add_argument('--recipe', default='')
    parser.add_argument('--commit', default=subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], cwd=TRAINING, capture_output=True, text=True).stdout.strip())
    args = parser.parse_args()
    if args.network == 'face_model':
        export_face_model(args.commit)
    elif args.weights is None:
        parser.error('which weights?')
    else:
        export_network(args.network, args.weights, args.recipe or f'recipes/{args.network}.sh', args.commit)


if __name__ == '__main__':
    main()
