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
MOST_ENLARGED = 1.5                      # of photos for larger crops
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


def level_crops(sets, split, size=LEVEL_SIZE):
    """-> images n x size x size x 3 BGR uint8, meshes n x 478 x 3 (crop pixels), photos. Eyes level, LEVEL_SPAN boxes wide; cached."""
    photos = photos_for(sets, split, size)
    CACHE.mkdir(parents=True, exist_ok=True)
    pixels, meshes = level_files(sets, split, size)
    if pixels.exists() and len(np.load(meshes, mmap_mode='r')) == len(photos):
        return np.load(pixels), np.load(meshes), photos
    images = np.zeros((len(photos), size, size, 3), np.uint8)
    for set_name in sets:
        originals = read_images(set_name)
        for i, photo in enumerate(photos):
            if photo.set == set_name:
                matrix, shrink, image = level_matrix(photo, size), level_box_side(photo) * LEVEL_SPAN / size, originals[photo.name]
                if shrink > 1.5:
                    image = cv2.GaussianBlur(image, (0, 0), 0.35 * shrink)
                images[i] = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    points = level_meshes(photos, size)
    np.save(pixels, images)
    np.save(meshes, points)
    return images, points, photos


def level_box_side(photo):
    return geometry.level_box(photo.mesh)[1]


def level_matrix(photo, size):
    centre, side, roll = geometry.level_box(photo.mesh)
    return geometry.crop_from_image(centre, side * LEVEL_SPAN, roll, size)


def level_meshes(photos, size=LEVEL_SIZE):
    return np.stack([geometry.apply(level_matrix(p, size), p.mesh) for p in photos]).astype(np.float32)


def level_files(sets, split, size=LEVEL_SIZE):
    """-> where level_crops keeps pixels and meshes"""
    stem = CACHE / f"level_{'-'.join(sets)}_{split}{'' if size == LEVEL_SIZE else f'_{size}'}"
    return stem.with_suffix('.pixels.npy'), stem.with_suffix('.meshes.npy')


def photos_for(sets, split, size):
    """Photos whose level crops are that large without being enlarged much; of the largest set of generated faces every fourth then."""
    photos = read_photos(sets, split)
    if size == LEVEL_SIZE:
        return photos
    least = size / LEVEL_SPAN / MOST_ENLARGED
    large = [p for p in photos if level_box_side(p) >= least]
    return [p for i, p in enumerate(large) if p.set != 'synth512' or i % 4 == 0]
