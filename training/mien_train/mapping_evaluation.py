"""Who gets whom: pictures of several people, references that are altered copies of three of their faces, shuffled sources.

A face is right when it got the source of its own reference, or, when nobody referred to it, none. The references are cut from the same
picture, mirrored, made smaller, lighter or darker and compressed again: second photos of these people there are none.
"""
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from .paths import REPOSITORY, SHARED

SOURCES = ('source_1.jpg', 'source_2.jpg', 'target_1.jpg')
PICTURES = SHARED / 'testdata' / 'several'
SPAN, ROUNDS = 1.9, 3


def reference(image, box, rng):
    """An altered copy of the face in box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = box
    side, cx, cy = SPAN * max(x1 - x0, y1 - y0), (x0 + x1) / 2, (y0 + y1) / 2
    out = int(np.clip(0.7 * side, 192, 400))
    k = out / side
    crop = cv2.warpAffine(image, np.array([[k, 0, out / 2 - k * cx], [0, k, out / 2 - k * cy]]), (out, out), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    crop = np.clip(255 * (crop[:, ::-1] / 255.0) ** rng.uniform(0.6, 1.6), 0, 255).astype(np.uint8)
    return cv2.imdecode(cv2.imencode('.jpg', crop, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_COLOR)


def run_json(*words):
    out = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    return json.loads(out.stdout) if out.returncode == 0 else None


def measure(program, seed=7):
    """-> rows: picture, faces, faces that got whom they should, of how many; over ROUNDS shufflings."""
    rng, rows, folder = np.random.default_rng(seed), {}, Path(tempfile.mkdtemp(prefix='mien-map-'))
    for path in sorted(PICTURES.iterdir()):
        image, found = cv2.imread(str(path)), run_json(program, 'faces', path, '--json')
        faces = [f for f in found['faces'] if f['usable']] if found else []
        right = total = refused = 0
        for _ in range(ROUNDS if len(faces) > 1 else 0):
            chosen = rng.permutation(len(faces))[:len(SOURCES)]
            words, wanted = [], {}
            for source, i in zip(rng.permutation(SOURCES), chosen):
                file = folder / f'reference{i}.png'
                cv2.imwrite(str(file), reference(image, faces[i]['box_px'], rng))
                words += ['--map', f"{REPOSITORY / 'examples' / source}={file}"]
                wanted[faces[i]['number']] = source
            report = run_json(program, 'swap', *words, '-t', path, '-o', folder / 'out.png', '--overwrite', '--i-have-consent', '--json')
            for face in report['faces'] if report else []:
                got = Path(face['source']).name if face.get('fused') else None
                right += got == wanted.get(face['number'])
                total += 1
            refused += report is None
        rows[path.name] = {'usable faces': str(len(faces)), 'right': f'{right}/{total}', 'rounds refused (a reference shows no face)': f'{refused}/{ROUNDS if len(faces) > 1 else 0}'}
    return rows
