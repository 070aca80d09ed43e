"""Samples of the fusion networks made once and kept on disk as bytes, because several networks and ablations train on the same ones.

A folder of shards; every shard is a few .npy files that are read through the page cache. 0.27 MB and about 30 ms of one core a sample.
"""
import dataclasses
import json
import time

import cv2
import numpy as np
import torch

from . import dataset, geometry as g
from .fuse_samples import FuseSampler
from .mesh_task import SETS
from .models.identity import CROP_SIZE as IDENTITY_SIZE, TEMPLATE
from .models.identity_teacher import ConvertedTeacher
from .native import COARSE_CHANNELS, COARSE_SIZE, WIDE_SIZE
from .paths import CACHE

SHARD = 500
EMBEDDED_TOGETHER = 16
UNIT_CHANNELS = 9                       # the first channels are 0..1, the others about -1..1
SIGNED_OFFSET, SIGNED_SCALE = 1.25, 102.0
FIELDS = {'input': ((COARSE_CHANNELS, COARSE_SIZE, COARSE_SIZE), np.uint8), 'features': ((COARSE_SIZE, COARSE_SIZE), np.uint8),
          'truth': ((3, WIDE_SIZE, WIDE_SIZE), np.uint8), 'align': ((2, 3), np.float32), 'identity': ((256,), np.float32), 'pair': ((), np.uint8)}


@dataclasses.dataclass
class CacheOptions:
    split: str = 'train'
    samples: int = 40_000
    pair_share: float = 0.25            # of samples with another person as the source: they have no truth
    real_weight: float = 2.0
    known_share: float = 0.35           # of pairs, those whose source is a person with several photos (training only)
    seed: int = 1


def pack_input(x):
    out = np.empty(x.shape, np.float32)
    out[:UNIT_CHANNELS] = 255 * x[:UNIT_CHANNELS]
    out[UNIT_CHANNELS:] = SIGNED_SCALE * (x[UNIT_CHANNELS:] + SIGNED_OFFSET)
    return np.clip(np.round(out), 0, 255).astype(np.uint8)


def unpack_input(x):
    """n x 12 x h x w bytes (torch) -> floats as the product gives them."""
    x = x.float()
    return torch.cat([x[:, :UNIT_CHANNELS] / 255, x[:, UNIT_CHANNELS:] / SIGNED_SCALE - SIGNED_OFFSET], 1)


def folder_of(split):
    return CACHE / f'fuse_{split}'


def identities(images, meshes, split):
    """Embeddings of the clean photos by the identity teacher, n x 256; cached."""
    path = CACHE / f'fuse_{split}_identities.npy'
    if path.exists() and len(np.load(path, mmap_mode='r')) == len(images):
        return np.load(path)
    teacher, template = ConvertedTeacher(), IDENTITY_SIZE * np.array(TEMPLATE) - 0.5
    out = []
    for first in range(0, len(images), EMBEDDED_TOGETHER):
        crops = [cv2.warpAffine(image, g.similarity_transform(mesh[g.FIVE_POINTS, :2], template), (IDENTITY_SIZE, IDENTITY_SIZE))
                 for image, mesh in zip(images[first:first + EMBEDDED_TOGETHER], meshes[first:])]
        with torch.no_grad():
            out.append(torch.nn.functional.normalize(teacher(torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float())).numpy())
    out = np.concatenate(out)
    np.save(path, out)
    return out


def of_persons(identity, person):
    """What stays the same in all photos of a person: everyone's mean embedding, unit length. identity n x 256, person n -> n x 256"""
    _, index = np.unique(person, return_inverse=True)
    total = np.zeros((index.max() + 1, identity.shape[1]), np.float32)
    np.add.at(total, index, identity)
    return (total / np.linalg.norm(total, axis=1, keepdims=True))[index]


class Maker:
    def __init__(self, options):
        self.options = options
        images, meshes, photos = dataset.level_crops(SETS, options.split)
        self.sampler = FuseSampler(images, meshes, dataset.read_negatives(options.split))
        self.identity = identities(images, meshes, options.split)
        self.person = np.array([p.cluster for p in photos])
        self.known = np.zeros(0, int)
        if options.split == 'train':        # held out, a result is compared with the very photo
            self.identity = of_persons(self.identity, self.person)
            _, index, count = np.unique(self.person, return_inverse=True, return_counts=True)
            self.known = np.flatnonzero(count[index] > 1)
        weight = np.array([options.real_weight if p.real else 1.0 for p in photos])
        self.cumulative = np.cumsum(weight / weight.sum())

    def draw(self, rng):
        return min(int(np.searchsorted(self.cumulative, rng.random())), len(self.cumulative) - 1)

    def draw_source(self, rng):
        return int(rng.choice(self.known)) if len(self.known) and rng.random() < self.options.known_share else self.draw(rng)

    def one(self, rng):
        target, pair = self.draw(rng), rng.random() < self.options.pair_share
        source = target
        while pair and self.person[source] == self.person[target]:
            source = self.draw_source(rng)
        x, features, truth, matrix, mesh = self.sampler.sample_pair(source, target, rng) if pair else self.sampler.sample(target, rng)
        template = (IDENTITY_SIZE * np.array(TEMPLATE) - 0.5)
        align = g.similarity_transform(g.apply(matrix, mesh[g.FIVE_POINTS, :2]), template)
        return {'input': pack_input(x), 'features': np.round(255 * np.clip(features, 0, 1)), 'truth': np.round(255 * np.clip(truth, 0, 1)),
                'align': align, 'identity': self.identity[source], 'pair': pair}


def make(options):
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    folder = folder_of(options.split)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'options.json').write_text(json.dumps(dataclasses.asdict(options), indent=1))
    maker = Maker(options)
    for shard in range(-(-options.samples // SHARD)):
        if (folder / f'{shard:04d}.pair.npy').exists():
            continue
        start, rng = time.time(), np.random.default_rng([options.seed, shard])
        arrays = {name: np.zeros((SHARD, *shape), kind) for name, (shape, kind) in FIELDS.items()}
        made = failed = 0
        while made < SHARD:
            try:
                sample = maker.one(rng)
            except ValueError as error:             # the face left the picture
                failed += 1
                if failed > SHARD:
                    raise SystemExit(f'prepare: most samples fail, last: {error}')
                continue
            for name, value in sample.items():
                arrays[name][made] = value
            made += 1
        for name, array in arrays.items():          # 'pair' last: its presence says that the shard is whole
            np.save(folder / f'{shard:04d}.{name}.npy', array)
        print(f'shard {shard}: {SHARD / (time.time() - start):.0f} samples/s, {failed} failed', flush=True)


class Cache:
    """Random access to all samples of a split that exist now."""

    def __init__(self, split):
        folder = folder_of(split)
        stems = sorted(p.name[:4] for p in folder.glob('*.pair.npy'))
        if not stems:
            raise SystemExit(f'no samples in {folder}: run  prepare.py split={split}  first')
        self.shards = [{name: np.load(folder / f'{stem}.{name}.npy', mmap_mode='r') for name in FIELDS} for stem in stems]
        pair = np.concatenate([s['pair'] for s in self.shards]).astype(bool)
        self.selves, self.pairs = np.flatnonzero(~pair), np.flatnonzero(pair)

    def batch(self, indices):
        """-> dict of stacked arrays."""
        rows = [(self.shards[i // SHARD], i % SHARD) for i in indices]
        return {name: np.stack([shard[name][k] for shard, k in rows]) for name in FIELDS if name != 'pair'}
