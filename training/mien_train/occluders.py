"""Procedural occluders with exact masks: fingers, glasses, hair, masks, cups, microphones, phones, text bars, textured shapes,
scarves and hats.

Every painter gets a Canvas (crop size, mesh in crop pixels, the person's skin and hair colours) and returns a colour picture and an
alpha mask (float32, 0..1). `paste` adds shadow and edge blur. HELD_OUT kinds never appear in training: they measure generalisation.
"""
from dataclasses import dataclass

import cv2
import numpy as np

from . import geometry as g

HELD_OUT = ('microphone', 'cup')


@dataclass
class Canvas:
    image: np.ndarray           # BGR uint8, size x size
    mesh: np.ndarray            # 478 x 2 or x 3, crop pixels
    rng: np.random.Generator
    texture: np.ndarray = None  # any picture without people, BGR, for textured objects

    def __post_init__(self):
        self.size = self.image.shape[0]
        self.width = max(8.0, float(np.linalg.norm(self.mesh[454, :2] - self.mesh[234, :2])))
        axis = self.mesh[454, :2] - self.mesh[234, :2]
        self.right = axis / (np.linalg.norm(axis) + 1e-6)
        self.down = np.array([-self.right[1], self.right[0]])

    def skin(self):
        """Mean skin colour of the cheeks and forehead, BGR."""
        p = np.clip(np.round(self.mesh[[50, 280, 151, 205, 425], :2]).astype(int), 0, self.size - 1)
        return self.image[p[:, 1], p[:, 0]].astype(np.float32).mean(0)

    def at(self, index):
        return self.mesh[index, :2].astype(np.float64)

    def blank(self, colour):
        out = np.empty((self.size, self.size, 3), np.float32)
        out[:] = colour
        return out, np.zeros((self.size, self.size), np.uint8)


def _poly(mask, points, value=255):
    cv2.fillPoly(mask, [np.round(np.asarray(points) * 16).astype(np.int32)], value, cv2.LINE_AA, 4)


def _line(mask, points, thickness, value=255):
    cv2.polylines(mask, [np.round(np.asarray(points) * 16).astype(np.int32)], False, value, max(1, int(round(thickness))), cv2.LINE_AA, 4)


def _shade(colour_picture, rng, strength=0.35):
    """Smooth light over an object."""
    size = colour_picture.shape[0]
    direction = rng.normal(size=2)
    direction /= np.linalg.norm(direction) + 1e-6
    yy, xx = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    return colour_picture * (1 + strength * (direction[0] * xx + direction[1] * yy))[..., None]


def _random_point(c, reach=0.75):
    centre = c.mesh[g.OVAL, :2].mean(0)
    return centre + c.rng.uniform(-reach, reach) * c.width * 0.6 * c.right + c.rng.uniform(-reach, reach) * c.width * 0.75 * c.down


def fingers(c):
    """1 to 4 fingers in the person's own skin tone, reaching in from outside, with nails and creases."""
    rng = c.rng
    tip = _random_point(c, 0.6)
    angle = rng.uniform(0, 2 * np.pi)
    away = np.array([np.cos(angle), np.sin(angle)])
    side = np.array([-away[1], away[0]])
    colour, mask = c.blank(np.clip(c.skin() * rng.uniform(0.75, 1.15) + rng.normal(0, 6, 3), 0, 255))
    thick = c.width * rng.uniform(0.11, 0.17)
    tone = np.zeros((c.size, c.size), np.uint8)
    for k in range(rng.integers(1, 5)):
        start = tip + side * k * thick * 1.08 + away * rng.uniform(-0.1, 0.12) * c.width
        bend = away + side * rng.normal(0, 0.12)
        _line(mask, [start, start + bend * c.width * 0.4, start + away * c.width * 1.6], thick)
        nail = start + away * thick * 0.1
        if rng.random() < 0.6:
            cv2.ellipse(tone, tuple(int(v) for v in nail), (max(1, int(thick * 0.24)), max(1, int(thick * 0.36))),
                        float(np.degrees(angle)) + 90, 0, 360, 255, -1, cv2.LINE_AA)
        _line(tone, [start + side * thick * 0.5, start + side * thick * 0.5 + away * c.width * 1.6], max(1, thick * 0.1), 90)
    if rng.random() < 0.5:
        cv2.circle(mask, tuple(int(v) for v in tip + away * c.width * 0.9 + side * thick * 1.5), int(thick * 2.6), 255, -1, cv2.LINE_AA)
    t = cv2.GaussianBlur(tone, (0, 0), 0.6)[..., None].astype(np.float32) / 255
    colour = colour * (1 - 0.25 * t) + np.float32([190, 195, 225]) * rng.uniform(0.5, 1) * 0.25 * t
    edge = cv2.GaussianBlur(mask, (0, 0), thick * 0.3).astype(np.float32) / 255
    return _shade(colour * (0.72 + 0.28 * edge[..., None]), rng), mask.astype(np.float32) / 255


