"""Where the face ends below the mouth, along the outline of the target's mesh: the region network's skin, and what a swap changed.

All distances in face widths, positive outside of the mesh.
"""
import cv2
import numpy as np
import torch

from . import geometry as g
from .models.parse import CROP_SPAN

SIZE = 192                      # of the region network's crop
CHANGED = 3                     # grey levels
STEPS = np.linspace(-0.12, 0.25, 75)
MOUTH, NOSE_TIP, TOP, CHIN = 0, 4, 10, 152
SKIN = 1


def jaw_lines(mesh):
    """-> n x steps x 2: places along lines from inside to outside of the mesh, through its outline below the upper lip"""
    width = np.linalg.norm(mesh[454, :2] - mesh[234, :2])
    down = (mesh[CHIN] - mesh[TOP])[:2]
    outline = mesh[[i for i in g.OVAL if (mesh[i, :2] - mesh[MOUTH, :2]) @ down > 0], :2]
    away = outline - mesh[NOSE_TIP, :2]
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    return outline[:, None] + STEPS[:, None] * width * away[:, None]


def along(picture, lines):
    p = lines.astype(np.float32)
    return cv2.remap(picture, p[..., 0], p[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def last_above(values, limit):
    """Per line: the last step at which the value is above the limit, counted from inside without a gap."""
    inside = np.logical_and.accumulate(values > limit, 1)
    return STEPS[np.maximum(inside.sum(1) - 1, 0)]


def skin_of(net, image, mesh):
    """-> the region network's probability of skin, as a picture of SIZE, and the mesh in its pixels"""
    centre, side, roll = g.level_box(mesh)
    matrix = g.crop_from_image(centre, side * CROP_SPAN, roll, SIZE)
    crop = cv2.warpAffine(image, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    x = torch.from_numpy(((crop[..., ::-1].astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1).copy())[None]
    with torch.no_grad():
        skin = torch.softmax(net(x), 1)[0, SKIN].numpy()
    return cv2.resize(skin, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR), g.apply(matrix, mesh)


def measure(net, run, pairs):
    """-> rows of a table: percentiles over all lines of all pairs"""
    skin, changed = [], []
    for pair in pairs:
        result = run(pair.source.image, pair.target.image)
        if result is None:
            continue
        shown, mesh = skin_of(net, pair.target.image, pair.target.mesh)
        skin.append(last_above(along(shown, jaw_lines(mesh)), 0.5))
        difference = cv2.GaussianBlur(np.abs(result.astype(np.float32) - pair.target.image).max(2), (0, 0), 1.0)
        seen = along(difference, jaw_lines(pair.target.mesh))
        changed.append(last_above(np.maximum.accumulate(seen[:, ::-1], 1)[:, ::-1], CHANGED))      # the last change counts, whatever lies before it
    rows = {'skin ends, by the regions': np.concatenate(skin), 'what the swap changed ends': np.concatenate(changed)}
    return {name: {f'{p} %': f'{np.percentile(v, p):.3f}' for p in (5, 25, 50, 75, 95)} for name, v in rows.items()}
