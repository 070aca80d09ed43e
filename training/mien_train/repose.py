"""New poses and expressions from one photo: its pixels on its own mesh, turned in 3D, with the background carried along.

The mesh covers the face only. Three rings of extra vertices continue it: two behind the face that turn with the head (temples,
ears, hair, neck), one far out that stays where it is.
"""
from dataclasses import dataclass

import cv2
import numpy as np

from . import geometry as g, native

UPPER_LIDS = [[246, 161, 160, 159, 158, 157, 173], [466, 388, 387, 386, 385, 384, 398]]
LOWER_LIDS = [[7, 163, 144, 145, 153, 154, 155], [249, 390, 373, 374, 380, 381, 382]]
# How far the rings lie outside the oval (1 = on it) and how far behind it (in face widths).
RING_SCALE, RING_DEPTH = (1.18, 1.55), (0.22, 0.5)
STATIC_SCALE, STATIC_DEPTH = 3.2, 3.0


def _rings():
    count = len(g.OVAL)
    rings = [np.array(g.OVAL)] + [np.arange(g.POINT_COUNT + k * count, g.POINT_COUNT + (k + 1) * count) for k in range(3)]
    triangles = []
    for inner, outer in zip(rings, rings[1:]):
        a, b = np.roll(inner, -1), np.roll(outer, -1)
        triangles += [np.stack([inner, outer, a], 1), np.stack([a, outer, b], 1)]
    return np.concatenate(triangles).astype(np.int32)


@dataclass
class Turn:
    """A rigid turn of the head (radians; y down: positive pitch looks down) and a perspective strength (0 = none)."""
    yaw: float = 0.0
    pitch: float = 0.0
    perspective: float = 0.0

    def rotation(self):
        cy, sy, cp, sp = np.cos(self.yaw), np.sin(self.yaw), np.cos(self.pitch), np.sin(self.pitch)
        return np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])


class Reposer:
    def __init__(self):
        self.face_triangles = g.canonical()[1]
        self.triangles = np.concatenate([self.face_triangles, _rings()])
        v = g.canonical()[0]
        below = np.clip((-3.35 - v[:, 1]) / 1.2, 0, 1)
        self.jaw_weight = np.concatenate([below, np.zeros(10)])
        lower_inner = [i for i in g.INNER_LIPS if i in (324, 318, 402, 317, 14, 87, 178, 88, 95)]
        self.jaw_weight[lower_inner] = 1.0
        self.jaw_weight[[i for i in g.INNER_LIPS if i not in lower_inner]] = 0.0

    @staticmethod
    def extend(mesh):
        """478 x 3 -> (478 + 108) x 3: the mesh and its rings."""
        oval = mesh[g.OVAL]
        centre = oval.mean(0)
        width = np.linalg.norm(mesh[454, :2] - mesh[234, :2])
        rings = []
        for scale, depth in zip(RING_SCALE + (STATIC_SCALE,), RING_DEPTH + (STATIC_DEPTH,)):
            ring = oval.copy()
            ring[:, :2] = centre[:2] + scale * (oval[:, :2] - centre[:2])
            ring[:, 2] = oval[:, 2] + depth * width
            rings.append(ring)
        return np.concatenate([mesh] + rings)

    @staticmethod
    def close_lids(mesh, shares):
        """Moves the upper lids onto the lower ones. shares: of the right and the left eye, 0..1. -> mesh"""
        mesh = mesh.copy()
        for upper, lower, t in zip(UPPER_LIDS, LOWER_LIDS, shares):
            mesh[upper] += t * (0.93 * (mesh[lower] - mesh[upper]))
            mesh[lower] -= t * 0.05 * (mesh[lower] - mesh[upper])
        return mesh

    def change_expression(self, mesh, rng, blink_share=0.35):
        """Random blink and open jaw, by rule. -> mesh, whether the mouth was opened"""
        mesh = mesh.copy()
        eye = g.eye_distance_px(mesh)
        if rng.random() < blink_share:
            both = rng.uniform(0.2, 1.0)
            mesh = self.close_lids(mesh, np.clip(both + rng.normal(0, 0.08, 2), 0, 1))
        opened = rng.random() < 0.3
        if opened:
            down = mesh[152] - mesh[10]
            drop = rng.uniform(0.05, 0.38) * eye
            mesh += self.jaw_weight[:, None] * drop * (down / np.linalg.norm(down))
        return mesh, opened

    def turned(self, extended, turn):
        """Turns all but the static ring about the head's middle."""
        out = extended.copy()
        moving = slice(0, len(extended) - len(g.OVAL))
        pivot = (extended[234] + extended[454]) / 2
        width = np.linalg.norm(extended[454, :2] - extended[234, :2])
        local = (extended[moving] - pivot) @ turn.rotation().T
        if turn.perspective:
            local[:, :2] /= np.maximum(0.5, 1 + turn.perspective * local[:, 2:] / width)
        out[moving] = local + pivot
        return out

    def visibility(self, mesh, depth):
        """Per vertex: 1 where the surface under it is the nearest one (tolerance 4 % of the face width)."""
        height, width = depth.shape
        tolerance = 0.04 * np.linalg.norm(mesh[454, :2] - mesh[234, :2])
        p = np.round(mesh[:468, :2]).astype(int)
        inside = (p[:, 0] >= 0) & (p[:, 0] < width) & (p[:, 1] >= 0) & (p[:, 1] < height)
        p = np.clip(p, 0, [width - 1, height - 1])
        return inside & (mesh[:468, 2] <= depth[p[:, 1], p[:, 0]] + tolerance)

    def map_to(self, source_mesh, target_extended, size):
        """-> map_x, map_y for cv2.remap (source pixels), depth, all size x size."""
        source = self.extend(source_mesh)
        maps, depth = native.rasterise(target_extended, source[:, :2], self.triangles, size, size, background=-1e4)
        return maps[0], maps[1], depth


