#!/usr/bin/python3
"""How much a swap gains while a target gets worse, as the table of docs/quality-gate.md:  quality_gate_table.py [--program P] [--targets 6]

Held-out photos are made worse step by step (targets: blur, darkness with noise, fewer pixels, a part cut off, turned away, tilted, a card held
in front; sources: fewer pixels, mouth opened) and fused by the command; it prints, per step, the measure that the gate sees, the
share that was fused, the gain (similarity to the source after minus before; of sources that were made worse: to the source as it was) and the
seam (excess of CIEDE2000 along the contour).
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from mien_train import geometry as g
from mien_train.repose import Reposer, Turn, paint_open_mouth
from mien_train.seam_evaluation import changed_region, seam
from mien_train.swap_evaluation import default_program, held_out_pairs


def darker(image, factor, rng):
    x = (image / 255.0) ** 2.2 * factor
    x = x + rng.normal(0, 1, x.shape) * np.sqrt(x * 0.0008 + 1e-6)
    return (np.clip(x, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)


def blurred(image, mesh, share):
    return cv2.GaussianBlur(image, (0, 0), max(0.01, share * np.linalg.norm(mesh[454, :2] - mesh[234, :2])))


def smaller(image, mesh, width):
    k = width / g.level_box(mesh)[1]
    return cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)


def cut(image, mesh, share):
    """The picture ends inside the face, on its left."""
    xs = mesh[:468, 0]
    return image[:, int(np.quantile(xs, share)) if share else 0:].copy()


def level_crop(image, mesh):
    """A level square around the head, and the mesh in its pixels."""
    size = 384
    centre, side, roll = g.level_box(mesh)
    m = g.crop_from_image(centre, 2.0 * side, roll, size)
    return cv2.warpAffine(image, m, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE), g.apply(m, mesh.astype(np.float64))


def moved(crop, mesh, extended):
    map_x, map_y, _ = Reposer().map_to(mesh, extended, crop.shape[0])
    return cv2.remap(crop, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def turned(image, mesh, yaw_deg=0, pitch_deg=0):
    """The head turned by its own mesh, in a level square around it."""
    crop, own = level_crop(image, mesh)
    if not yaw_deg and not pitch_deg:
        return crop
    reposer = Reposer()
    return moved(crop, own, reposer.turned(reposer.extend(own), Turn(np.radians(yaw_deg), np.radians(pitch_deg), 0.1)))


def mouth_opened(image, mesh, drop, rng):
    """drop: of the chin, in eye distances."""
    crop, own = level_crop(image, mesh)
    reposer, down = Reposer(), own[152] - own[10]
    opened = own + reposer.jaw_weight[:, None] * drop * g.eye_distance_px(own) * down / np.linalg.norm(down)
    picture = moved(crop, own, reposer.extend(opened))
    return paint_open_mouth(picture, opened, rng) if drop else picture


def card(image, mesh, share, rng):
    """A printed card in front of the face, from the chin up to `share` of its height."""
    out, oval = image.copy(), mesh[g.OVAL, :2]
    if share:
        low, high = oval.min(0), oval.max(0)
        top = int(high[1] - share * (high[1] - low[1]))
        x0, x1, y1 = max(0, int(low[0] - 0.1 * (high[0] - low[0]))), int(high[0] + 0.1 * (high[0] - low[0])), int(high[1] + 0.1 * (high[1] - low[1]))
        print_ = cv2.resize(rng.integers(40, 230, (6, 8, 3)).astype(np.uint8), (out[top:y1, x0:x1].shape[1], out[top:y1, x0:x1].shape[0]), interpolation=cv2.INTER_NEAREST)
        out[top:y1, x0:x1] = cv2.GaussianBlur(print_, (0, 0), 0.8)
    return out


# What is made worse, how: the gate's measure, steps, function of picture, mesh, step, random numbers.
STEPS = {
    'blur (sigma in face widths)': ('target', 'sharpness', [0, 0.01, 0.02, 0.03, 0.045, 0.07], lambda i, m, v, r: blurred(i, m, v)),
    'darkness (light)': ('target', 'brightness', [1, 0.2, 0.05, 0.02, 0.008, 0.003], lambda i, m, v, r: darker(i, v, r)),
    'size (px)': ('target', 'width_px', [96, 64, 48, 36, 28, 20], lambda i, m, v, r: smaller(i, m, v)),
    'cut off (share)': ('target', 'outside_share', [0, 0.05, 0.15, 0.25, 0.4], lambda i, m, v, r: cut(i, m, v)),
    'target turned (degrees of yaw)': ('target', 'pose_gap_deg', [0, 15, 30, 45, 60], lambda i, m, v, r: turned(i, m, v)),
    'target tilted (degrees of pitch, down)': ('target', 'pose_gap_deg', [0, 10, 20, 30, 40, 50], lambda i, m, v, r: turned(i, m, 0, v)),
    'covered from below (share of the height)': ('target', 'covered_share', [0, 0.2, 0.35, 0.45, 0.6], card),
    'source: size (px)': ('source', 'width_px', [160, 96, 72, 48, 36], lambda i, m, v, r: smaller(i, m, v)),
    'source: mouth opened (eye distances)': ('source', 'mouth_opening', [0, 0.1, 0.25, 0.4], mouth_opened),
}


class Program:
    """The command on two pictures; `as_it_was`: the source before it was made worse, which similarities are to."""

    def __init__(self, path):
        self.path, folder = str(path), Path(tempfile.mkdtemp(prefix='mien-gate-'))
        self.source, self.target, self.out, self.as_it_was = (str(folder / n) for n in ('s.png', 't.png', 'o.png', 'r.png'))

    def json(self, *words):
        done = subprocess.run([self.path, *words, '--json'], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.stdout else {'faces': []}

    def swap(self):
        """-> the report's face that was fused, or None and the reasons"""
        code, report = self.json('swap', '-s', self.source, '-t', self.target, '-o', self.out, '--face', 'largest', '--overwrite', '--no-cache', '--i-have-consent', '--no-visible-mark')
        if code == 0:
            return next(f for f in report['faces'] if f['fused']), set()
        return None, {r['reason'] for f in report['faces'] for r in f['remarks'] if r['refuses']} or {report.get('reason', 'source refused')}

    def quality(self, picture):
        faces = self.json('faces', picture)[1]['faces']
        return max((f['quality'] for f in faces), key=lambda q: q['width_px'], default={})

    def likeness(self, picture):
        """To the source as it was."""
        return max((f.get('reference_similarity', 0) for f in self.json('faces', picture, '--reference', self.as_it_was)[1]['faces']), default=0)


