#!/usr/bin/python3
"""Makes the README's picture, source | target | result, from the example pictures and a built mien:  make_picture.py [PROGRAM]

Results carry the visible mark, the file their metadata label.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from make_sheets import xmp_segment
from mien_train.paths import REPOSITORY
from mien_train.swap_evaluation import default_program

ROWS = (('source_1.jpg', 'target_1.jpg'), ('source_2.jpg', 'target_3.jpg'))
HEIGHT_PX, GAP_PX = 300, 6
OUTPUT = REPOSITORY / 'docs' / 'images' / 'first-light.jpg'


def square(image):
    """The upper middle, where the face is. Cut before the fusion, so that the mark lies within."""
    side = min(image.shape[:2])
    x = (image.shape[1] - side) // 2
    return image[:side, x:x + side]


def cell(image):
    return cv2.resize(image, (HEIGHT_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(default_program())
    examples, rows = REPOSITORY / 'examples', []
    with tempfile.TemporaryDirectory() as folder:
        for source, target in ROWS:
            target_cut, result = Path(folder) / 'target.png', Path(folder) / 'result.jpg'
            cv2.imwrite(str(target_cut), square(cv2.imread(str(examples / target))))
            subprocess.run([program, 'swap', '-s', str(examples / source), '-t', str(target_cut), '-o', str(result), '--quality', '98', '--overwrite', '--i-have-consent'], check=True)
            label = xmp_segment(result.read_bytes())
            cells = [cell(square(cv2.imread(str(examples / source)))), *(cell(cv2.imread(str(path))) for path in (target_cut, result))]
            gap = np.full((HEIGHT_PX, GAP_PX, 3), 255, np.uint8)
            rows.append(np.hstack([cells[0], gap, cells[1], gap, cells[2]]))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    gap = np.full((GAP_PX, rows[0].shape[1], 3), 255, np.uint8)
    jpeg = cv2.imencode('.jpg', np.vstack([rows[0], gap, rows[1]]), [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
    OUTPUT.write_bytes(jpeg[:2] + label + jpeg[2:])
    print(OUTPUT)


if __name__ == '__main__':
    main()
