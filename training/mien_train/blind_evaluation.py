"""The blind check: results and untouched photos of other people, shuffled, judged as real or fused from the picture alone.

`make` writes numbered sheets and, into a folder of its own, the key; whoever judges looks at the sheets only. `confusion` compares.
Any two people make a pair there. `candidates` shows sources and targets before anything was fused, so that those can be chosen whom a user
would choose for each other (a woman for a woman, about the same age).
"""
import json
from pathlib import Path

import cv2
import numpy as np

from . import geometry as g, swap_evaluation as e

CELL, COLUMNS, PER_SHEET, LABEL = 256, 4, 12, 22      # pixels; pictures a row; pictures a sheet; pixels for the number
JPEG_QUALITY = 92
CANDIDATES = 48


def crop(image, mesh):
    """The face and what is around it, as a JPEG shows it."""
    centre, side, _ = g.level_box(mesh)
    out = cv2.warpAffine(image, g.crop_from_image(centre, side * 1.5, 0.0, CELL), (CELL, CELL), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return cv2.imdecode(cv2.imencode('.jpg', out, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1], cv2.IMREAD_COLOR)


def make(run, count, seed, folder, chosen=None):
    """run: see swap_evaluation.product. count results and count untouched targets of other pairs; chosen: numbers of pairs, as `candidates`
    shows them (default: any). -> paths of the sheets"""
    rng = np.random.default_rng(seed)
    if chosen:
        pairs = e.held_out_pairs(max(chosen) + 1 + CANDIDATES, seed=seed)
        fused, real = [pairs[i] for i in chosen], [p for i, p in enumerate(pairs) if i not in chosen]
    else:
        pairs = e.held_out_pairs(2 * count + 8, seed=seed)
        fused, real = pairs[:count + 4], pairs[count + 4:]
    items = []
    for pair in fused:
        result = run(pair.source.image, pair.target.image)
        if result is not None and len(items) < count:
            items.append((crop(result, pair.target.mesh), True))
    seen = {pair.target.name for pair in fused}
    real = [pair for pair in real if pair.target.name not in seen][-len(items):]
    items += [(crop(pair.target.image, pair.target.mesh), False) for pair in real]
    items = [items[i] for i in rng.permutation(len(items))]
    folder = Path(folder)
    (folder / 'key').mkdir(parents=True, exist_ok=True)
    (folder / 'key' / 'key.json').write_text(json.dumps(['fused' if is_fused else 'real' for _, is_fused in items]))
    return write_sheets([picture for picture, _ in items], folder, 'sheet')


def candidates(seed, folder, count=None):
    """-> paths of sheets of numbered pairs, source | target, nothing fused"""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pairs = e.held_out_pairs(count or CANDIDATES, seed=seed)
    return write_sheets([np.hstack([crop(p.source.image, p.source.mesh), crop(p.target.image, p.target.mesh)]) for p in pairs], folder, 'candidates', first=0)


def write_sheets(pictures, folder, name, first=1):
    """Numbered from `first` on. -> paths"""
    paths = []
    for start in range(0, len(pictures), PER_SHEET):
        cells = []
        for number, picture in enumerate(pictures[start:start + PER_SHEET], start + first):
            label = np.full((LABEL, picture.shape[1], 3), 30, np.uint8)
            cv2.putText(label, str(number), (6, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
            cells.append(np.vstack([label, picture]))
        cells += [np.zeros_like(cells[0])] * (-len(cells) % COLUMNS)
        paths.append(folder / f'{name}_{start // PER_SHEET + 1}.png')
        cv2.imwrite(str(paths[-1]), np.vstack([np.hstack(cells[k:k + COLUMNS]) for k in range(0, len(cells), COLUMNS)]))
    return paths


def confusion(folder, judged_fused):
    """judged_fused: numbers of the pictures that were judged to be fused. -> counts by (truth, judgement), share that is right"""
    key = json.loads((Path(folder) / 'key' / 'key.json').read_text())
    unknown = set(judged_fused) - set(range(1, len(key) + 1))
    if unknown:
        raise ValueError(f'there are pictures 1 to {len(key)}, not {sorted(unknown)}')
    counts = {(truth, said): 0 for truth in ('fused', 'real') for said in ('fused', 'real')}
    for number, truth in enumerate(key, 1):
        counts[truth, 'fused' if number in judged_fused else 'real'] += 1
    return counts, (counts['fused', 'fused'] + counts['real', 'real']) / len(key)