def glasses(c, lenses=True):
    """Wire, thick, half-rimmed, tinted or rimless glasses with reflections; without lenses: what of them hides the face, alone."""
    rng = c.rng
    eyes = [c.mesh[e, :2].mean(0) for e in (g.RIGHT_EYE, g.LEFT_EYE)]
    eye = np.linalg.norm(eyes[1] - eyes[0])
    half_w, half_h = eye * rng.uniform(0.34, 0.46), eye * rng.uniform(0.2, 0.36)
    power = rng.uniform(2, 5)
    frame_colour = rng.choice([[20, 20, 20], [40, 60, 110], [150, 160, 170], [60, 110, 160], [120, 60, 40]]) + rng.normal(0, 15, 3)
    colour, frame = c.blank(np.clip(frame_colour, 0, 255))
    lens = np.zeros_like(frame)
    t = np.linspace(0, 2 * np.pi, 40)
    rim = np.stack([np.sign(np.cos(t)) * np.abs(np.cos(t)) ** (2 / power) * half_w, np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (2 / power) * half_h], 1)
    thick = c.width * rng.choice([0.007, 0.011, 0.016, 0.024, 0.035, 0.055])
    style = rng.choice(['full', 'upper', 'rimless'], p=[0.72, 0.16, 0.12])
    metal = thick < 0.018 * c.width and rng.random() < 0.5           # thin wire: its light edge is part of it
    light = np.zeros_like(frame)

    def stroke(points):
        _line(frame, points, max(1, thick))
        if metal:
            _line(light, np.asarray(points) - c.down * 0.35 * thick, max(1, 0.4 * thick))

    shift = c.down * rng.uniform(-0.02, 0.12) * eye
    for centre in eyes:
        outline = centre + shift + rim[:, :1] * c.right + rim[:, 1:] * c.down
        _poly(lens, outline)
        if style == 'full':
            stroke(np.vstack([outline, outline[:1]]))
        elif style == 'upper':
            stroke(outline[rim[:, 1] <= 0.1 * half_h][np.argsort(rim[rim[:, 1] <= 0.1 * half_h, 0])])
    inner = [eyes[0] + shift + c.right * half_w, eyes[1] + shift - c.right * half_w]
    middle = (inner[0] + inner[1]) / 2 - c.down * eye * rng.uniform(0.02, 0.14)
    stroke([inner[0], middle, inner[1]])
    for centre, sign, ear in ((eyes[0], -1, 127), (eyes[1], 1, 356)):
        stroke([centre + shift + sign * c.right * half_w, c.at(ear) - c.down * rng.uniform(0.0, 0.06) * c.width])
    if metal:
        colour = np.where((light > 0)[..., None], np.clip(colour + rng.uniform(50, 130), 0, 255), colour)
    alpha = frame.astype(np.float32) / 255
    lens = lens.astype(np.float32) / 255
    if not lenses:
        return colour, alpha
    kind = rng.random()
    if kind < 0.35:                                   # tinted or dark lenses
        strength = rng.uniform(0.3, 0.97)
        tint = np.float32(rng.choice([[15, 15, 15], [40, 60, 90], [90, 60, 30], [20, 40, 20]]))
        colour = colour * alpha[..., None] + tint * (1 - alpha[..., None])
        alpha = np.maximum(alpha, lens * strength)
    if kind > 0.6:                                    # reflections: bright bands
        band = np.zeros(frame.shape, np.uint8)
        for centre in eyes:
            a = centre + c.right * rng.uniform(-0.5, 0.5) * half_w
            _line(band, [a - c.down * half_h, a + c.down * half_h + c.right * half_w * rng.uniform(-0.6, 0.6)], half_w * rng.uniform(0.15, 0.5))
        b = cv2.GaussianBlur(band, (0, 0), 0.8).astype(np.float32) / 255 * lens * rng.uniform(0.3, 0.9)
        colour = np.where((b > alpha)[..., None], np.float32([235, 235, 230]), colour)
        alpha = np.maximum(alpha, b)
    return colour, alpha


