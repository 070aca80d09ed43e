#!/usr/bin/python3
"""Makes the README's picture, source | target | result, from the example pictures and a built mien:  make_picture.py [PROGRAM]"""
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from mien_train.paths import REPOSITORY
from mien_train.swap_evaluation import default_program

ROWS = (('source_1.jpg', 'target_1.jpg'), ('source_2.jpg', 'target_3.jpg'))
HEIGHT_PX, GAP_PX = 300, 6
OUTPUT = REPOSITORY / 'docs' / 'images' / 'first-light.jpg'


def square(image):
    """The upper middle, where the face is."""
    side = min(image.shape[:2])
    x = (image.shape[1] - side) // 2
    return cv2.resize(image[:side, x:x + side], (HEIGHT_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(default_program())
    examples, rows = REPOSITORY / 'examples', []
    with tempfile.TemporaryDirectory() as folder:
        for source, target in ROWS:
            result = Path(folder) / 'result.png'
            subprocess.run([program, 'swap', '-s', str(examples / source), '-t', str(examples / target), '-o', str(result), '--overwrite', '--i-have-consent'], check=True)
            cells = [square(cv2.imread(str(path))) for path in (examples / source, examples / target)]
            cells.append(square(cv2.imread(str(result))))
            gap = np.full((HEIGHT_PX, GAP_PX, 3), 255, np.uint8)
            rows.append(np.hstack([cells[0], gap, cells[1], gap, cells[2]]))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    gap = np.full((GAP_PX, rows[0].shape[1], 3), 255, np.uint8)
    cv2.imwrite(str(OUTPUT), np.vstack([rows[0], gap, rows[1]]), [cv2.IMWRITE_JPEG_QUALITY, 88])
    print(OUTPUT)


if __name__ == '__main__':
    main()
