"""What becomes of things in front of the target's face: occluders with exact masks pasted on held-out photos, fused by the real command."""
import cv2
import numpy as np

from . import dataset, occluders
from .mesh_task import SETS

KEPT_LEVELS = 8             # a pixel that changes by no more than this is kept
AT_STAKE_LEVELS = 24        # a pixel that the fusion changes by more than this without the occluder shows whether it was kept


def cases(count=60, seed=64, kinds=None):
    """-> list of (kind, source, target, target with occluder, alpha)."""
    images, meshes, photos = dataset.level_crops(SETS, 'val')
    negatives, rng, out = dataset.read_negatives('val'), np.random.default_rng(seed), []
    kinds = list(kinds or occluders.PAINTERS)
    while len(out) < count:
        i, j = rng.integers(len(images), size=2)
        if photos[i].cluster == photos[j].cluster:
            continue
        kind = kinds[len(out) % len(kinds)]
        canvas = occluders.Canvas(images[i], meshes[i].astype(np.float64), rng, negatives[rng.integers(len(negatives))])
        covered, alpha, _ = occluders.paste(canvas, [kind])
        out.append((kind, images[j], images[i], covered, alpha))
    return out


def largest_change(a, b):
    return np.abs(a.astype(int) - b).max(2)


def measure(method, count=60):
    """method(source, target) -> BGR or None. -> rows (kind, share of occluder pixels kept, share of visible face pixels falsely kept; both None
    where the method declined because too much is covered), pictures."""
    rows, pictures = [], []
    for kind, source, target, covered, alpha in cases(count):
        clean, out = method(source, target), method(source, covered)
        if clean is None:
            continue
        change = largest_change(clean, target)
        if out is None:
            rows.append((kind, None, None))
            continue
        kept = largest_change(out, covered) <= KEPT_LEVELS
        occluder, face = (alpha > 0.9) & (change > 0), (cv2.dilate(alpha, np.ones((5, 5))) < 0.02) & (change > AT_STAKE_LEVELS)
        if occluder.sum() < 50:
            continue                     # it lies beside the face
        rows.append((kind, kept[occluder].mean(), kept[face].mean() if face.any() else 0.0))
        pictures.append(np.hstack([source, covered, out, clean]))
    return rows, pictures


def table(rows):
    """-> dict of kind -> texts; the last row is over all."""
    out = {}
    for kind in [*dict.fromkeys(r[0] for r in rows), 'all']:
        mine = [r for r in rows if kind in ('all', r[0])]
        fused = [r for r in mine if r[1] is not None]
        mean = lambda k: f'{100 * np.mean([r[k] for r in fused]):.1f}' if fused else '-'
        note = ' (never trained on)' if kind in occluders.HELD_OUT else ''
        out[kind + note] = {'pictures': str(len(mine)), 'declined': str(len(mine) - len(fused)), 'occluder kept %': mean(1), 'face falsely kept %': mean(2)}
    return out
