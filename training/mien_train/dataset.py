"""The labelled face photos: reading tars, labels and the split; level crops kept in a cache.

Licence gate: only the sets named in LICENCES can be loaded, so a set without a stated licence never trains a weight.
"""
import csv
import tarfile
from dataclasses import dataclass

import cv2
import numpy as np

from . import geometry
from .paths import CACHE, DATA, require_data

LICENCES = {
    'free': 'public domain, CC BY 3.0 / Open Parliament Licence, CC0 (see data/README.md)',
    'id': 'public domain, CC BY 3.0 / Open Parliament Licence',
    'synth512': 'AI-generated faces, no person shown',
    'synth256': 'AI-generated faces, no person shown',
    'hires': 'AI-generated faces, no person shown',
    'negatives': 'Caltech-101 object classes, CC BY 4.0',
}
REAL_SETS = ('free', 'id')
MAX_DISAGREEMENT = 0.03
LEVEL_SIZE, LEVEL_SPAN = 288, 2.1        # crop size in pixels, and how many level boxes it shows
# Something like a face is in these.
BAD_NEGATIVES = ('Motorbikes_0144', 'anchor_0033', 'dalmatian_0011', 'dollar_bill_0047')


@dataclass
class Photo:
    set: str
    name: str
    split: str
    cluster: int
    mesh: np.ndarray            # 478 x 3, pixels of the photo
    disagreement: float

    @property
    def real(self):
        return self.set in REAL_SETS


def check_licence(name):
    if name not in LICENCES:
        raise ValueError(f"data set '{name}' has no entry in LICENCES (known: {', '.join(LICENCES)}); state its licence before training on it")


def read_split():
    with open(DATA / 'split.csv', newline='') as f:
        return {(r['set'], r['file']): (int(r['cluster']), r['split']) for r in csv.DictReader(f)}


def read_photos(sets, split):
    """Labelled photos of the named sets that belong to split ('train' or 'val'); uncertain labels are left out."""
    require_data()
    rows, photos = read_split(), []
    for name in sets:
        check_licence(name)
        z = np.load(DATA / 'labels' / f'{name}.npz')
        for file, mesh, disagreement in zip(z['name'], z['mesh'], z['disagree']):
            cluster, part = rows[name, str(file)]
            if part == split and disagreement < MAX_DISAGREEMENT:
                photos.append(Photo(name, str(file), part, cluster, mesh.astype(np.float32) / 32, float(disagreement)))
    return photos


def read_images(set_name, names=None):
    """-> dict name -> BGR uint8."""
    check_licence(set_name)
    wanted = None if names is None else set(names)
    path = DATA / 'negatives.tar' if set_name == 'negatives' else DATA / 'faces' / f'{set_name}.tar'
    images = {}
    with tarfile.open(path) as tar:
        for member in tar:
            key = member.name.split('/')[-1] if set_name != 'negatives' else member.name
            if member.isfile() and (wanted is None or key in wanted):
                image = cv2.imdecode(np.frombuffer(tar.extractfile(member).read(), np.uint8), cv2.IMREAD_COLOR)
                if image is not None:
                    images[key] = image
    return images


def read_negatives(split):
    """Photos without people, BGR; every seventh is held out."""
    images = read_images('negatives')
    good = [k for k in sorted(images) if not any(b in k for b in BAD_NEGATIVES)]
    return [images[k] for i, k in enumerate(good) if (i % 7 == 0) == (split == 'val')]


def level_crops(sets, split):
    """-> images n x 288 x 288 x 3 BGR uint8, meshes n x 478 x 3 (crop pixels), photos. Eyes level, LEVEL_SPAN boxes wide; cached."""
    photos = read_photos(sets, split)
    CACHE.mkdir(parents=True, exist_ok=True)
    stem = CACHE / f"level_{'-'.join(sets)}_{split}"
    pixels, meshes = stem.with_suffix('.pixels.npy'), stem.with_suffix('.meshes.npy')
    if pixels.exists() and len(np.load(meshes, mmap_mode='r')) == len(photos):
        return np.load(pixels), np.load(meshes), photos
    images = np.zeros((len(photos), LEVEL_SIZE, LEVEL_SIZE, 3), np.uint8)
    points = np.zeros((len(photos), geometry.POINT_COUNT, 3), np.float32)
    for set_name in sets:
        originals = read_images(set_name)
        for i, photo in enumerate(photos):
            if photo.set == set_name:
                centre, side, roll = geometry.level_box(photo.mesh)
                matrix = geometry.crop_from_image(centre, side * LEVEL_SPAN, roll, LEVEL_SIZE)
                shrink = side * LEVEL_SPAN / LEVEL_SIZE
                image = originals[photo.name]
                if shrink > 1.5:
                    image = cv2.GaussianBlur(image, (0, 0), 0.35 * shrink)
                images[i] = cv2.warpAffine(image, matrix, (LEVEL_SIZE, LEVEL_SIZE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
                points[i] = geometry.apply(matrix, photo.mesh)
    np.save(pixels, images)
    np.save(meshes, points)
    return images, points, photos