def hair(c):
    """Strands and fringes falling over the face: bundles of Bezier curves."""
    rng = c.rng
    base = rng.choice([[25, 25, 30], [30, 45, 70], [60, 90, 130], [110, 160, 200], [150, 150, 155], [30, 50, 120]]) + rng.normal(0, 10, 3)
    colour, mask = c.blank(np.clip(base, 5, 250))
    tone = np.zeros((c.size, c.size), np.uint8)
    fringe = rng.random() < 0.5
    top = c.at(10) - c.down * c.width * 0.25
    count = rng.integers(40, 120) if fringe else rng.integers(6, 40)
    length = rng.uniform(0.25, 0.6 if fringe else 1.6) * c.width
    lean = rng.normal(0, 0.35)
    start_centre, start_spread = (rng.normal(0, 0.1), rng.uniform(0.3, 0.55)) if fringe else (rng.choice([-0.45, 0.45]) + rng.normal(0, 0.12), rng.uniform(0.03, 0.15))
    for _ in range(count):
        x = start_centre + rng.uniform(-start_spread, start_spread)
        p0 = top + c.right * x * c.width
        sway = lean + rng.normal(0, 0.1)
        p1 = p0 + c.down * length * 0.6 + c.right * sway * length * 0.4
        p2 = p0 + c.down * length * rng.uniform(0.8, 1.15) + c.right * sway * length
        t = np.linspace(0, 1, 8)[:, None]
        curve = (1 - t) ** 2 * p0 + 2 * t * (1 - t) * p1 + t * t * p2
        thick = c.width * rng.uniform(0.006, 0.03)
        _line(mask, curve, thick, int(rng.integers(150, 256)))
        _line(tone, curve, max(1, thick * 0.5), int(rng.integers(0, 256)))
    shade = 0.65 + 0.7 * cv2.GaussianBlur(tone, (0, 0), 0.6).astype(np.float32)[..., None] / 255
    return colour * shade, mask.astype(np.float32) / 255


def surgical_mask(c):
    rng = c.rng
    colour, mask = c.blank(np.float32(rng.choice([[225, 215, 190], [235, 235, 235], [40, 40, 40], [200, 170, 140], [180, 160, 220]])) + rng.normal(0, 8, 3))
    top = rng.choice([195, 197, 5])
    lower = [i for i in g.OVAL if c.mesh[i, :2] @ c.down > c.at(234) @ c.down + 0.06 * c.width]
    ring = sorted(lower, key=lambda i: np.arctan2(*(c.mesh[i, :2] - c.at(2))[::-1]))
    centre = c.mesh[lower, :2].mean(0)
    outline = [centre + (c.at(i) - centre) * rng.uniform(1.0, 1.08) for i in ring]
    hull = cv2.convexHull(np.float32(outline + [c.at(top), c.at(117), c.at(346)]))[:, 0]
    _poly(mask, hull)
    for k in range(3):
        y = c.at(0) + c.down * c.width * (0.14 * k - 0.08)
        line = np.zeros_like(mask)
        _line(line, [y - c.right * c.width * 0.45, y + c.down * 0.03 * c.width, y + c.right * c.width * 0.45], max(1, c.width * 0.012))
        colour = colour * (1 - 0.18 * line[..., None].astype(np.float32) / 255)
    for a, b in ((117, 127), (346, 356)):
        _line(mask, [c.at(a), c.at(b)], max(1, c.width * 0.015))
    return _shade(colour, rng, 0.5), mask.astype(np.float32) / 255


