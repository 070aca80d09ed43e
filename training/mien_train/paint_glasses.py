"""Painted glasses, as real as lines can be: frames of metal, horn, plastic and clear plastic, half frames, rimless; light on them, their shadow on
the skin, lenses that dim, enlarge or mirror. They teach the uncover network to take real ones off."""
import cv2
import numpy as np

from . import geometry as g
from .occluders import Canvas, _line, _poly

ENLARGED = 2                    # painted at so many times the size, then averaged: thin rims are thinner than a pixel
METALS = ((60, 60, 60), (165, 165, 170), (110, 165, 200), (90, 120, 160), (40, 40, 45))          # BGR
PLASTICS = ((18, 18, 20), (25, 40, 70), (40, 60, 120), (70, 35, 30), (35, 30, 90), (120, 110, 105), (60, 80, 50))
CHANGED_FROM, CHANGED_TO = 0.015, 0.06      # of a pixel's colours, 0..1: what counts as glasses
SHARPENED_SHARE, HALO_FROM, HALO_TO = 0.65, 0.02, 0.07         # of the pictures; change from which on a halo counts, 0..1


def _bow(centre, right, down, half_w, half_h, rng):
    """Outline of one lens, 48 points: a super-ellipse, lower corners rounder than the upper ones now and then, aviators narrower below."""
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    power, lower = rng.uniform(1.9, 4.5), rng.uniform(1.8, 3.0)
    p = np.where(np.sin(t) > 0, lower, power)
    x, y = np.sign(np.cos(t)) * np.abs(np.cos(t)) ** (2 / p), np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (2 / p)
    x = x * (1 - rng.choice([0.0, 0.0, rng.uniform(0, 0.25)]) * np.clip(y, 0, 1))
    return centre + x[:, None] * half_w * right + y[:, None] * half_h * down


class _Pair:
    """The geometry of one pair of glasses on a canvas: lenses, and strokes as (points, thickness)."""

    def __init__(self, c):
        rng = c.rng
        eyes = [c.mesh[e, :2].mean(0) for e in (g.RIGHT_EYE, g.LEFT_EYE)]
        eye = np.linalg.norm(eyes[1] - eyes[0])
        half_w, half_h = eye * rng.uniform(0.3, 0.47), eye * rng.uniform(0.16, 0.38)
        low = rng.uniform(0.15, 0.4) if rng.random() < 0.12 else rng.uniform(-0.04, 0.16)        # reading glasses sit low
        tilt = rng.normal(0, 0.03)
        right, down = c.right + tilt * c.down, c.down - tilt * c.right
        width = c.width * float(np.exp(rng.uniform(np.log(0.006), np.log(0.05))))
        self.style = rng.choice(['full', 'upper', 'rimless'], p=[0.74, 0.16, 0.10])
        self.metal = width < 0.02 * c.width and rng.random() < 0.7
        self.lenses, self.strokes, self.pads = [], [], []
        centres = [e + low * eye * down + s * rng.uniform(-0.02, 0.06) * eye * right for e, s in zip(eyes, (-1, 1))]
        shape_seed = int(rng.integers(1 << 30))
        for k, centre in enumerate(centres):
            outline = _bow(centre, right if k else -right, down, half_w, half_h, np.random.default_rng(shape_seed))
            self.lenses.append(outline)
            if self.style == 'full':
                self.strokes.append((np.vstack([outline, outline[:1]]), width))
                if width > 0.015 * c.width and rng.random() < 0.5:      # brow line: heavier above
                    self.strokes.append((outline[(outline - centre) @ down < -0.2 * half_h], width * 1.5))
            elif self.style == 'upper':
                above = outline[(outline - centre) @ down < 0.1 * half_h]
                self.strokes.append((above[np.argsort(above @ right)], width))
        inner = [centres[0] + half_w * right, centres[1] - half_w * right]
        for _ in range(2 if rng.random() < 0.12 else 1):
            middle = (inner[0] + inner[1]) / 2 - down * eye * rng.uniform(-0.02, 0.16)
            self.strokes.append((np.array([inner[0], middle, inner[1]]), width * rng.uniform(0.7, 1.2)))
        for centre, sign, ear in ((centres[0], -1, 127), (centres[1], 1, 356)):
            hinge = centre + sign * half_w * right - rng.uniform(0, 0.8) * half_h * down
            self.strokes.append((np.array([hinge, c.at(ear) - c.down * rng.uniform(0.0, 0.07) * c.width]), width * rng.uniform(0.7, 1.4)))
            if self.metal or self.style == 'rimless':
                self.pads.append((centre - sign * 0.85 * half_w * right + 0.35 * half_h * down, 0.02 * c.width))
        self.half = half_w, half_h
        self.centres, self.down, self.right = centres, down, right


