"""Samples of the fusion networks made once and kept on disk as bytes, because several networks and ablations train on the same ones.

A folder of shards; every shard is a few .npy files that are read through the page cache. 0.27 MB and about 30 ms of one core a sample
(128 px, the coarse networks), four times as much at 256 px (refine).
"""
import dataclasses
import json
import time

import cv2
import numpy as np
import torch

from . import dataset, geometry as g
from .fuse_samples import FuseSampler
from .glasses_labels import NONE_BELOW, RealGlasses
from .mesh_task import SETS
from .models.identity import CROP_SIZE as IDENTITY_SIZE, TEMPLATE
from .models.identity_teacher import ConvertedTeacher
from .native import COARSE_CHANNELS, COARSE_SIZE, WIDE_SIZE
from .paths import CACHE

SHARD = {COARSE_SIZE: 500, 2 * COARSE_SIZE: 100}       # samples in one, by their size
EMBEDDED_TOGETHER = 16
UNIT_CHANNELS = 9                       # the first channels are 0..1, the others about -1..1
SIGNED_OFFSET, SIGNED_SCALE = 1.25, 102.0
CROPS = {COARSE_SIZE: (SETS, dataset.LEVEL_SIZE), 2 * COARSE_SIZE: (('free', 'id', 'synth512', 'hires'), 448)}       # by the samples' size: sets, size of the level crops


def fields(size=COARSE_SIZE):
    wide = size * WIDE_SIZE // COARSE_SIZE
    return {'input': ((COARSE_CHANNELS, size, size), np.uint8), 'features': ((size, size), np.uint8), 'truth': ((3, wide, wide), np.uint8),
            'align': ((2, 3), np.float32), 'identity': ((256,), np.float32), 'pair': ((), np.uint8)}


@dataclasses.dataclass
class CacheOptions:
    split: str = 'train'
    samples: int = 40_000
    pair_share: float = 0.25            # of samples with another person as the source: they have no truth
    real_weight: float = 2.0
    known_share: float = 0.35           # of pairs, those whose source is a person with several photos (training only)
    remnant_share: float = 0.0          # of sources, those on which something is left of what covered them (fuse_samples.py: remnants)
    size: int = COARSE_SIZE             # of the crop: 128 or 256
    raw: bool = False                   # the warp before its relighting as W0 (an ablation; a folder of its own)
    part: int = 0                       # of `parts`: several processes share the shards
    parts: int = 1
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


def folder_of(split, size=COARSE_SIZE, raw=False):
    return CACHE / f'fuse_{split}{"" if size == COARSE_SIZE else f"_{size}"}{"_raw" if raw else ""}'


def wearers(photos, split):
    """Who wears glasses, as label_glasses.py found (nobody, if it was not run). -> n bool"""
    if not RealGlasses.path(split).exists():
        return np.zeros(len(photos), bool)
    with np.load(RealGlasses.path(split)) as z:
        score = dict(zip((str(n) for n in z['name']), z['score']))
    return np.array([score.get(f'{p.set}/{p.name}', 0.0) >= NONE_BELOW for p in photos])


def identities_file(split, size=COARSE_SIZE):
    return CACHE / f'{folder_of(split, size).name}_identities.npy'


def identities(images, meshes, split, size=COARSE_SIZE):
    """Embeddings of the clean photos by the identity teacher, n x 256; cached."""
    path = identities_file(split, size)
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
        sets, level_size = CROPS[options.size]
        images, meshes, photos = dataset.level_crops(sets, options.split, level_size)
        self.sampler = FuseSampler(images, meshes, dataset.read_negatives(options.split), options.size, options.remnant_share, options.raw)
        self.identity = identities(images, meshes, options.split, options.size)
        self.person = np.array([p.cluster for p in photos])
        self.known = np.zeros(0, int)
        if options.split == 'train':        # held out, a result is compared with the very photo
            self.identity = of_persons(self.identity, self.person)
            _, index, count = np.unique(self.person, return_inverse=True, return_counts=True)
            self.known = np.flatnonzero(count[index] > 1)
        weight = np.array([options.real_weight if p.real else 1.0 for p in photos])
        if options.remnant_share > 0:       # the product takes glasses off sources: what is left of them belongs to no face
            bare = ~wearers(photos, options.split)
            weight, self.known = weight * bare, self.known[bare[self.known]]
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
    folder = folder_of(options.split, options.size, options.raw)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'options.json').write_text(json.dumps(dataclasses.asdict(options), indent=1))
    maker, count = Maker(options), SHARD[options.size]
    for shard in range(options.part, -(-options.samples // count), options.parts):
        if (folder / f'{shard:04d}.pair.npy').exists():
            continue
        start, rng = time.time(), np.random.default_rng([options.seed, shard])
        arrays = {name: np.zeros((count, *shape), kind) for name, (shape, kind) in fields(options.size).items()}
        made = failed = 0
        while made < count:
            try:
                sample = maker.one(rng)
            except ValueError as error:             # the face left the picture
                failed += 1
                if failed > count:
                    raise SystemExit(f'prepare: most samples fail, last: {error}')
                continue
            for name, value in sample.items():
                arrays[name][made] = value
            made += 1
        for name, array in arrays.items():          # 'pair' last: its presence says that the shard is whole
            unfinished = folder / f'{shard:04d}.{name}.tmp.npy'
            np.save(unfinished, array)
            unfinished.rename(folder / f'{shard:04d}.{name}.npy')
        print(f'shard {shard}: {count / (time.time() - start):.0f} samples/s, {failed} failed', flush=True)


class Cache:
    """Random access to all samples of a split that exist now; `look_again` finds those that were made since."""

    def __init__(self, split, size=COARSE_SIZE, raw=False):
        self.folder, self.shards, self.names = folder_of(split, size, raw), [], []
        self.look_again()
        if not self.shards:
            raise SystemExit(f'no samples in {self.folder}: run  prepare.py split={split} size={size}  first')

    def look_again(self):
        stems = [stem for stem in sorted(p.name[:4] for p in self.folder.glob('[0-9]*[0-9].pair.npy')) if stem not in set(self.names)]
        self.names += stems
        self.shards += [{name: np.load(self.folder / f'{stem}.{name}.npy', mmap_mode='r') for name in fields()} for stem in stems]
        if not self.shards:
            return
        self.count = len(self.shards[0]['pair'])
        pair = np.concatenate([s['pair'] for s in self.shards]).astype(bool)
        self.selves, self.pairs = np.flatnonzero(~pair), np.flatnonzero(pair)

    def batch(self, indices):
        """-> dict of stacked arrays."""
        rows = [(self.shards[i // self.count], i % self.count) for i in indices]
        return {name: np.stack([shard[name][k] for shard, k in rows]) for name in fields() if name != 'pair'}