def cup(c):
    rng = c.rng
    mouth = c.at(13) + c.right * rng.normal(0, 0.08) * c.width
    tilt = rng.normal(0, 0.4)
    axis = np.cos(tilt) * c.down + np.sin(tilt) * c.right
    side = np.array([-axis[1], axis[0]])
    w0, w1, h = c.width * rng.uniform(0.16, 0.3), c.width * rng.uniform(0.13, 0.26), c.width * rng.uniform(0.5, 0.9)
    colour, mask = c.blank(rng.uniform(20, 245, 3))
    top = mouth - axis * rng.uniform(-0.05, 0.12) * c.width
    _poly(mask, [top - side * w0, top + side * w0, top + axis * h + side * w1, top + axis * h - side * w1])
    band = np.zeros_like(mask)
    _line(band, [top + axis * h * 0.45 - side * w0, top + axis * h * 0.45 + side * w0], h * rng.uniform(0.1, 0.4))
    b = band[..., None].astype(np.float32) / 255
    colour = colour * (1 - b) + rng.uniform(20, 245, 3) * b
    return _shade(colour, rng, 0.7), mask.astype(np.float32) / 255


def microphone(c):
    rng = c.rng
    head = c.at(17) + c.right * rng.normal(0, 0.18) * c.width + c.down * rng.uniform(-0.12, 0.1) * c.width
    radius = c.width * rng.uniform(0.11, 0.2)
    angle = rng.normal(0, 0.5)
    axis = np.cos(angle) * c.down + np.sin(angle) * c.right
    grey = rng.uniform(25, 110)
    colour, mask = c.blank([grey, grey, grey])
    _line(mask, [head, head + axis * c.width * 1.5], radius * rng.uniform(0.8, 1.3))
    cv2.circle(mask, tuple(int(v) for v in head), int(radius), 255, -1, cv2.LINE_AA)
    grid = np.indices((c.size, c.size)).sum(0) % max(2, int(radius * 0.3)) < 1
    colour = colour * np.where(grid, 1.35, 1.0)[..., None]
    return _shade(colour, rng, 0.8), mask.astype(np.float32) / 255


def phone(c):
    rng = c.rng
    centre, angle = _random_point(c, 0.8), rng.normal(0, 0.4)
    axis = np.cos(angle) * c.down + np.sin(angle) * c.right
    side = np.array([-axis[1], axis[0]])
    w, h = c.width * rng.uniform(0.18, 0.3), c.width * rng.uniform(0.4, 0.6)
    colour, mask = c.blank(np.full(3, rng.uniform(10, 60)) if rng.random() < 0.7 else rng.uniform(20, 240, 3))
    _poly(mask, [centre - side * w - axis * h, centre + side * w - axis * h, centre + side * w + axis * h, centre - side * w + axis * h])
    lens = np.zeros_like(mask)
    for k in range(rng.integers(1, 4)):
        cv2.circle(lens, tuple(int(v) for v in centre - side * w * 0.5 - axis * (h * 0.75 - k * 0.1 * c.width)), max(1, int(c.width * 0.035)), 255, -1, cv2.LINE_AA)
    l = lens[..., None].astype(np.float32) / 255
    return _shade(colour * (1 - l) + rng.uniform(60, 150) * l, rng, 0.6), mask.astype(np.float32) / 255


def text_bar(c):
    rng = c.rng
    y = float(rng.uniform(0.15, 0.95) * c.size)
    h = float(rng.uniform(0.05, 0.14) * c.size)
    colour, mask = c.blank(rng.uniform(0, 255, 3))
    text = ''.join(chr(rng.integers(65, 91)) for _ in range(rng.integers(6, 16)))
    if rng.random() < 0.6:
        mask[max(0, int(y - h)):int(y + h * 0.4)] = int(rng.integers(190, 256))
        letters = np.zeros(colour.shape[:2], np.uint8)
        cv2.putText(letters, text, (int(rng.uniform(-10, 20)), int(y)), cv2.FONT_HERSHEY_SIMPLEX, h / 24, 255, max(1, int(h / 8)), cv2.LINE_AA)
        colour += (letters / np.float32(255))[..., None] * (rng.uniform(0, 255, 3).astype(np.float32) - colour)
    else:
        cv2.putText(mask, text, (int(rng.uniform(-10, 20)), int(y)), cv2.FONT_HERSHEY_SIMPLEX, h / 22, 255, max(1, int(h / 7)), cv2.LINE_AA)
    return colour, mask.astype(np.float32) / 255