def _through_lenses(picture, pair, size, rng):
    """What is seen through lenses: smaller (short-sighted) or larger, dimmer, tinted a little."""
    zoom = float(np.exp(rng.normal(-0.02, 0.03)))
    yy, xx = np.mgrid[0:size[0], 0:size[1]].astype(np.float32)
    out = picture.copy()
    for outline, centre in zip(pair.lenses, pair.centres):
        mask = np.zeros(size, np.uint8)
        _poly(mask, outline)
        m = (mask.astype(np.float32) / 255)[..., None]
        towards = lambda at, middle: (middle + (at - middle) / zoom).astype(np.float32)
        seen = cv2.remap(picture, towards(xx, centre[0]), towards(yy, centre[1]), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        out += m * (seen * pair.tint - out)
    return out


def _reflections(picture, pair, size, rng):
    """Bright bands and veils over parts of the lenses; windows and lamps."""
    half_w, half_h = pair.half
    lens, light = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    slope, at = rng.uniform(-0.8, 0.8), rng.uniform(-0.8, 0.8)
    for outline, centre in zip(pair.lenses, pair.centres):
        _poly(lens, outline)
        a = centre + pair.right * at * half_w
        _line(light, [a - pair.down * half_h - slope * pair.right * half_w, a + pair.down * half_h + slope * pair.right * half_w], half_w * rng.uniform(0.1, 0.9))
    alpha = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.5, 4)).astype(np.float32) * lens / 255 / 255 * rng.uniform(0.08, 0.6)
    colour = np.float32([240, 235, 230]) + rng.normal(0, 15, 3).astype(np.float32)
    return picture + alpha[..., None] * (colour - picture)


def _frame(pair, size, rng):
    """-> colours, alpha of the frame with light and dark edges"""
    mask, light = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    for points, width in pair.strokes:
        _line(mask, points, max(1, width))
        _line(light, np.asarray(points) - pair.down * 0.3 * width, max(1, 0.35 * width))
    for place, radius in pair.pads:
        cv2.ellipse(mask, (tuple(np.float64(place).tolist()), (radius, 2.2 * radius), float(rng.uniform(-25, 25))), int(rng.integers(60, 160)), -1, cv2.LINE_AA)
    kinds = METALS if pair.metal else PLASTICS
    base = np.float32(kinds[min(rng.integers(len(kinds)), rng.integers(len(kinds)))]) * rng.uniform(0.6, 1.4) + rng.normal(0, 8, 3)
    colour = np.empty((*size, 3), np.float32)
    colour[:] = np.clip(base, 3, 245)
    if not pair.metal and rng.random() < 0.3:               # horn
        blotches = cv2.GaussianBlur(rng.normal(0, 1, size).astype(np.float32), (0, 0), size[1] * 0.012)
        colour *= 1 + (0.5 * blotches / (blotches.std() + 1e-6))[..., None] * rng.uniform(0.2, 0.9)
    shine = cv2.GaussianBlur(rng.normal(0, 1, size).astype(np.float32), (0, 0), size[1] * 0.05)
    shine = np.clip(shine / (shine.std() + 1e-6), 0, 2)[..., None] * (light[..., None].astype(np.float32) / 255)
    colour += shine * rng.uniform(10, 130 if pair.metal else 70)
    alpha = mask.astype(np.float32) / 255
    if not pair.metal and rng.random() < 0.1:               # clear plastic
        alpha *= rng.uniform(0.3, 0.6)
    return np.clip(colour, 0, 255), alpha


