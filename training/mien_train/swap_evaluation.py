"""Measures swaps on held-out pairs of different people: identity, sharpness, and a contact sheet to look at.

A method is a function (source BGR, target BGR) -> BGR result or None. Identity is judged by a teacher that trains no part of the classical
flow; with the whole crop, and with everything outside of the mesh's oval grey (inner face).
"""
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from . import dataset, geometry as g
from .paths import REPOSITORY, SHARED, TEACHERS

sys.path.insert(0, str(TEACHERS))
GREY = 127
SHEET_CELL = 256


@dataclass
class Side:
    image: np.ndarray
    mesh: np.ndarray
    name: str


@dataclass
class Pair:
    source: Side
    target: Side


def held_out_pairs(count=60, seed=60, min_eye_px=30, sets=dataset.REAL_SETS):
    """Pairs of different people from the held-out crops, fixed by the seed; a person is a target once."""
    photos = [p for p in dataset.read_photos(sets, 'val') if g.eye_distance_px(p.mesh) >= min_eye_px]
    images = {s: dataset.read_images(s, [p.name for p in photos if p.set == s]) for s in sets}
    rng = np.random.default_rng(seed)
    order, pairs, used = rng.permutation(len(photos)), [], set()
    for i in order:
        target = photos[i]
        if target.cluster in used or len(pairs) == count:
            continue
        others = [p for p in photos if p.cluster != target.cluster]
        source = others[rng.integers(len(others))]
        used.add(target.cluster)
        side = lambda p: Side(images[p.set][p.name], p.mesh.astype(np.float64), f'{p.set}/{p.name}')
        pairs.append(Pair(side(source), side(target)))
    return pairs


def grey_outside(image, mesh):
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 255)
    out = image.copy()
    out[mask == 0] = GREY
    return out


class Judge:
    """Identity by the teacher; image and mesh in, two embeddings out."""

    def __init__(self):
        import teachers
        self.teacher = teachers.IdentityTeacher()

    def embeddings(self, image, mesh):
        points = mesh[g.FIVE_POINTS, :2]
        return self.teacher.embed(image, points), self.teacher.embed(grey_outside(image, mesh), points)


class ShippedJudge(Judge):
    """The same by the recogniser that ships."""

    def __init__(self):
        from .models.identity import CROP_SIZE, IdentityNet
        from .shipped_weights import load_shipped
        self.teacher, self.net = self, load_shipped(IdentityNet(), 'identity', (1, 3, CROP_SIZE, CROP_SIZE)).eval()

    def embed(self, image, points):
        from .identity_evaluation import aligned, embeddings
        return embeddings(self.net, [aligned(image, points)])[0]


JUDGES = {'teacher': Judge, 'shipped': ShippedJudge}


