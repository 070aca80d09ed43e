"""Measures how well faces are found and measured in little light: darkened, noisy copies of the test photos against the clean ones.

A copy is made as a camera would: linear light times the exposure, photons with shot noise, read noise, then 8 bits. What the program finds on
the clean photo is taken as the truth. A face counts as found when a box overlaps the true one by half; mesh errors compare the faces that every way found.
"""
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from .geometry import eye_distance_px
from .paths import TESTDATA

WHITE_ELECTRONS, READ_ELECTRONS = 4000, 4  # a phone's small pixels: what white collects at exposure 1, and the noise of reading
SAME_FACE_OVERLAP = 0.5


def linear_from_srgb(x):
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(x):
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def darkened(image, exposure, rng):
    """BGR uint8 -> the same scene with less light, without any gain in the camera. Exposure 1 adds noise too."""
    electrons = rng.poisson(linear_from_srgb(image / 255.0) * exposure * WHITE_ELECTRONS) + rng.normal(0, READ_ELECTRONS, image.shape)
    return np.round(255 * srgb_from_linear(np.clip(electrons / WHITE_ELECTRONS, 0, 1))).astype(np.uint8)


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return w * h / (area(a) + area(b) - w * h) if w > 0 and h > 0 else 0.0


class Finder:
    """The command `mien inspect`, through PNG files."""

    def __init__(self, program, options=()):
        self.program, self.options = str(program), list(options)
        self.file = Path(tempfile.mkdtemp(prefix='mien-dark-')) / 'look.png'

    def __call__(self, image):
        cv2.imwrite(str(self.file), image)
        run = subprocess.run([self.program, 'inspect', str(self.file), '--json', '--mesh', '--threads', '1', *self.options], capture_output=True, text=True)
        if run.returncode not in (0, 5):
            raise SystemExit(f'evaluate.py: {self.program} inspect failed: {run.stderr.strip()}')
        return [{'box': f['box_px'], 'mesh': np.array(f['mesh_px'])} for f in json.loads(run.stdout)['faces']]


def matched(true, found):
    """-> per true face the best found one that overlaps enough, or None."""
    best = [max(found, key=lambda f: overlap(t['box'], f['box']), default=None) for t in true]
    return [b if b is not None and overlap(t['box'], b['box']) >= SAME_FACE_OVERLAP else None for t, b in zip(true, best)]


def mesh_error(true, found):
    """Mean distance of the points in % of the distance between the eyes."""
    return 100 * np.linalg.norm(found['mesh'][:468, :2] - true['mesh'][:468, :2], axis=1).mean() / eye_distance_px(true['mesh'])


def photos(folders):
    return [(p.name, cv2.imread(str(p))) for folder in folders for p in sorted((TESTDATA / folder).glob('*.jpg'))]


def measure(finders, truth_by, exposures, seed=7):
    """finders: name -> function(BGR) -> faces. -> rows of texts for print_table, one per exposure and way."""
    faces, empty = photos(['single', 'several', 'pose']), photos(['no_face'])
    true = {name: truth_by(image) for name, image in faces}
    total, rows = sum(map(len, true.values())), {}
    for exposure in exposures:
        rng = np.random.default_rng(seed)
        count = {way: [0, 0, []] for way in finders}  # found, false, errors
        for name, image in faces + empty:
            dark = darkened(image, exposure, rng)
            looks = {way: find(dark) for way, find in finders.items()}
            pairs = {way: matched(true.get(name, []), look) for way, look in looks.items()}
            for way, look in looks.items():
                hits = sum(p is not None for p in pairs[way])
                count[way][0] += hits
                count[way][1] += len(look) - hits
            for i, t in enumerate(true.get(name, [])):
                if all(p[i] is not None for p in pairs.values()):
                    for way in finders:
                        count[way][2].append(mesh_error(t, pairs[way][i]))
        for way, (found, false, errors) in count.items():
            error = lambda of: f'{of(errors):.2f}' if errors else '-'
            rows[f'1/{round(1 / exposure)}, {way}'] = {'recall %': f'{100 * found / total:.1f}', 'false alarms': str(false), 'faces compared': str(len(errors)),
                                                       'mesh error, mean %': error(np.mean), 'median %': error(np.median)}
    return rows, total
