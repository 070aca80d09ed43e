"""How steady a fused clip is: what flickers, shakes or crawls in the result that did not in the target.

Luminance: of 8-bit grey levels (BT.601). Everything is measured inside of the fused region alone: pixels that the fusion changes by more
than two levels in at least half of the frames around, so that the background cannot dilute the figure.
"""
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from mien_train.paths import REPOSITORY, TESTDATA

LOW_PASS_SHARE = 0.1       # of the region's width: sigma of the low-pass
CHANGED_LEVELS = 2.0
WINDOW = 5                 # frames over which a region is averaged


def read_clip(path, most=10_000):
    """-> list of frames, BGR uint8, and frames per second."""
    capture = cv2.VideoCapture(str(path))
    frames = []
    while len(frames) < most:
        ok, frame = capture.read()
        if not ok:
            break
        frames.append(frame)
    rate = capture.get(cv2.CAP_PROP_FPS) or 25
    capture.release()       # lets other threads run meanwhile; the destructor does not, and a codec thread that logs through PyAV waits for ever
    if not frames:
        raise SystemExit(f'{path}: no frame can be decoded; is it a clip?')
    return frames, rate


def write_clip(path, frames, rate=25):
    """Frames as they are (FFV1), so that nothing but our own noise flickers."""
    height, width = frames[0].shape[:2]
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'FFV1'), rate, (width, height))
    if not out.isOpened():
        raise SystemExit(f'{path}: OpenCV cannot write FFV1 here')
    for frame in frames:
        out.write(frame)
    out.release()


def still_clip(photo, count=120, longer_side=640, noise=3.0, seed=1):
    """A photo as a clip with a camera's noise: nothing moves, so all that moves in the result is the program's doing."""
    random = np.random.default_rng(seed)
    scale = longer_side / max(photo.shape[:2])
    size = [round(s * scale) // 2 * 2 for s in photo.shape[1::-1]]
    still = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return [np.clip(still + random.normal(0, noise, still.shape), 0, 255).round().astype(np.uint8) for _ in range(count)]


def fuse_clip(program, source, frames, rate, extra=()):
    """-> the fused frames and the program's report; the result is coded without loss."""
    with tempfile.TemporaryDirectory() as folder:
        target, result = Path(folder) / 'target.mkv', Path(folder) / 'result.mkv'
        write_clip(target, frames, rate)
        words = [str(program), 'video', '-s', str(source), '-t', str(target), '-o', str(result), '--encoder', 'ffv1', '--no-visible-mark', '--i-have-consent', '--json', *extra]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr.strip()
        return read_clip(result)[0], json.loads(done.stdout)


def luminance(frame):
    return cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY).astype(np.float32)


def fused_regions(targets, results):
    """Per frame a bool mask, or None when next to nothing was changed."""
    changed = [(np.abs(luminance(r) - luminance(t)) > CHANGED_LEVELS).astype(np.float32) for t, r in zip(targets, results)]
    regions = []
    for i in range(len(changed)):
        around = changed[max(0, i - WINDOW // 2):i + WINDOW // 2 + 1]
        share = cv2.GaussianBlur(np.mean(around, axis=0), (0, 0), 3)
        mask = share > 0.5
        regions.append(mask if mask.sum() > 400 else None)
    return regions


def masked_low_pass(image, mask, sigma):
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma)
    return cv2.GaussianBlur(image * mask, (0, 0), sigma) / np.maximum(weight, 1e-3)


def flow_of(before, after):
    """Where each pixel of `after` was in `before`: map for cv2.remap."""
    flow = cv2.calcOpticalFlowFarneback(after, before, None, 0.5, 4, 21, 3, 7, 1.5, 0)
    y, x = np.mgrid[:after.shape[0], :after.shape[1]].astype(np.float32)
    return x + flow[..., 0], y + flow[..., 1]


def steadiness(targets, results):
    """Figures of one clip:

    flicker         low-frequency luminance from frame to frame, after moving along with the target and taking the target's own change away;
                    grey levels, root mean square over the region, 95th percentile over frames beside the mean
    warping_ratio   error of the last frame warped onto this one along the target's motion, result's over target's own
    """
    regions = fused_regions(targets, results)
    flicker, errors = [], []
    grey = [cv2.cvtColor(t, cv2.COLOR_BGR2GRAY) for t in targets]
    for i in range(1, len(targets)):
        if regions[i] is None or regions[i - 1] is None:
            continue
        x, y = flow_of(grey[i - 1], grey[i])
        moved = lambda image: cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = regions[i] & (moved(regions[i - 1].astype(np.float32)) > 0.99)
        if mask.sum() < 400:
            continue
        columns = np.flatnonzero(mask.any(axis=0))
        sigma = LOW_PASS_SHARE * (columns[-1] - columns[0] + 1)
        step = [luminance(c[i]) - moved(luminance(c[i - 1])) for c in (targets, results)]
        low = masked_low_pass(step[1] - step[0], mask, sigma)
        flicker.append(float(np.sqrt(np.mean(low[mask] ** 2))))
        errors.append([float(np.mean(s[mask] ** 2)) for s in step])
    if not flicker:
        return None
    own, result = np.mean(errors, axis=0)
    return {'frames': len(flicker), 'flicker': float(np.mean(flicker)), 'flicker_p95': float(np.percentile(flicker, 95)),
            'warping_target': float(np.sqrt(own)), 'warping_result': float(np.sqrt(result)), 'warping_ratio': float(np.sqrt(result / max(own, 1e-6)))}


def strip(targets, results, every=10, height=240):
    """Target above result, every n-th frame: to be looked at."""
    columns = []
    for i in range(0, len(results), every):
        pair = np.vstack([targets[i], results[i]])
        columns.append(cv2.resize(pair, (round(pair.shape[1] * 2 * height / pair.shape[0]), 2 * height), interpolation=cv2.INTER_AREA))
    return np.hstack(columns)


def measure(program, source, clips, stills, extra=(), count=120, strips=None):
    """-> rows: name -> figures. clips, stills: paths."""
    rows = {}
    for path in [*stills, *clips]:
        frames, rate = (still_clip(cv2.imread(str(path)), count), 25) if path in stills else read_clip(path, count)
        results, report = fuse_clip(program, source, frames, rate, extra)
        if results is None:
            rows[path.stem] = {'note': report}
            continue
        rows[path.stem] = steadiness(frames, results) or {'note': 'nothing was fused'}
        if strips:
            cv2.imwrite(str(Path(strips) / f'{path.stem}.jpg'), strip(frames, results))
    return rows


def default_stills():
    return [REPOSITORY / 'examples' / 'target_1.jpg', REPOSITORY / 'examples' / 'target_3.jpg']


def default_clips():
    return sorted((TESTDATA / 'clips').glob('*.mp4'))
