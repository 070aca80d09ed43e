"""Faces found in photos that are turned in their plane: testdata/single, every photo with one face."""
import json
import subprocess
import tempfile
from pathlib import Path

import cv2

from .paths import TESTDATA

DEGREES = (0, 20, -20, 40, -40)


def turned(image, degrees):
    """About its middle, nothing cut off; edge pixels beside it."""
    height, width = image.shape[:2]
    side = int((height ** 2 + width ** 2) ** 0.5) + 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def measure(program):
    """-> rows for print_table: per angle photos, those in which exactly one face was found, in which more were"""
    photos = [cv2.imread(str(p)) for p in sorted((TESTDATA / 'single').glob('*.*')) if p.suffix in ('.jpg', '.png')]
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'turned.png'
        for degrees in DEGREES:
            counts = []
            for photo in photos:
                cv2.imwrite(str(file), turned(photo, degrees))
                done = subprocess.run([str(program), 'faces', str(file), '--json'], capture_output=True, text=True)
                counts.append(len(json.loads(done.stdout)['faces']) if done.stdout else 0)
            rows[f'{degrees:+d} degrees'] = {'photos': str(len(counts)), 'one face found': str(counts.count(1)), 'more': str(sum(c > 1 for c in counts))}
    return rows
