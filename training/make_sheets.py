"""Makes the pictures of docs/quality.md from the example pictures and a built mien: docs/images/regions.jpg, tone.jpg, light.jpg.

    /usr/bin/python3 training/make_sheets.py [regions tone light] [--program PROGRAM] [--output FOLDER]

Nobody is shown: people are those of examples/, glasses, fingers, strands and lamps are painted by mien_train with fixed seeds. Every fused
cell carries the visible mark, every file the metadata label of the results that it shows. light needs the training data's canonical mesh.
"""
import argparse
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mien_train import geometry as g, occluders
from mien_train.hard_light import lit_by_lamp
from mien_train.paint_glasses import paint_glasses
from mien_train.paths import MODELS, REPOSITORY
from mien_train.swap_evaluation import default_program

PEOPLE = {'young woman': ('source_1', 1), 'old man': ('source_2', 1), 'dark man': ('target_1', 1), 'dark-haired man': ('target_2', 1),
          'fair woman': ('target_2', 2), 'turned woman': ('target_3', 1)}      # file in examples/, number of the face from the left
SPAN = 1.7                      # side of a portrait, in sides of the face's box
GAP_PX, CAPTION_PX, TEXT_SCALE = 4, 20, 0.45
MOST_BYTES, MOST_PX = 350_000, 1400
XMP = b'http://ns.adobe.com/xap/1.0/\0'


@dataclass
class Face:
    image: np.ndarray           # BGR, square
    mesh: np.ndarray            # 478 x 3, its pixels


class Mien:
    """The built program, its models with and without those that see what covers a face, and a folder for its files."""

    def __init__(self, program, folder):
        self.program, self.folder, self.label = program, Path(folder), None
        self.bare = self.folder / 'without_regions'
        self.bare.mkdir()
        manifest = json.loads((MODELS / 'manifest.json').read_text())
        for name in ('parse', 'uncover'):
            del manifest['networks'][name]
        (self.bare / 'manifest.json').write_text(json.dumps(manifest))
        for file in MODELS.glob('*.*'):
            if file.name != 'manifest.json':
                (self.bare / file.name).symlink_to(file)

    def faces(self, image):
        """-> (box, mesh) of every face, from the left"""
        photo = self.folder / 'photo.png'
        cv2.imwrite(str(photo), image)
        found = json.loads(subprocess.run([self.program, '--models', str(MODELS), 'inspect', str(photo), '--json', '--mesh'], check=True, capture_output=True).stdout)['faces']
        return sorted(((np.array(f['box_px']), np.array(f['mesh_px'], np.float64)) for f in found), key=lambda f: f[0][0])

    def portrait(self, person, span=SPAN):
        """A square around one person of the examples. Cut before the fusion, so that the mark lies within."""
        file, number = PEOPLE[person]
        image = cv2.imread(str(REPOSITORY / 'examples' / f'{file}.jpg'))
        box, mesh = self.faces(image)[number - 1]
        side = min(*image.shape[:2], round(span * (box[2] - box[0])))
        x, y = (int(np.clip(round((box[i] + box[i + 2] - side) / 2), 0, image.shape[1 - i] - side)) for i in (0, 1))
        return Face(image[y:y + side, x:x + side].copy(), mesh - [x, y, 0])

    def swap(self, source, target, regions=True):
        """-> the target with the source's face, with its mark"""
        paths = [str(self.folder / name) for name in ('source.png', 'target.png', 'result.jpg')]
        for path, face in zip(paths, (source, target)):
            cv2.imwrite(path, face.image)
        subprocess.run([self.program, '--models', str(MODELS if regions else self.bare), 'swap', '-s', paths[0], '-t', paths[1], '-o', paths[2], '--face', 'largest',
                        '--quality', '98', '--overwrite', '--no-cache', '--i-have-consent'], check=True)
        self.label = xmp_segment(Path(paths[2]).read_bytes())
        return Face(cv2.imread(paths[2]), target.mesh)