def _band(mesh, size):
    """First and last row that glasses can reach."""
    width = float(np.linalg.norm(mesh[454, :2] - mesh[234, :2]))
    y = mesh[g.RIGHT_EYE + g.LEFT_EYE + [127, 356], 1]
    return int(np.clip(y.min() - 0.3 * width, 0, size - 32)), int(np.clip(y.max() + 0.42 * width, 32, size))


def paint_glasses(image, mesh, rng):
    """image: BGR uint8 S x S; mesh in its pixels. -> the image with glasses (uint8), where they changed it (float32, 0..1)"""
    first, last = _band(mesh, len(image))
    shifted = mesh[:, :2] - [0, first]
    out, where = image.copy(), np.zeros(image.shape[:2], np.float32)
    out[first:last], where[first:last] = _paint_band(image[first:last], shifted, rng)
    return out, where


def _sharpened(change, rng):
    """What cameras and picture editors make of a frame: an unsharp mask leaves a bright line along both sides of a dark one."""
    if rng.random() >= SHARPENED_SHARE:
        return change
    soft = cv2.GaussianBlur(change, (0, 0), rng.uniform(0.6, 2.2))
    return change + rng.uniform(0.2, 1.4) * (change - soft)


def _paint_band(image, mesh, rng):
    rows, columns = image.shape[:2]
    size = rows * ENLARGED, columns * ENLARGED
    picture = cv2.resize(image, size[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
    pair = _Pair(Canvas(picture, (mesh + 0.5) * ENLARGED - 0.5, rng))
    pair.tint = np.float32(rng.uniform(0.86, 1.0)) * (1 + rng.normal(0, 0.015, 3)).astype(np.float32)
    clean = picture.copy()
    colour, alpha = _frame(pair, size, rng)
    width = float(np.linalg.norm(mesh[454] - mesh[234])) * ENLARGED
    if rng.random() < 0.75:                                 # the frame's shadow on the skin
        shift = pair.down * rng.uniform(0.0, 0.06) * width + pair.right * rng.normal(0, 0.02) * width
        shadow = cv2.warpAffine(alpha, np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]), size[::-1])
        shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.004, 0.025) * width)
        picture *= (1 - rng.uniform(0.1, 0.55) * shadow)[..., None]
    picture = _through_lenses(picture, pair, size, rng)
    if rng.random() < 0.35:
        picture = _reflections(picture, pair, size, rng)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 1.0))[..., None]
    brightness = np.float32(np.clip(image.mean() / 110, 0.35, 1.4) ** 0.6)
    picture += alpha * (colour * brightness - picture)
    down = lambda x: cv2.resize(x, (columns, rows), interpolation=cv2.INTER_AREA)
    clean, picture = down(clean), down(picture)
    sharpened = _sharpened(picture - clean, rng)
    halo = np.abs(clean + sharpened - picture).max(2) / 255
    picture = clean + sharpened
    change = np.abs(sharpened).max(2) / 255
    where = np.clip((change - CHANGED_FROM) / (CHANGED_TO - CHANGED_FROM), 0, 1)
    # Through the lenses nearly everything changes a little: what is not covered much stays as it is seen.
    solid = np.maximum(down(alpha[..., 0]), np.clip((change - 0.1) / 0.15, 0, 1))
    where = np.minimum(where, cv2.GaussianBlur(np.clip(2.5 * solid, 0, 1), (0, 0), 0.8))
    where = np.maximum(where, np.clip((halo - HALO_FROM) / (HALO_TO - HALO_FROM), 0, 1))
    return np.clip(np.round(picture), 0, 255).astype(np.uint8), where.astype(np.float32)
