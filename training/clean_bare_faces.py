#!/usr/bin/python3
"""Finds the glasses that label_glasses.py misses (thin and rimless ones, generated people):  clean_bare_faces.py [train|val] [sheet.png]

Asks the uncover network as it ships and writes training/.cache/glasses_seen_SPLIT.npz: what share of the face's width squared looks like glasses in
each photo. train.py uncover leaves those people out: whoever wears glasses already has no bare face to show. The sheet shows photos around the limit.
"""
import sys

import cv2
import numpy as np
import torch

from mien_train import dataset, geometry as g
from mien_train.glasses_labels import RealGlasses, band_mask
from mien_train.mesh_task import SETS
from mien_train.models import uncover
from mien_train.models.uncover import CROP_SPAN, SIZE
from mien_train.shipped_weights import load_shipped
from mien_train.uncover_samples import network_input
from mien_train.uncover_task import BARE_BELOW


def look(image, mesh):
    """-> crop, mesh in it"""
    mesh = mesh.astype(np.float64)
    centre, side, roll = g.level_box(mesh)
    matrix = g.crop_from_image(centre, side * CROP_SPAN, roll, SIZE)
    return cv2.warpAffine(image, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), g.apply(matrix, mesh)


@torch.no_grad()
def area_seen(model, image, mesh):
    crop, mesh = look(image, mesh)
    answer = model(torch.from_numpy(network_input(crop, mesh, np.zeros((SIZE, SIZE), np.float32)))[None])
    seen = (uncover.glasses(answer)[0, 0].numpy() > 0.5) & band_mask(mesh, SIZE)
    return seen.sum() / np.square(mesh[454, :2] - mesh[234, :2]).sum()


def write_sheet(path, images, meshes, area, columns=14, rows=8):
    order = np.argsort(area)
    first = max(0, int(np.searchsorted(area[order], BARE_BELOW)) - columns * rows // 2)
    tiles = []
    for i in order[first:first + columns * rows]:
        tile = cv2.resize(look(images[i], meshes[i])[0], (112, 112))
        cv2.putText(tile, f'{area[i]:.3f}', (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 255, 0))
        tiles.append(tile)
    cv2.imwrite(path, np.vstack([np.hstack(tiles[k:k + columns]) for k in range(0, len(tiles) // columns * columns, columns)]))


def main(words):
    split = words[0] if words else 'train'
    images, meshes, photos = dataset.level_crops(SETS, split)
    model = load_shipped(uncover.UncoverNet(), 'uncover', (1, uncover.INPUTS, SIZE, SIZE)).eval()
    area = np.array([area_seen(model, image, mesh) for image, mesh in zip(images, meshes)], np.float32)
    np.savez(RealGlasses.seen_path(split), area=area, name=np.array([f'{p.set}/{p.name}' for p in photos]))
    print(f'{split}: {(area >= BARE_BELOW).sum()} of {len(area)} photos look like somebody with glasses')
    if len(words) > 1:
        write_sheet(words[1], images, meshes, area)


if __name__ == '__main__':
    main(sys.argv[1:])