def xmp_segment(jpeg):
    """The segment of a JPEG file that holds its label."""
    at = 2
    while jpeg[at + 1] != 0xDA:
        size = 2 + int.from_bytes(jpeg[at + 2:at + 4], 'big')
        if jpeg[at + 1] == 0xE1 and jpeg[at + 4:].startswith(XMP):
            return jpeg[at:at + size]
        at += size
    raise ValueError('the result has no label')


def painted(face, how, seed):
    """The same face behind glasses, fingers or hair."""
    rng = np.random.default_rng(seed)
    if how == 'glasses':
        return Face(paint_glasses(face.image, face.mesh, rng)[0], face.mesh)
    return Face(occluders.paste(occluders.Canvas(face.image, face.mesh, rng), [how])[0], face.mesh)


def caption(text, width):
    strip = np.full((CAPTION_PX, width, 3), 255, np.uint8)
    cv2.putText(strip, text, (2, CAPTION_PX - 6), cv2.FONT_HERSHEY_SIMPLEX, TEXT_SCALE, (30, 30, 30), 1, cv2.LINE_AA)
    return strip


def cell(image, size):
    shrinks = image.shape[0] > size
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def row(images, size, labels):
    """Cells side by side, each below its label (a whole row's: labels is one text)."""
    gap = np.full((size, GAP_PX, 3), 255, np.uint8)
    line = np.hstack([part for image in images for part in (cell(image, size), gap)][:-1])
    if isinstance(labels, str):
        return np.vstack([caption(labels, line.shape[1]), line])
    head = np.hstack([caption(text, size + GAP_PX) for text in labels])
    return np.vstack([head[:, :line.shape[1]], line])


