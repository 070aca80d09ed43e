"""Swaps by group: does the product serve people of every skin tone, turned heads and small faces alike?

Targets are held-out real and generated faces; skin tone is the individual typology angle (Chardon et al. 1991) of cheeks and forehead.
"""
import cv2
import numpy as np

from . import dataset, swap_evaluation as e

SETS = (*dataset.REAL_SETS, 'synth512')
SKIN_POINTS = [50, 280, 151, 205, 425, 101, 330]
TONES = (('very light or light, ITA > 41', 41, 91), ('intermediate, 28 to 41', 28, 41), ('tan, 10 to 28', 10, 28), ('brown or dark, < 10', -91, 10))
YAWS = (('yaw < 8', 0, 8), ('yaw 8 to 16', 8, 16), ('yaw > 16', 16, 91))
GAPS = (('tone gap < 15', 0, 15), ('tone gap 15 to 35', 15, 35), ('tone gap > 35', 35, 181))
SIZES = (('as it is', 1.0), ('half', 0.5), ('quarter', 0.25))


def typology_angle(image, mesh):
    """Of the skin's median, degrees: above 55 very light, below -30 dark."""
    size = max(1, int(0.03 * np.linalg.norm(mesh[454, :2] - mesh[234, :2])))
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    patches = []
    for x, y in np.round(mesh[SKIN_POINTS, :2]).astype(int):
        patches.append(lab[max(0, y - size):y + size + 1, max(0, x - size):x + size + 1].reshape(-1, 3))
    l, _, b = np.median(np.concatenate(patches), 0)
    return float(np.degrees(np.arctan2(l - 50, b)))


def shrunk(side, factor):
    if factor == 1:
        return side
    image = cv2.resize(side.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    mesh = side.mesh * factor
    mesh[:, :2] += 0.5 * factor - 0.5
    return e.Side(image, mesh, side.name)


def collect(run, judge, count):
    """-> figures of every pair, with its groups' measures; None where nothing was fused."""
    rows = []
    for pair in e.held_out_pairs(count, seed=61, sets=SETS):
        source_tone, target_tone = (typology_angle(s.image, s.mesh) for s in (pair.source, pair.target))
        for name, factor in SIZES:
            small = e.Pair(pair.source, shrunk(pair.target, factor))
            report = {}

            def method(p):
                out, found = run(p.source.image, p.target.image)
                report.update(found or {})
                return out
            figures, _ = e.measure([small], method, judge)
            yaw = abs(report['faces'][0]['pose_deg']['yaw']) if report.get('faces') else np.nan
            rows.append({'tone': target_tone, 'gap': abs(source_tone - target_tone), 'yaw': yaw, 'size': name, 'figures': figures[0]})
    return rows


def line(rows):
    done = [r['figures'] for r in rows if r['figures']]
    if not done:
        return {'pairs': str(len(rows)), 'fused %': '0', 'whole': '', 'inner': '', 'nearer, whole %': '', 'sharpness median': ''}
    summary = e.summary(done, len(rows))
    return {'pairs': str(len(rows)), 'fused %': f'{100 * len(done) / len(rows):.0f}', **{k: summary[k] for k in ('whole', 'inner', 'nearer, whole %', 'sharpness median')}}


def table(rows):
    full = [r for r in rows if r['size'] == 'as it is']
    out = {'all': line(full)}
    for key, groups in (('tone', TONES), ('gap', GAPS), ('yaw', YAWS)):
        for name, low, high in groups:
            members = [r for r in full if low <= r[key] < high]
            if members:
                out[name] = line(members)
    for name, factor in SIZES[1:]:
        out[f'target shrunk to a {name}'] = line([r for r in rows if r['size'] == name])
    return out
