"""Seams: how much more the colours differ across the edge of the pasted face than they differ there in the target.

For every point of the contour of what a method changed: CIEDE2000 between the pixels a little inside and a little outside, less the same in
the untouched target. A pair's seam is the median over the contour; below 1 nobody sees it. Also the plain recipe of many articles: convex
hull of the landmarks, 5 x 5 blur of the mask, cv2.seamlessClone.
"""
import time

import cv2
import numpy as np

from . import geometry as g

STEP_SHARE = 0.025  # of the face's width, to each side of the contour


def lab(bgr):
    """sRGB BGR uint8 -> CIE Lab (D65) float."""
    return cv2.cvtColor(bgr.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)


def delta_e_2000(one, two):
    """CIEDE2000 of arrays ... x 3 (Sharma, Wu and Dalal 2005); the twin of src/fuse/ciede2000.cpp."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(np.asarray(one, np.float64), -1, 0), np.moveaxis(np.asarray(two, np.float64), -1, 0)
    vivid = lambda c: np.sqrt(c ** 7 / (c ** 7 + 25.0 ** 7))
    gain = 1 + 0.5 * (1 - vivid((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2))
    c1, c2 = np.hypot(gain * a1, b1), np.hypot(gain * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, gain * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    opposite = 180 + 1e-9
    step = np.where(grey, 0, h2 - h1)
    step = step - 360 * (step > opposite) + 360 * (step < -opposite)
    total = h1 + h2
    h = np.where(grey, total, np.where(np.abs(h1 - h2) <= opposite, total / 2, np.where(total < 360, (total + 360) / 2, (total - 360) / 2)))
    l, c = (l1 + l2) / 2, (c1 + c2) / 2
    cosine = lambda degrees: np.cos(np.radians(degrees))
    t = 1 - 0.17 * cosine(h - 30) + 0.24 * cosine(2 * h) + 0.32 * cosine(3 * h + 6) - 0.20 * cosine(4 * h - 63)
    x = (l2 - l1) / (1 + 0.015 * (l - 50) ** 2 / np.sqrt(20 + (l - 50) ** 2))
    y = (c2 - c1) / (1 + 0.045 * c)
    z = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(step / 2)) / (1 + 0.015 * c * t)
    turn = -np.sin(np.radians(60 * np.exp(-((h - 275) / 25) ** 2))) * 2 * vivid(c)
    return np.sqrt(np.maximum(x * x + y * y + z * z + turn * y * z, 0))


def plain_recipe(pair):
    """Source moved by a similarity, convex hull of the mesh, 5 x 5 blur, cv2.seamlessClone. -> result, milliseconds"""
    start = time.perf_counter()
    source, target = pair.source, pair.target
    height, width = target.image.shape[:2]
    moved = cv2.warpAffine(source.image, g.similarity_transform(source.mesh[:468, :2], target.mesh[:468, :2]), (width, height), flags=cv2.INTER_LINEAR,
                           borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((height, width), np.uint8)
    hull = cv2.convexHull(np.round(target.mesh[:468, :2]).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 255)
    mask = cv2.blur(mask, (5, 5))
    mask[0], mask[-1], mask[:, 0], mask[:, -1] = 0, 0, 0, 0
    x, y, w, h = cv2.boundingRect(mask)
    out = cv2.seamlessClone(moved, target.image, mask, (x + w // 2, y + h // 2), cv2.NORMAL_CLONE)
    return out, mask > 127, 1000 * (time.perf_counter() - start)


def changed_region(result, target):
    """What a method changed, without holes and dust."""
    changed = (np.abs(result.astype(int) - target).max(2) > 1).astype(np.uint8)
    changed = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(changed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros_like(changed)
    if contours:
        cv2.drawContours(out, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return out > 0


def seam(result, target, region, face_width):
    """Median excess of CIEDE2000 along the region's contour, over points whose both sides lie in the picture; None without any."""
    step = max(2.0, STEP_SHARE * face_width)
    inside, outside = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5), cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 5)
    distance = cv2.GaussianBlur(inside - outside, (0, 0), 2)
    gy, gx = np.gradient(distance)
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    points = max(contours, key=len)[:, 0, :]
    normal = np.stack([gx[points[:, 1], points[:, 0]], gy[points[:, 1], points[:, 0]]], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    within, beyond = (np.round(points + sign * step * normal).astype(int) for sign in (1, -1))
    height, width = region.shape
    fits = np.logical_and.reduce([(p >= 0).all(1) & (p[:, 0] < width) & (p[:, 1] < height) for p in (within, beyond)])
    if not fits.any():
        return None
    across = lambda picture: delta_e_2000(picture[within[fits, 1], within[fits, 0]], picture[beyond[fits, 1], beyond[fits, 0]])
    smooth = lambda picture: lab(cv2.blur(picture, (3, 3)))
    return float(np.median(across(smooth(result)) - across(smooth(target))))


def memory_mb(method, pair):
    """What a method needs beside its input, in a process of its own: growth of the largest resident size."""
    import multiprocessing
    import resource

    def child(pipe):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        method(pair)
        pipe.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
    mine, theirs = multiprocessing.get_context('fork').Pipe()
    process = multiprocessing.get_context('fork').Process(target=child, args=(theirs,))
    process.start()
    grown = mine.recv()
    process.join()
    return grown


def measure_seams(pairs, methods):
    """methods: name -> function(pair) -> (result BGR or None, region or None: find it, milliseconds). -> rows of texts for print_table"""
    rows = {}
    for name, method in methods.items():
        seams, times = [], []
        for pair in pairs:
            result, region, milliseconds = method(pair)
            if result is None:
                continue
            region = changed_region(result, pair.target.image) if region is None else region
            value = seam(result, pair.target.image, region, np.linalg.norm(pair.target.mesh[454, :2] - pair.target.mesh[234, :2]))
            if value is not None:
                seams.append(value)
                times.append(milliseconds)
        if not seams:
            raise SystemExit(f'evaluate.py: {name} fused none of {len(pairs)} pairs')
        rows[name] = {'fused': f'{len(seams)}/{len(pairs)}', 'median excess Delta-E00': f'{np.median(seams):.2f}', '90 %': f'{np.percentile(seams, 90):.2f}',
                      'worst': f'{max(seams):.2f}', 'blend and paste, median ms': f'{np.median(times):.1f}'}
    return rows
