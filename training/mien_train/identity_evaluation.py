"""How well the recogniser tells people apart, and how little light and pose move it.

Pairs come from the set `id`: the people of split `val`, and, since these are few, about 400 photos of split `train` that the recogniser's
training leaves out.
"""
import cv2
import numpy as np
import torch

from . import dataset, geometry as g
from .models.identity import CROP_SIZE, MEAN, STD, TEMPLATE
from .photometric import colour_and_light, degrade
from .repose import Reposer, Turn

TEMPLATE_PX = np.array(TEMPLATE) * CROP_SIZE - 0.5
MOST_YAW_DEG, MOST_PITCH_DEG = 30, 12
MEASURED_TRAIN_PHOTOS = 400


def aligned(image, points):
    m = g.similarity_transform(points, TEMPLATE_PX)
    return cv2.warpAffine(image, m, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def embeddings(net, crops):
    """crops: BGR uint8 -> n x 256 of length 1."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
    out = []
    for start in range(0, len(crops), 32):
        x = torch.from_numpy(np.stack(crops[start:start + 32])[..., ::-1].copy()).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            out.append(torch.nn.functional.normalize(net((x - mean) / std)).numpy())
    return np.concatenate(out)


def pair_figures(vectors, people):
    """All pairs of the photos: AUC, true accepts at one false accept in a hundred, mean cosines."""
    cosine, same = vectors @ vectors.T, people[:, None] == people[None]
    upper = np.triu_indices(len(people), 1)
    cosine, same = cosine[upper], same[upper]
    positive, negative = cosine[same], np.sort(cosine[~same])
    auc = np.searchsorted(negative, positive).mean() / len(negative)
    at_one_percent = negative[int(len(negative) * 0.99)]
    return {'pairs of one person': len(positive), 'pairs of two people': len(negative), 'AUC': auc, 'TAR at FAR 1e-2': (positive > at_one_percent).mean(),
            'threshold there': at_one_percent, 'FAR at 0.35': (negative > 0.35).mean(), 'TAR at 0.35': (positive > 0.35).mean(),
            'mean cosine, one person': positive.mean(), 'mean cosine, two people': negative.mean()}


def changed_views(reposer, image, mesh, rng):
    """The same face in other light, turned, and both; each with the five points of its mesh."""
    turn = Turn(np.radians(rng.uniform(-MOST_YAW_DEG, MOST_YAW_DEG)), np.radians(rng.uniform(-MOST_PITCH_DEG, MOST_PITCH_DEG)))
    extended = reposer.turned(reposer.extend(mesh), turn)
    map_x, map_y, _ = reposer.map_to(mesh, extended, image.shape[0])
    turned = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    light = lambda picture: degrade(colour_and_light(picture, rng), rng)
    points = lambda m: m[g.FIVE_POINTS, :2]
    return {'relit': aligned(light(image), points(mesh)), 're-posed': aligned(turned, points(extended)), 'relit and re-posed': aligned(light(turned), points(extended))}


def most_people(photos, count):
    """Photos of the people with several, person after person, about `count` of them."""
    people = {}
    for i, photo in enumerate(photos):
        people.setdefault(photo.cluster, []).append(i)
    several = [members for members in people.values() if len(members) > 1]
    np.random.default_rng(7).shuffle(several)
    chosen = []
    for members in several:
        if len(chosen) + len(members) <= count:
            chosen += members
    return chosen


def measured_train_photos():
    """-> {(set, name)} of split `train` that the recogniser must not be trained on."""
    photos = dataset.read_photos(['id'], 'train')
    return {(photos[i].set, photos[i].name) for i in most_people(photos, MEASURED_TRAIN_PHOTOS)}


def evaluate(net, seed=3):
    """-> table name -> figures."""
    rng, tables, reposer = np.random.default_rng(seed), {}, Reposer()
    for name, split, limit in (('split val', 'val', 10_000), ('split train, left out of training', 'train', MEASURED_TRAIN_PHOTOS)):
        images, meshes, photos = dataset.level_crops(['id'], split)
        chosen = list(range(len(photos))) if split == 'val' else most_people(photos, limit)
        vectors = embeddings(net, [aligned(images[i], meshes[i][g.FIVE_POINTS, :2]) for i in chosen])
        tables[name] = pair_figures(vectors, np.array([photos[i].cluster for i in chosen]))
        if split == 'val':
            views = [changed_views(reposer, images[i], meshes[i].astype(np.float64), rng) for i in chosen]
            for kind in views[0]:
                tables[name][f'mean cosine with itself {kind}'] = (vectors * embeddings(net, [v[kind] for v in views])).sum(1).mean()
    return tables