def textured_shape(c):
    """A random blob or polygon filled with a piece of another picture."""
    rng = c.rng
    centre, n = _random_point(c, 0.9), int(rng.integers(3, 9))
    t = np.sort(rng.uniform(0, 2 * np.pi, n))
    r = c.width * rng.uniform(0.1, 0.42) * rng.uniform(0.5, 1.2, n)
    points = centre + np.stack([np.cos(t) * r, np.sin(t) * r * rng.uniform(0.4, 1.6)], 1)
    colour, mask = c.blank(rng.uniform(0, 255, 3))
    _poly(mask, cv2.convexHull(np.float32(points))[:, 0] if rng.random() < 0.5 else points)
    if rng.random() < 0.4:
        mask = cv2.threshold(cv2.GaussianBlur(mask, (0, 0), c.width * 0.05), 100, 255, cv2.THRESH_BINARY)[1]
    if c.texture is not None and rng.random() < 0.8:
        h, w = c.texture.shape[:2]
        s = int(rng.uniform(0.25, 0.9) * min(h, w))
        y, x = rng.integers(0, h - s + 1), rng.integers(0, w - s + 1)
        colour = cv2.resize(c.texture[y:y + s, x:x + s], (c.size, c.size)).astype(np.float32)
    return colour, mask.astype(np.float32) / 255


def _cloth(c):
    """Plain, striped, printed or textured cloth with folds."""
    rng = c.rng
    first, second = rng.uniform(10, 245, 3), rng.uniform(10, 245, 3)
    colour, _ = c.blank(first)
    kind = rng.choice(['plain', 'stripes', 'print', 'texture'], p=[0.4, 0.15, 0.3, 0.15])
    period = c.width * rng.uniform(0.03, 0.15)
    yy, xx = np.mgrid[0:c.size, 0:c.size].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    if kind == 'stripes':
        colour[np.sin((np.cos(angle) * xx + np.sin(angle) * yy) * 2 * np.pi / period) > rng.uniform(-0.6, 0.6)] = second
    elif kind == 'print':
        noise = cv2.GaussianBlur(rng.normal(size=(c.size, c.size)).astype(np.float32), (0, 0), max(0.6, period / 5))
        colour[noise > noise.std() * rng.uniform(-0.5, 1)] = second
    elif kind == 'texture' and c.texture is not None:
        colour = cv2.resize(c.texture, (c.size, c.size)).astype(np.float32)
    folds = cv2.GaussianBlur(rng.normal(size=(c.size, c.size)).astype(np.float32), (0, 0), c.width * 0.25, sigmaY=c.width * 0.04)
    turn = cv2.getRotationMatrix2D((c.size / 2, c.size / 2), float(np.degrees(rng.uniform(0, np.pi))), 1.5)
    folds = cv2.warpAffine(folds, turn, (c.size, c.size), borderMode=cv2.BORDER_REFLECT)
    return colour * (1 + rng.uniform(0.05, 0.3) * folds / (folds.std() + 1e-6))[..., None]


def _ring(c, top, side, bottom):
    """The oval, scaled about its middle by different factors above, beside and below, a little irregular."""
    points, centre = c.mesh[g.OVAL, :2], c.mesh[g.OVAL, :2].mean(0)
    along = (points - centre) @ c.down / (0.65 * c.width)
    across = np.abs((points - centre) @ c.right) / (0.5 * c.width)
    weight = np.stack([np.clip(-along, 0, 1), np.clip(across, 0, 1), np.clip(along, 0, 1)], 1) ** 2 + 1e-3
    factor = (weight * [top, side, bottom]).sum(1) / weight.sum(1)
    t = np.linspace(0, 2 * np.pi, len(points), endpoint=False)
    factor = factor + sum(c.rng.normal(0, 0.015) * np.sin(k * t + c.rng.uniform(0, 7)) for k in (1, 2, 3, 5))
    return centre + (points - centre) * factor[:, None]


