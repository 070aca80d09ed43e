#!/usr/bin/python3
"""Finds real glasses with a region network:  label_glasses.py weights.npz [train|val] [sheet.png]

Writes training/.cache/glasses_SPLIT.npz (wearer_score per photo, and where the glasses are) for train.py parse
real_glasses=found. The sheet shows photos from the least to the most likely wearer.
"""
import sys

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from mien_train import dataset, geometry as g
from mien_train.glasses_labels import NONE_BELOW, SURE_ABOVE, RealGlasses, wearer_score
from mien_train.loop import load_weights
from mien_train.mesh_task import SETS, to_tensor
from mien_train.models.parse import CROP_SPAN, ParseNet
from mien_train.region_labels import OCCLUDER

SIZE = 192      # of the network's crop, and of what is kept over the level crop


@torch.no_grad()
def occluder_probability(model, crops):
    """Mean of the network's looks at a crop and at its mirror image. -> n x SIZE x SIZE, 0..1"""
    x = to_tensor(crops)
    p = 0
    for flip in (False, True):
        logits = F.interpolate(model(x.flip(3) if flip else x), size=(SIZE, SIZE), mode='bilinear', align_corners=False)
        q = torch.softmax(logits, 1)[:, OCCLUDER]
        p = p + 0.5 * (q.flip(2) if flip else q)
    return p.numpy()


def find(model, images, meshes, real):
    score, soft = np.zeros(len(images), np.float32), np.zeros((len(images), SIZE, SIZE), np.uint8)
    for i in np.flatnonzero(real):
        mesh = meshes[i].astype(np.float64)
        centre, side, roll = g.level_box(mesh)
        matrix = g.crop_from_image(centre, side * CROP_SPAN, roll, SIZE)
        crop = cv2.warpAffine(images[i], matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        p = occluder_probability(model, [crop])[0]
        score[i] = wearer_score(g.apply(matrix, mesh), p)
        k = SIZE / images.shape[1]
        back = g.compose(matrix, np.array([[1 / k, 0, 0.5 / k - 0.5], [0, 1 / k, 0.5 / k - 0.5]]))
        soft[i] = np.round(255 * cv2.warpAffine(p, back, (SIZE, SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP))
    return score, soft


def write_sheet(path, images, real, score, soft, columns=16, rows=12):
    order = np.flatnonzero(real)[np.argsort(score[real])]
    chosen = order[np.linspace(0, len(order) - 1, columns * rows).astype(int)]
    tiles = []
    for i in chosen:
        size = images.shape[1]
        view = images[i].astype(np.float32)
        p = cv2.resize(soft[i], (size, size)).astype(np.float32)[..., None] / 255
        view = view * (1 - 0.7 * p) + np.float32([0, 0, 255]) * 0.7 * p
        tile = cv2.resize(view[size // 5:-size // 5, size // 5:-size // 5], (112, 112))
        cv2.putText(tile, f'{score[i]:.3f}', (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 255, 0))
        tiles.append(tile)
    cv2.imwrite(path, np.vstack([np.hstack(tiles[k * columns:(k + 1) * columns]) for k in range(rows)]))


def main(words):
    if not words:
        sys.exit(__doc__)
    split = words[1] if len(words) > 1 else 'train'
    images, meshes, photos = dataset.level_crops(SETS, split)
    real = np.array([p.real for p in photos])
    score, soft = find(load_weights(ParseNet(), words[0]).eval(), images, meshes, real)
    np.savez_compressed(RealGlasses.path(split), score=score, soft=soft, name=np.array([f'{p.set}/{p.name}' for p in photos]))
    print(f'{real.sum()} real photos: {(score[real] < NONE_BELOW).sum()} without glasses, {(score[real] > SURE_ABOVE).sum()} with, the rest in doubt')
    if len(words) > 2:
        write_sheet(words[2], images, real, score, soft)


if __name__ == '__main__':
    main(sys.argv[1:])
