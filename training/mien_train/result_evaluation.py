"""The figures of results that the fusion networks are for, per mode: identity, tone, sharpness, expression, realism.

W0 is the product without fusion networks: the same command with a models folder that lacks them.
"""
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from . import dataset, geometry as g, realism, swap_evaluation as e
from .paths import REPOSITORY
from .seam_evaluation import delta_e_2000, lab

JPEG_QUALITY = 95           # of photos as they are handed on
LOW_SIGMA = 0.08            # of the face's width: what counts as tone
OPENINGS = ((159, 145), (386, 374), (13, 14))       # lids of both eyes, inner lips
FEATURES = ([33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7], [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249],
            [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146])


def models_without_fusion():
    """A copy of models/ without fusion networks: what the flow does without them."""
    folder = Path(tempfile.mkdtemp(prefix='mien-w0-')) / 'models'
    shutil.copytree(REPOSITORY / 'models', folder)
    manifest = json.loads((folder / 'manifest.json').read_text())
    manifest['networks'] = {name: row for name, row in manifest['networks'].items() if not name.startswith('fuse')}
    (folder / 'manifest.json').write_text(json.dumps(manifest))
    return folder


class MeshReader:
    """Meshes as the product sees them; None when it finds no face near the expected place."""

    def __init__(self, program):
        self.program, self.file = str(program), tempfile.mkdtemp(prefix='mien-mesh-') + '/p.png'

    def __call__(self, image, near):
        cv2.imwrite(self.file, image)
        out = subprocess.run([self.program, 'inspect', self.file, '--json', '--mesh'], capture_output=True, text=True)
        if out.returncode:
            return None
        meshes = [np.array(f['mesh_px'], np.float64) for f in json.loads(out.stdout)['faces']]
        centre = near[g.OVAL, :2].mean(0)
        best = min(meshes, key=lambda m: np.linalg.norm(m[g.OVAL, :2].mean(0) - centre), default=None)
        return best


def openings(mesh):
    """Lids and lips, in % of the distance between the eyes."""
    return np.array([100 * np.linalg.norm(mesh[a, :2] - mesh[b, :2]) for a, b in OPENINGS]) / g.eye_distance_px(mesh)


def tone_difference(result, target, mesh):
    """Mean CIEDE2000 of the low frequencies of skin inside the oval."""
    mask = np.zeros(target.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
    width = np.linalg.norm(mesh[454, :2] - mesh[234, :2])
    mask = cv2.erode(mask, np.ones((int(0.12 * width) | 1,) * 2))
    for part in FEATURES:
        cv2.fillPoly(mask, [np.round(mesh[part, :2]).astype(np.int32)], 0)
    weight = mask.astype(np.float32)
    blur = lambda x: cv2.GaussianBlur(x, (0, 0), LOW_SIGMA * width)
    low = [blur(image.astype(np.float32) * weight[..., None]) / np.maximum(blur(weight), 1e-3)[..., None] for image in (result, target)]
    one, two = (lab(np.clip(x, 0, 255).astype(np.uint8)) for x in low)
    return float(delta_e_2000(one[mask > 0], two[mask > 0]).mean())


def as_jpeg(image):
    return cv2.imdecode(cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1], cv2.IMREAD_COLOR)


class RealismVectors:
    """Statistics (realism.py) of targets and of results, as they are and after both were written as JPEG."""

    def __init__(self):
        self.real, self.fused, self.real_jpeg, self.fused_jpeg = [], [], [], []

    def add(self, target, result, mesh):
        for vectors, image in ((self.real, target), (self.fused, result), (self.real_jpeg, as_jpeg(target)), (self.fused_jpeg, as_jpeg(result))):
            vectors.append(realism.statistics(image, mesh))

    def __str__(self):
        return f'{realism.probe(self.real_jpeg, self.fused_jpeg):.2f} / {realism.probe(self.real, self.fused):.2f}'


def measure(pairs, run, judge, meshes):
    """-> rows (dict or None per pair), what tells targets from results."""
    rows, vectors = [], RealismVectors()
    for pair in pairs:
        out, _ = run(pair.source.image, pair.target.image)
        if out is None:
            rows.append(None)
            continue
        mesh = pair.target.mesh
        s, t, o = (judge.embeddings(i, m)[0] for i, m in ((pair.source.image, pair.source.mesh), (pair.target.image, mesh), (out, mesh)))
        before, after = meshes(pair.target.image, mesh), meshes(out, mesh)
        kept = np.abs(openings(after) - openings(before)).mean() if before is not None and after is not None else np.nan
        rows.append({'source': s @ o, 'target': t @ o, 'tone': tone_difference(out, pair.target.image, mesh), 'kept': kept,
                     'sharpness': e.sharpness(out, mesh) / max(1e-6, e.sharpness(pair.target.image, mesh))})
        vectors.add(pair.target.image, out, mesh)
    return rows, vectors


def second_photos(run, judge, count=30, seed=62):
    """Sources of whom the held-out `id` set has a second photo. -> mean cosine of the result to it, and of the source itself to it"""
    photos = [p for p in dataset.read_photos(('id',), 'val') if g.eye_distance_px(p.mesh) >= 20]
    images = dataset.read_images('id', [p.name for p in photos])
    rng, of_result, genuine = np.random.default_rng(seed), [], []
    by_person = {}
    for p in photos:
        by_person.setdefault(p.cluster, []).append(p)
    for person in [v for v in by_person.values() if len(v) > 1]:
        for _ in range(max(1, count // max(1, len(by_person)))):
            source, second = (person[i] for i in rng.permutation(len(person))[:2])
            target = photos[rng.integers(len(photos))]
            if target.cluster == source.cluster:
                continue
            out, _ = run(images[source.name], images[target.name])
            if out is None:
                continue
            other = judge.embeddings(images[second.name], second.mesh)[0]
            of_result.append(judge.embeddings(out, target.mesh)[0] @ other)
            genuine.append(judge.embeddings(images[source.name], source.mesh)[0] @ other)
    return (np.mean(of_result), np.mean(genuine), len(genuine)) if genuine else (np.nan, np.nan, 0)


def line(rows, vectors, second):
    done = [r for r in rows if r]
    mean = lambda key: np.nanmean([r[key] for r in done])
    ratio = np.array([r['sharpness'] for r in done])
    return {'fused': f'{len(done)}/{len(rows)}', 'whole crop, to source / to target': f"{mean('source'):.3f} / {mean('target'):.3f}",
            'to a second photo / genuine': f'{second[0]:.3f} / {second[1]:.3f} ({second[2]})', 'tone, Delta-E00': f"{mean('tone'):.2f}",
            'sharpness median': f'{np.median(ratio):.2f}', 'in 0.75-1.3 %': f'{100 * np.mean((ratio > 0.75) & (ratio < 1.3)):.0f}',
            'lids and mouth kept within, %': f"{mean('kept'):.2f}", 'realism probe, AUC, as JPEG / as PNG': str(vectors)}


def table(program, count, modes):
    pairs, judge, meshes = e.held_out_pairs(count, seed=61), e.Judge(), MeshReader(program)
    ways = {'W0': ['--mode', 'balanced', '--models', str(models_without_fusion())]} | {m: ['--mode', m] for m in modes}
    out = {}
    for name, extra in ways.items():
        run = e.product_with_report(program, extra)
        out[name] = line(*measure(pairs, run, judge, meshes), second_photos(run, judge))
    return out