def write(path, rows, label):
    """The sheet as JPEG with the label of the results in it; coarser only if it is too large."""
    sheet = np.vstack(rows)
    if sheet.shape[1] > MOST_PX:
        raise ValueError(f'{path}: {sheet.shape[1]} pixels wide, at most {MOST_PX} are wanted')
    for quality in range(88, 60, -2):
        jpeg = cv2.imencode('.jpg', sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(jpeg) + len(label) <= MOST_BYTES:
            break
    after = 4 + int.from_bytes(jpeg[4:6], 'big')        # the JFIF segment stays first
    path.write_bytes(jpeg[:after] + label + jpeg[after:])
    print(f'{path}: {sheet.shape[1]} x {sheet.shape[0]}, quality {quality}, {path.stat().st_size} bytes')


# Source, target, which of them is covered, by what, in words, seed: chosen by the look of the covered photo, not of the result.
COVERED = (('old man', 'dark-haired man', 'target', 'glasses', 'painted glasses', 6),
           ('young woman', 'turned woman', 'target', 'fingers', 'painted fingers', 11),
           ('old man', 'young woman', 'target', 'hair', 'painted strands', 5),
           ('young woman', 'fair woman', 'source', 'glasses', 'painted glasses', 7),
           ('young woman', 'old man', 'source', 'hair', 'painted strands', 5))
ORDINARY = 'young woman', 'dark-haired man'
# Parts of them that are shown enlarged: name, the mesh's point in the middle, side in face widths.
PARTS = (('forehead', 10, 0.8), ('jaw line', 172, 0.7))


def enlarged(face, point, share, size, fused):
    """A square part of the picture; the mark, which lies elsewhere, is written on it again."""
    side = int(share * np.linalg.norm(face.mesh[454, :2] - face.mesh[234, :2]))
    x, y = (int(np.clip(v - side / 2, 0, len(face.image) - side)) for v in face.mesh[point, :2])
    part = cell(face.image[y:y + side, x:x + side], size)
    for colour, thickness in (((0, 0, 0), 5), ((255, 255, 255), 2)) if fused else ():
        cv2.putText(part, 'AI FUSED', (size - 108, size - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.65, colour, thickness, cv2.LINE_AA)
    return part


def regions_sheet(mien, size=280):
    rows = []
    for source, target, side, how, words, seed in COVERED:
        faces = {'source': mien.portrait(source), 'target': mien.portrait(target)}
        faces[side] = painted(faces[side], how, seed)
        s, t = faces['source'], faces['target']
        names = [f'{name}, {words}' if name == side else name for name in faces]
        rows.append(row([f.image for f in (s, t, mien.swap(s, t, regions=False), mien.swap(s, t))], size, names + ['result without regions', 'result']))
    s, t = map(mien.portrait, ORDINARY)
    shown = [(s, False), (t, False), (mien.swap(s, t, regions=False), True), (mien.swap(s, t), True)]
    for part, point, share in PARTS:
        names = [f'{part}: {name}' for name in ('source', 'target', 'result without regions', 'result')]
        rows.append(row([enlarged(face, point, share, size, fused) for face, fused in shown], size, names))
    return rows


def cheeks(face):
    """Median lightness L* (0..100) of the cheeks."""
    lab = cv2.cvtColor(face.image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    reach = max(2, int(0.04 * np.linalg.norm(face.mesh[454, :2] - face.mesh[234, :2])))
    spots = [lab[y - reach:y + reach, x - reach:x + reach, 0].ravel() for x, y in face.mesh[[50, 205, 280, 425], :2].round().astype(int)]
    return float(np.median(np.concatenate(spots)))


def tone_sheet(mien, size=440):
    faces = {person: mien.portrait(person) for person in PEOPLE}
    order = sorted(faces, key=lambda person: cheeks(faces[person]))
    for person in order:
        print(f'{person}: L* {cheeks(faces[person]):.0f}')
    rows = []
    for source, target in ((order[-1], order[0]), (order[0], order[-1])):
        s, t = faces[source], faces[target]
        result = mien.swap(s, t)
        rows.append(row([s.image, t.image, result.image], size,
                        [f'{what}, L* of the cheeks {cheeks(f):.0f}' for what, f in (('source', s), ('target', t), ('result', result))]))
    return rows


LAMPS, LIT_SPAN = (4, 33, 21, 18), 1.35                  # seeds, chosen for where the lamps stand; as SPAN
LIT = (('old man', 'dark-haired man'), ('young woman', 'fair woman'))


def lamp_words(seed):
    """Where lit_by_lamp puts the lamp of a seed: it draws this first."""
    rng = np.random.default_rng(seed)
    azimuth, off = rng.uniform(0, 2 * np.pi), rng.uniform(25, 75)
    where = ('right', 'lower right', 'below', 'lower left', 'left', 'upper left', 'above', 'upper right')[round(azimuth / (np.pi / 4)) % 8]
    return f'lamp {where}, {off:.0f} degrees off'


def light_sheet(mien, size=268):
    rows = []
    for source, target in LIT:
        plain, onto = mien.portrait(source, LIT_SPAN), mien.portrait(target, LIT_SPAN)
        lit = [plain] + [Face(lit_by_lamp(plain.image, plain.mesh, np.random.default_rng(seed)), plain.mesh) for seed in LAMPS]
        rows.append(row([f.image for f in lit], size, ['source as it is'] + [lamp_words(seed) for seed in LAMPS]))
        results = [mien.swap(face, onto) for face in lit]
        rows.append(row([f.image for f in results], size, 'each fused onto the same target'))
    return rows


SHEETS = {'regions': regions_sheet, 'tone': tone_sheet, 'light': light_sheet}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('sheets', nargs='*', help=f"of {', '.join(SHEETS)}; default: all")
    parser.add_argument('--program', default=str(default_program()))
    parser.add_argument('--output', type=Path, default=REPOSITORY / 'docs' / 'images')
    options = parser.parse_args()
    for name in set(options.sheets) - set(SHEETS):
        parser.error(f"no sheet is called {name}; there are {', '.join(SHEETS)}")
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.sheets or SHEETS:
        with tempfile.TemporaryDirectory() as folder:
            mien = Mien(options.program, folder)
            rows = SHEETS[name](mien)
            write(options.output / f'{name}.jpg', rows, mien.label)


if __name__ == '__main__':
    main()
