"""Whether a fused clip blinks and looks where its target does. The judge is the mesh teacher, which the product does not have."""
import sys

import cv2
import numpy as np
import torch

from . import geometry as g, steady_evaluation as steady
from .paths import TEACHERS
from .result_evaluation import MeshReader

sys.path.insert(0, str(TEACHERS))
LOOK_EVERY = 10     # frames from one look for the face's box to the next
CLOSED = 0.2        # opening between the lids over the eye's width; open eyes have about 0.3


def lids_and_gaze(mesh):
    """-> opening between the lids; irises from the middle of their eyes along and across them: means of both eyes, in eye widths."""
    points = mesh[:, :2]
    rows = []
    for corners, iris in ((g.RIGHT_EYE_CORNERS, g.RIGHT_IRIS[0]), (g.LEFT_EYE_CORNERS[::-1], g.LEFT_IRIS[0])):     # left to right
        first, second = points[corners]
        width = np.linalg.norm(second - first)
        along = (second - first) / width
        away = (points[iris] - (first + second) / 2) / width
        rows.append([along @ away, np.array([-along[1], along[0]]) @ away])
    return np.concatenate([g.eye_openings(mesh[None]), np.mean(rows, 0)])


def box_of(mesh):
    """box5 of the teachers."""
    five = np.array([mesh[468, :2], mesh[473, :2], mesh[4, :2], mesh[61, :2], mesh[291, :2]])
    return np.concatenate([mesh[:, :2].min(0), mesh[:, :2].max(0), [1.0], five.ravel()])


def judge(teacher, reader, targets, results):
    """-> frames x 2 (target, result) x 3 of lids_and_gaze(); None without a face."""
    middle = np.tile(np.array([[targets[0].shape[1] / 2, 0.4 * targets[0].shape[0], 0.0]]), (g.POINT_COUNT, 1))
    mesh, rows = None, []
    for i, (target, result) in enumerate(zip(targets, results)):
        if i % LOOK_EVERY == 0:
            seen = reader(target, middle if mesh is None else mesh)
            mesh = mesh if seen is None else seen
        if mesh is not None:
            rows.append([lids_and_gaze(teacher.mesh(frame, box_of(mesh))[0]) for frame in (target, result)])
    return np.array(rows) if rows else None


def figures(rows):
    """rows of judge() -> name -> value. Correlation over the frames; how far the result moves of what the target does (slope)."""
    out = {'frames': len(rows)}
    for k, name in enumerate(('lids', 'gaze along', 'gaze across')):
        target, result = rows[:, 0, k], rows[:, 1, k]
        out[f'{name}: moves'] = float(target.std())
        if target.std() > 1e-6 and result.std() > 1e-6:
            out[f'{name}: correlation'], out[f'{name}: slope'] = float(np.corrcoef(target, result)[0, 1]), float(np.polyfit(target, result, 1)[0])
    closed = rows[:, 0, 0] < CLOSED
    if closed.any():
        out['closed frames'] = int(closed.sum())
        out['opening there'], out["the result's"] = (float(rows[closed, k, 0].mean()) for k in (0, 1))
    return out


def measure(program, source, clips, extra=(), count=120):
    """-> rows: name -> figures or a note."""
    import teachers
    torch.set_num_threads(1)
    teacher, reader, rows = teachers.MeshTeacher(), MeshReader(program), {}
    for path in clips:
        frames, rate = steady.read_clip(path, count)
        results, report = steady.fuse_clip(program, source, frames, rate, extra)
        judged = None if results is None else judge(teacher, reader, frames, results)
        rows[path.stem] = {'note': report if results is None else 'no face'} if judged is None else figures(judged)
    return rows