def scarf(c):
    """A scarf, hijab or hood: cloth around an opening for the face, over forehead, temples and neck."""
    rng = c.rng
    colour, mask = _cloth(c), np.zeros((c.size, c.size), np.uint8)
    outer = _ring(c, rng.uniform(1.45, 1.8), rng.uniform(1.3, 1.6), rng.uniform(1.4, 1.8))
    _poly(mask, outer)
    if rng.random() < 0.7:                            # down to the shoulders
        chin = c.at(152)
        _poly(mask, [chin - c.right * c.width * 0.6 - c.down * 0.3 * c.width, chin + c.right * c.width * 0.6 - c.down * 0.3 * c.width,
                     chin + c.right * c.width * 1.3 + c.down * 1.5 * c.width, chin - c.right * c.width * 1.3 + c.down * 1.5 * c.width])
    hood = rng.random() < 0.25                        # open below
    opening = _ring(c, rng.uniform(0.72, 1.12), rng.uniform(0.78, 1.08), 1.9 if hood else rng.uniform(0.85, 1.12))
    hem = np.zeros_like(mask)
    _line(hem, np.vstack([opening, opening[:1]]), c.width * rng.uniform(0.01, 0.05))
    colour = colour * (1 + rng.normal(0, 0.25) * hem.astype(np.float32)[..., None] / 255)
    _poly(mask, opening, 0)
    return colour, mask.astype(np.float32) / 255


def hat(c):
    """A cap, hat or headband: cloth from the forehead up, now and then with a brim."""
    rng = c.rng
    colour, mask = _cloth(c), np.zeros((c.size, c.size), np.uint8)
    outer = _ring(c, rng.uniform(1.3, 1.9), rng.uniform(1.12, 1.35), 1.0)
    _poly(mask, outer)
    height, sag = rng.uniform(-0.02, 0.3) * c.width, rng.normal(0, 0.06) * c.width
    edge = lambda x, lower: c.at(9) + c.right * x * c.width - c.down * (height - lower + (sag - 0.1 * c.width) * (1 - (x / 0.9) ** 2))
    xs = np.linspace(-0.9, 0.9, 15)
    _poly(mask, [edge(x, 0) for x in xs] + [edge(0.9, 0) + c.down * 3 * c.width, edge(-0.9, 0) + c.down * 3 * c.width], 0)
    if rng.random() < 0.5:                            # a brim
        brim = np.zeros_like(mask)
        reach, thick = rng.uniform(0.45, 0.85), rng.uniform(0.03, 0.14) * c.width
        inner = xs * reach / 0.9
        _poly(brim, [edge(x, 0) - c.down * 0.02 * c.width for x in inner] + [edge(x, thick * (1 - 0.6 * (x / reach) ** 2)) for x in inner[::-1]])
        colour = colour * (1 - rng.uniform(0.1, 0.6) * brim.astype(np.float32)[..., None] / 255)
        mask = np.maximum(mask, brim)
    return _shade(colour, rng), mask.astype(np.float32) / 255


PAINTERS = {'fingers': fingers, 'glasses': glasses, 'hair': hair, 'surgical_mask': surgical_mask, 'cup': cup, 'microphone': microphone,
            'phone': phone, 'text_bar': text_bar, 'textured_shape': textured_shape, 'scarf': scarf, 'hat': hat}
WEIGHTS = {'fingers': 3, 'glasses': 3, 'hair': 3, 'surgical_mask': 1, 'cup': 1, 'microphone': 1, 'phone': 1, 'text_bar': 1, 'textured_shape': 3, 'scarf': 1.5, 'hat': 1}
TRAINING_KINDS = [k for k in PAINTERS if k not in HELD_OUT]


def paste(canvas, kinds=None):
    """Paints one random occluder of the given kinds (default: those for training). -> image, alpha (float32, 0..1), kind"""
    rng = canvas.rng
    kinds = list(kinds or TRAINING_KINDS)
    weights = np.array([WEIGHTS[k] for k in kinds], float)
    kind = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
    colour, alpha = PAINTERS[kind](canvas)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.35, 0.9))
    image = canvas.image.astype(np.float32)
    if rng.random() < 0.5:                            # contact shadow
        shift = rng.normal(0, 0.03, 2) * canvas.width
        shadow = cv2.warpAffine(cv2.GaussianBlur(alpha, (0, 0), canvas.width * rng.uniform(0.015, 0.05)), np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]), (canvas.size,) * 2)
        image *= 1 - rng.uniform(0.1, 0.5) * shadow[..., None]
    brightness = np.clip(canvas.image.mean() / 110, 0.35, 1.4) ** 0.6
    colour = np.clip(colour * brightness + rng.normal(0, 2.5, colour.shape).astype(np.float32), 0, 255)
    out = image * (1 - alpha[..., None]) + colour * alpha[..., None]
    return np.clip(out, 0, 255).astype(np.uint8), alpha, kind