def step_row(program, pairs, step, level, rng):
    """-> figures of one step as text"""
    whose, measure, _, worsen = step
    seen, fused, gains, seams, reasons = [], 0, [], [], set()
    for pair in pairs:
        pictures = {'source': pair.source.image, 'target': pair.target.image}
        cv2.imwrite(program.as_it_was, pictures['source'])
        pictures[whose] = worsen(pictures[whose], getattr(pair, whose).mesh, level, rng)
        cv2.imwrite(program.source, pictures['source'])
        cv2.imwrite(program.target, pictures['target'])
        face, why = program.swap()
        quality = program.quality(program.source) if whose == 'source' else face['quality'] if face else program.quality(program.target)
        seen += [quality[measure]] if measure in quality else [face[measure]] if face and measure in face else []
        reasons |= why
        if not face:
            continue
        fused += 1
        gains.append(program.likeness(program.out) - program.likeness(program.target) if whose == 'source' else face['similarity_after'] - face['similarity_before'])
        before, after = cv2.imread(program.target), cv2.imread(program.out)
        excess = seam(after, before, changed_region(after, before), face['quality']['width_px'])
        seams += [] if excess is None else [excess]
    text = lambda values: f'{np.mean(values):.2f}' if values else '-'
    return f"| {level} | {text(seen)} | {fused}/{len(pairs)} | {', '.join(sorted(reasons))} | {text(gains)} | {text(seams)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=default_program())
    parser.add_argument('--targets', type=int, default=6)
    parser.add_argument('--only', default='', help='steps whose name contains this')
    args = parser.parse_args()
    program, rng, pairs = Program(args.program), np.random.default_rng(1), held_out_pairs(args.targets, seed=11, min_eye_px=45)
    for kind, step in STEPS.items():
        if args.only not in kind:
            continue
        print(f'| {kind} | {step[1]} | fused | refused because | similarity after - before | seam |\n|---|---|---|---|---|---|')
        for level in step[2]:
            print(step_row(program, pairs, step, level, rng), flush=True)
        print()


if __name__ == '__main__':
    main()