EYES = ((g.RIGHT_EYE, g.RIGHT_EYE_CORNERS, g.RIGHT_IRIS), (g.LEFT_EYE, g.LEFT_EYE_CORNERS, g.LEFT_IRIS))


def move_irises(image, mesh, shift):
    """Another gaze. The eyeball between the lids is shifted as far as the iris reaches, less and less towards the corners.

    image: H x W x 3 uint8; mesh: 478 x 3 in its pixels; shift: along and across the eye, in eye widths. -> image, mesh
    """
    image, mesh = image.copy(), mesh.copy()
    for lids, corners, iris in EYES:
        first, second = mesh[corners[0], :2].copy(), mesh[corners[1], :2].copy()
        if first[0] > second[0]:
            first, second = second, first
        width = np.linalg.norm(second - first)
        along = (second - first) / max(width, 1e-6)
        across = np.array([-along[1], along[0]])
        centre = mesh[iris[0], :2] + width * (shift[0] * along + shift[1] * across)
        radius = np.linalg.norm(mesh[iris[1:], :2] - mesh[iris[0], :2], axis=1).mean()
        low = np.maximum(np.floor(mesh[lids, :2].min(0) - 2).astype(int), 0)
        high = np.minimum(np.ceil(mesh[lids, :2].max(0) + 3).astype(int), image.shape[1::-1])
        if width < 4 or (high - low).min() < 2:
            continue
        y, x = np.mgrid[low[1]:high[1], low[0]:high[0]].astype(np.float32)
        off = (x - centre[0]) * along[0] + (y - centre[1]) * along[1]
        reach = np.where(off > 0, np.dot(second - centre, along), np.dot(centre - first, along))
        share = np.clip(1 - np.maximum(np.abs(off) - radius, 0) / np.maximum(reach - radius, 1), 0, 1)
        move = width * (shift[0] * along + shift[1] * across)
        moved = cv2.remap(image, (x - share * move[0]).astype(np.float32), (y - share * move[1]).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        inside = np.zeros(moved.shape[:2], np.uint8)
        cv2.fillPoly(inside, [np.round(16 * (mesh[lids, :2] - low)).astype(np.int32)], 255, cv2.LINE_AA, 4)
        inside = inside[..., None] / 255
        patch = image[low[1]:high[1], low[0]:high[0]]
        patch[:] = np.round(patch + inside * (moved.astype(np.float32) - patch)).astype(np.uint8)
        mesh[iris, :2] += move
    return image, mesh


def paint_open_mouth(image, mesh, rng):
    """Dark inside of a mouth that was opened by change_expression, sometimes with teeth."""
    polygon = np.round(mesh[g.INNER_LIPS, :2] * 16).astype(np.int32)
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [polygon], 255, cv2.LINE_AA, 4)
    inside = np.empty_like(image)
    inside[:] = np.array([0.45, 0.42, 1.0]) * rng.uniform(25, 115)
    if rng.random() < 0.6:
        top, bottom = mesh[13, :2], mesh[14, :2]
        share = rng.uniform(0.15, 0.5)
        teeth = mesh[g.INNER_LIPS, :2].copy()
        lower = top + share * (bottom - top)
        teeth[11:] += (lower - bottom)
        tooth_colour = rng.uniform(130, 235)
        cv2.fillPoly(inside, [np.round(teeth * 16).astype(np.int32)], (tooth_colour * 0.9, tooth_colour * 0.97, tooth_colour), cv2.LINE_AA, 4)
    a = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None].astype(np.float32) / 255
    return (image * (1 - a) + inside * a).astype(np.uint8)
