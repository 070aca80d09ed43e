#!/usr/bin/python3
"""How much a swap gains while a target gets worse, as the table of docs/quality-gate.md:  quality_gate_table.py [--program P] [--targets 6]

Held-out photos are made worse step by step (blur, darkness with noise, fewer pixels, a part cut off, turned away, a card held in front) and
fused by the command; it prints, per step, the measure that the gate sees, the share that was fused, the gain (similarity to the source after
minus before) and the seam (excess of CIEDE2000 along the contour).
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from mien_train import geometry as g
from mien_train.repose import Reposer, Turn
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


def turned(image, mesh, yaw_deg):
    """The head turned by its own mesh, in a level square around it."""
    size, reposer = 384, Reposer()
    centre, side, roll = g.level_box(mesh)
    m = g.crop_from_image(centre, 2.0 * side, roll, size)
    crop, own = cv2.warpAffine(image, m, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE), g.apply(m, mesh.astype(np.float64))
    if not yaw_deg:
        return crop
    map_x, map_y, _ = reposer.map_to(own, reposer.turned(reposer.extend(own), Turn(np.radians(yaw_deg), 0.0, 0.1)), size)
    return cv2.remap(crop, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


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


STEPS = {
    'blur (sigma in face widths)': ('sharpness', [0, 0.01, 0.02, 0.03, 0.045, 0.07], lambda i, m, v, r: blurred(i, m, v)),
    'darkness (light)': ('brightness', [1, 0.2, 0.05, 0.02, 0.008, 0.003], lambda i, m, v, r: darker(i, v, r)),
    'size (px)': ('width_px', [96, 64, 48, 36, 28, 20], lambda i, m, v, r: smaller(i, m, v)),
    'cut off (share)': ('outside_share', [0, 0.05, 0.15, 0.25, 0.4], lambda i, m, v, r: cut(i, m, v)),
    'target turned (degrees of yaw)': ('pose_gap_deg', [0, 15, 30, 45, 60], lambda i, m, v, r: turned(i, m, v)),
    'covered from below (share of the height)': ('covered_share', [0, 0.2, 0.35, 0.45, 0.6], card),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=default_program())
    parser.add_argument('--targets', type=int, default=6)
    parser.add_argument('--only', default='', help='steps whose name contains this')
    args = parser.parse_args()
    folder, rng = Path(tempfile.mkdtemp(prefix='mien-gate-')), np.random.default_rng(1)
    source, target, out = (str(folder / n) for n in ('s.png', 't.png', 'o.png'))
    for kind, (measure, levels, worsen) in STEPS.items():
        if args.only not in kind:
            continue
        print(f'| {kind} | {measure} | fused | refused because | similarity after - before | seam |\n|---|---|---|---|---|---|')
        for level in levels:
            seen, fused, gains, seams, reasons = [], 0, [], [], set()
            for pair in held_out_pairs(args.targets, seed=11, min_eye_px=45):
                cv2.imwrite(source, pair.source.image)
                cv2.imwrite(target, worsen(pair.target.image, pair.target.mesh, level, rng))
                result = subprocess.run([str(args.program), 'swap', '-s', source, '-t', target, '-o', out, '--face', 'largest', '--json', '--overwrite', '--no-cache',
                                         '--i-have-consent', '--no-visible-mark'], capture_output=True, text=True)
                if result.returncode:
                    look = subprocess.run([str(args.program), 'faces', target, '--json'], capture_output=True, text=True)
                    faces = json.loads(look.stdout)['faces'] if look.stdout else []
                    reasons |= {r['reason'] for f in faces for r in f['remarks'] if r['refuses']} or {'no face found'}
                    seen += [f['quality'][measure] for f in faces[:1] if measure in f['quality']]
                    continue
                face = next(f for f in json.loads(result.stdout)['faces'] if f['fused'])
                fused += 1
                seen.append(face['quality'].get(measure, face.get(measure, np.nan)))
                gains.append(face['similarity_after'] - face['similarity_before'])
                before, after = cv2.imread(target), cv2.imread(out)
                excess = seam(after, before, changed_region(after, before), face['quality']['width_px'])
                seams += [] if excess is None else [excess]
            text = lambda values: f'{np.mean(values):.2f}' if values else '-'
            print(f"| {level} | {text(seen)} | {fused}/{args.targets} | {', '.join(sorted(reasons))} | {text(gains)} | {text(seams)} |", flush=True)


if __name__ == '__main__':
    main()
