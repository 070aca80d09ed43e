"""Realism probe: can a small classifier that looks at pixel statistics alone tell results from untouched photos?

Statistics of the face's inside at a fixed size (noise, edges, colour, their relation to the ring around the face), a logistic regression
trained afresh on half of the people and tested on the other half, both ways. AUC 0.5: it cannot tell; 1: always.
"""
import cv2
import numpy as np

from . import geometry as g

SIZE = 192
SCALES = (0, 1.0, 2.0, 4.0)         # sigmas, pixels of the fixed size
RIDGE = 3.0


def regions(mesh):
    """-> inside and ring around the oval, bool SIZE x SIZE; mesh in pixels of the fixed size."""
    oval = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(oval, [np.round(mesh[g.OVAL, :2]).astype(np.int32)], 1)
    small, large = cv2.erode(oval, np.ones((17, 17))), cv2.dilate(oval, np.ones((17, 17)))
    return small > 0, (large > 0) & (oval == 0)


def statistics(image, mesh):
    """-> vector of features of one face."""
    centre, side, _ = g.level_box(mesh)
    m = g.crop_from_image(centre, side * 1.25, 0.0, SIZE)
    crop = cv2.warpAffine(image, m, (SIZE, SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    inside, ring = regions(g.apply(m, mesh.astype(np.float64)))
    lab = cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    out = []
    for c in range(3):
        levels = [lab[..., c] if s == 0 else cv2.GaussianBlur(lab[..., c], (0, 0), s) for s in SCALES]
        for fine, coarse in zip(levels, levels[1:]):
            band_in, band_ring = (fine - coarse)[inside], (fine - coarse)[ring]
            spread = band_in.std() + 1e-3
            out += [np.log(spread), np.log(spread / (band_ring.std() + 1e-3)), (band_in ** 3).mean() / spread ** 3, np.log((band_in ** 4).mean() / spread ** 4 + 1e-3)]
        out += [levels[-1][inside].std(), levels[-1][inside].mean() - levels[-1][ring].mean()]
    light = lab[..., 0]
    edges = np.hypot(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1))[inside]
    out += list(np.log(np.percentile(edges, (25, 50, 75, 90, 98)) + 0.1))
    flat = lab[inside]
    out += [np.corrcoef(flat[:, 0], flat[:, 1])[0, 1], np.corrcoef(flat[:, 0], flat[:, 2])[0, 1], np.corrcoef(flat[:, 1], flat[:, 2])[0, 1]]
    return np.nan_to_num(np.array(out, np.float64))


def fit(x, y, steps=30):
    """Ridge logistic regression by Newton's method. -> weights with the bias last"""
    x = np.hstack([x, np.ones((len(x), 1))])
    w, ridge = np.zeros(x.shape[1]), RIDGE * np.eye(x.shape[1])
    ridge[-1, -1] = 0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        w -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge + 1e-6 * np.eye(len(w)), x.T @ (p - y) + ridge @ w)
    return w


def area_under_curve(scores, labels):
    order = np.argsort(scores)
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = labels > 0.5
    n, m = positive.sum(), (~positive).sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * m)


def probe(real, results, repeats=10, seed=1):
    """real, results: feature vectors, person i of both is the same target. -> mean AUC over random halves of the people, both ways"""
    real, results, rng, found = np.array(real), np.array(results), np.random.default_rng(seed), []
    for _ in range(repeats):
        order = rng.permutation(len(real))
        halves = order[:len(order) // 2], order[len(order) // 2:]
        for train, test in (halves, halves[::-1]):
            x = np.vstack([real[train], results[train]])
            mean, spread = x.mean(0), x.std(0) + 1e-6
            w = fit((x - mean) / spread, np.repeat([0.0, 1.0], len(train)))
            held = (np.vstack([real[test], results[test]]) - mean) / spread
            found.append(area_under_curve(held @ w[:-1] + w[-1], np.repeat([0.0, 1.0], len(test))))
    return float(np.mean(found))