def sharpness(image, mesh):
    """Root mean square of the Laplacian of luma inside the shrunken oval."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    mask = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
    size = max(3, int(0.12 * np.linalg.norm(mesh[454, :2] - mesh[234, :2])) | 1)
    inside = cv2.erode(mask, np.ones((size, size), np.uint8)) > 0
    return float(np.sqrt((cv2.Laplacian(grey, cv2.CV_32F)[inside] ** 2).mean())) if inside.any() else 0.0


def pasted_crop(pair):
    """Upper bound: the source's aligned face pasted without any blending."""
    m = g.similarity_transform(pair.source.mesh[:468, :2], pair.target.mesh[:468, :2])
    height, width = pair.target.image.shape[:2]
    return cv2.warpAffine(pair.source.image, m, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def product(program, extra=()):
    """The command `mien swap` itself, through PNG files."""
    run = product_with_report(program, extra)
    return lambda source, target: run(source, target)[0]


def product_with_report(program, extra=()):
    """The same, -> (BGR or None, the --json report or None)."""
    folder = Path(tempfile.mkdtemp(prefix='mien-eval-'))

    def run(source, target):
        for name, image in (('s.png', source), ('t.png', target)):
            cv2.imwrite(str(folder / name), image)
        result = subprocess.run([str(program), 'swap', '-s', str(folder / 's.png'), '-t', str(folder / 't.png'), '-o', str(folder / 'o.png'), '--face', 'largest',
                                 '--overwrite', '--no-visible-mark', '--i-have-consent', '--json', *extra], capture_output=True, text=True)
        return (cv2.imread(str(folder / 'o.png')), json.loads(result.stdout)) if result.returncode == 0 else (None, None)
    return run


def trial():
    """The classical trial beside the project: the floor to beat."""
    sys.path.insert(0, str(SHARED / 'trial'))
    import classical_swap
    swapper = classical_swap.ClassicalSwap()

    def run(source, target):
        try:
            return swapper.swap(source, target)
        except ValueError:
            return None
    return run


def default_program():
    for folder in ('build/release/bin', 'build/bin'):
        if (REPOSITORY / folder / 'mien').exists():
            return REPOSITORY / folder / 'mien'
    return REPOSITORY / 'build' / 'release' / 'bin' / 'mien'


def measure(pairs, method, judge):
    """-> rows (dicts of figures or None, one per pair), results (BGR or None, one per pair)."""
    rows, results = [], []
    for pair in pairs:
        out = method(pair)
        results.append(out)
        if out is None:
            rows.append(None)
            continue
        s, t, o = (judge.embeddings(image, mesh) for image, mesh in ((pair.source.image, pair.source.mesh), (pair.target.image, pair.target.mesh), (out, pair.target.mesh)))
        rows.append({'whole to source': s[0] @ o[0], 'whole to target': t[0] @ o[0], 'inner to source': s[1] @ o[1], 'inner to target': t[1] @ o[1],
                     'whole source-target': s[0] @ t[0], 'inner source-target': s[1] @ t[1],
                     'sharpness': sharpness(out, pair.target.mesh) / max(1e-6, sharpness(pair.target.image, pair.target.mesh))})
    return rows, results


def summary(rows, count):
    rows = [r for r in rows if r is not None]
    mean = lambda key: np.mean([r[key] for r in rows])
    share = lambda test: 100 * np.mean([test(r) for r in rows])
    ratio = np.array([r['sharpness'] for r in rows])
    return {'fused': f'{len(rows)}/{count}', 'whole': f"{mean('whole to source'):.3f} / {mean('whole to target'):.3f}", 'inner': f"{mean('inner to source'):.3f} / {mean('inner to target'):.3f}",
            'nearer, whole %': f"{share(lambda r: r['whole to source'] > r['whole to target']):.0f}", 'nearer, inner %': f"{share(lambda r: r['inner to source'] > r['inner to target']):.0f}",
            'sharpness median': f'{np.median(ratio):.2f}', 'in 0.75-1.3 %': f'{100 * np.mean((ratio > 0.75) & (ratio < 1.3)):.0f}',
            'source-target': f"{mean('whole source-target'):.3f} / {mean('inner source-target'):.3f}"}


def print_table(rows):
    """rows: dict of name -> dict of texts."""
    columns = list(next(iter(rows.values())))
    print('| method | ' + ' | '.join(columns) + ' |\n|' + '---|' * (len(columns) + 1))
    for name, row in rows.items():
        print(f'| {name} | ' + ' | '.join(row[c] for c in columns) + ' |')


def _cell(image, mesh):
    """The face, level of detail kept, on a square cell."""
    if image is None:
        return np.zeros((SHEET_CELL, SHEET_CELL, 3), np.uint8)
    centre, side, _ = g.level_box(mesh)
    m = g.crop_from_image(centre, side * 1.55, 0.0, SHEET_CELL)
    return cv2.warpAffine(image, m, (SHEET_CELL, SHEET_CELL), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def contact_sheet(pairs, results, path, columns=3):
    """source | target | result | difference (x3 around grey), several pairs per row."""
    rows, line = [], []
    for pair, out in zip(pairs, results):
        cells = [_cell(pair.source.image, pair.source.mesh), _cell(pair.target.image, pair.target.mesh), _cell(out, pair.target.mesh)]
        cells.append(np.clip(128 + 3 * (cells[2].astype(int) - cells[1]), 0, 255).astype(np.uint8))
        line.append(np.hstack(cells))
        if len(line) == columns:
            rows.append(np.hstack(line))
            line = []
    if line:
        rows.append(np.hstack(line + [np.zeros_like(line[0])] * (columns - len(line))))
    cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 92])
