"""Makes examples/*.jpg: portraits of people who do not exist, each an average of at least eight aligned faces.

    /usr/bin/python3 training/make_examples.py [source_1 ...]

The members' meshes are averaged, every picture is moved to the mean mesh and then by optical flow to the group's mean, and the
average is taken band by band: each band gets the energy back that averaging took. Walls, necks' gaps and clothes are painted, so no
part of a single picture is shown. Members are fixed, noise is seeded. examples/README.md says what came out and from which sets.
"""
import sys
import tarfile
import time
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from mien_train import dataset, geometry as g
from mien_train.paths import DATA, REPOSITORY
from mien_train.repose import Reposer, Turn

FEWEST = 8                      # pictures an average must be made of, so that it shows none of them
# Standard deviations (px) that split a picture into bands, and how far the energy that averaging took may be given back.
BAND_SIGMAS = (0.7, 1.4, 2.8, 5.6, 11.2)
BAND_GAINS = (2.6, 2.4, 2.0, 1.5, 1.2)


@dataclass
class Garment:
    """A plain knitted top. Lengths in face box sides, measured from the chin: neck is half the collar's width, throat half the
    neck's, edge and depth the height of the rim beside and in front of the neck (positive is down)."""
    colour: tuple               # BGR
    neck: float
    throat: float
    edge: float
    depth: float


@dataclass
class Group:
    """Members are parts of file names. frame: width, height; face: centre x, y and side of its box; edge: the value of the person
    mask that still counts as wall; tight: the members' pictures end right below the chin and are mirrored
    there; forehead: how far its colour goes to the cheeks', 0..1 (glossy foreheads average to a grey veil); cut: down to where (sides from the chin) the far cheek of a
    turned face is kept; turn_deg: how far the mean mesh is turned in space."""
    set: str
    members: str
    frame: tuple
    face: tuple
    garment: Garment
    edge: float = 0.35
    long_hair: bool = False
    tight: bool = False
    smile: float = 0.0
    forehead: float = 0.0
    cut: float = -0.33
    turn_deg: float = 0.0


GROUPS = {
    'young_woman': Group(
        'hires', '5ddce543 6792ad76 722306c1 37e6fac9 f95bd57d 53839fa6 c8fdef34 1efcdf50 2626d186 3a61381f 1404d767 2a15f006',
        (528, 528), (264, 240, 310), Garment((150, 150, 156), 0.36, 0.25, 0.12, 0.22), long_hair=True, tight=True),
    'old_man': Group(
        'free', 'W000809 D000399 W000802 G000410 C001071 L000304 M001146 D000599 J000293 P000583 S001183 H000338',
        (512, 600), (256, 290, 280), Garment((92, 66, 52), 0.32, 0.31, -0.17, 0.07)),
    'dark_man': Group(
        'free', 'male__512__18 male__512__21 male__512__58 male__512__66 male__512__81 male__512__82 male__512__84 male__512__87 '
        'male__512__88 male__512__91 male__512__98',
        (540, 600), (270, 285, 290), Garment((70, 110, 60), 0.39, 0.31, 0.08, 0.22), edge=0.38, smile=1.0, forehead=0.8),
    'dark_haired_man': Group(
        'free', 'Q000024 R000570 R000592 R000595 R000590 H001048 K000188 M001191 D000614 M001189 L000574 B001259',
        (840, 600), (265, 255, 272), Garment((120, 112, 108), 0.33, 0.32, -0.16, 0.07)),
    'fair_woman': Group(
        'free', 'B000711 B001284 S001174 S001156 M001170 L000550 C001036 W000812 L000571 D000608 P000555 A000366',
        (840, 600), (580, 335, 248), Garment((60, 40, 130), 0.36, 0.26, 0.09, 0.20), long_hair=True),
    'turned_woman': Group(
        'synth512', 'b75a5612 59a4383f 5c45275f 52d13e54 765de528 30a56ba3 3f9535e7 5f693efc 6abb6873 fb3710c0',
        (528, 528), (362, 241, 322), Garment((70, 120, 150), 0.38, 0.26, 0.10, 0.22), tight=True, cut=-0.1, turn_deg=8),
}


@dataclass
class Member:
    image: np.ndarray           # BGR float32
    masks: np.ndarray           # hair and person, 0..1
    mesh: np.ndarray            # 478 x 3, px


def guided(mask, guide, radius, tolerance):
    """Guided filter (He, Sun, Tang 2010): the mask's edges move to the guide's edges."""
    mean = lambda v: cv2.boxFilter(v, -1, (2 * radius + 1,) * 2)
    m, q = mean(guide), mean(mask)
    a = (mean(guide * mask) - m * q) / (mean(guide * guide) - m * m + tolerance ** 2)
    return np.clip(mean(a) * guide + mean(q - a * m), 0, 1)


def read_masks(group, photos, images):
    """Hair and person masks of the labels (128 x 128), at full size, the person's edges moved to the picture's."""
    wanted = {p.name.rsplit('.', 1)[0]: p for p in photos}
    masks = {}
    with tarfile.open(DATA / 'labels' / f'{group.set}_masks.tar') as tar:
        for entry in tar:
            photo = wanted.get(entry.name.split('/')[-1].rsplit('.', 1)[0])
            if photo and entry.isfile():
                height, width = images[photo.name].shape[:2]
                mask = cv2.imdecode(np.frombuffer(tar.extractfile(entry).read(), np.uint8), cv2.IMREAD_COLOR)[..., :2]
                mask = cv2.resize(mask, (max(height, width),) * 2, interpolation=cv2.INTER_CUBIC)[:height, :width].astype(np.float32) / 255
                person = guided(mask[..., 1], luminance(images[photo.name].astype(np.float32)), max(3, width // 60), 12)
                mask[..., 1] = np.clip((person - group.edge) / 0.55, 0, 1)
                masks[photo.name] = np.clip(mask, 0, 1)
    return masks


def read_members(group):
    photos = dataset.read_photos([group.set], 'train') + dataset.read_photos([group.set], 'val')
    chosen = []
    for key in group.members.split():
        found = [p for p in photos if f'__{key}.' in p.name or f'__{key}-' in p.name]
        if len(found) != 1:
            raise ValueError(f'{key}: {len(found)} pictures of that name in {group.set}')
        chosen.append(found[0])
    if len(chosen) < FEWEST:
        raise ValueError(f'{group.members}: an example needs at least {FEWEST} pictures')
    images = dataset.read_images(group.set, [p.name for p in chosen])
    masks = read_masks(group, chosen, images)
    return [Member(images[p.name].astype(np.float32), masks[p.name], p.mesh.astype(np.float64)) for p in chosen]


def mean_mesh(members, group):
    """The members' meshes, made level and equally large, averaged; in pixels of the group's frame."""
    x, y, side = group.face
    meshes = []
    for m in members:
        centre, member_side, roll = g.level_box(m.mesh)
        meshes.append(g.apply(g.crop_from_image(centre, member_side, roll, 2), m.mesh))
    mean = np.mean(meshes, 0)
    centre, mean_side, roll = g.level_box(mean)
    matrix = g.crop_from_image(centre, mean_side, roll, 2)
    mean = g.apply(matrix, mean) - [0.5, 0.5, 0]
    return mean * side / 2 + [x, y, 0]


def smiling(mesh, group):
    """Draws the corners of a closed mouth up and outwards and lifts the cheeks and lower lids a little."""
    out, side = mesh.copy(), group.face[2]
    for corner, lid, sign in ((61, 145, -1), (291, 374, 1)):
        for centre, reach, move in ((corner, 0.075, (0.028 * sign, -0.03)), (lid, 0.05, (0, -0.005))):
            near = np.exp(-(np.linalg.norm(mesh[:, :2] - mesh[centre, :2], axis=1) / (reach * side)) ** 2 / 2)
            near[g.RIGHT_IRIS + g.LEFT_IRIS] = 0
            out[:, :2] += group.smile * side * near[:, None] * np.array(move)
    return out


def member_rings(mean, extended_mean, mesh):
    """The rings of a member: the mean's rings moved by the similarity between the meshes; the near ring follows the face's own oval."""
    to_member = g.similarity_transform(mean[:, :2], mesh[:, :2])
    moved = g.apply(to_member, extended_mean)
    own = mesh[g.OVAL, :2] - moved[g.OVAL, :2]
    out = moved.copy()
    out[:len(mesh)] = mesh
    count = len(g.OVAL)
    for ring, share in enumerate((0.8, 0.4, 0.0)):
        start = len(mesh) + ring * count
        out[start:start + count, :2] += share * own
    return out


def triangle_map(vertices, triangles, frame):
    """Index of the triangle drawn at every pixel, the nearest on top."""
    index = np.full((frame[1], frame[0]), -1, np.int32)
    order = np.argsort(-vertices[triangles, 2].mean(1), kind='stable')
    for t in order:
        cv2.fillConvexPoly(index, np.round(vertices[triangles[t], :2] * 256).astype(np.int32), int(t), cv2.LINE_8, 8)
    holes = index < 0
    nearest = ndimage.distance_transform_edt(holes, return_distances=False, return_indices=True)
    return index[tuple(nearest)]


def affine_maps(index, triangles, here, there):
    """Piecewise affine map from pixels of the frame (mesh here) to a member's pixels (mesh there). -> h x w x 2 float32"""
    a = np.concatenate([here[triangles, :2], np.ones((len(triangles), 3, 1))], 2)
    good = np.abs(np.linalg.det(a)) > 1e-6
    a[~good] = np.eye(3)
    coefficients = np.linalg.solve(a, there[triangles, :2])           # m x 3 x 2
    c = coefficients[index]
    y, x = np.mgrid[:index.shape[0], :index.shape[1]]
    return (x[..., None] * c[:, :, 0] + y[..., None] * c[:, :, 1] + c[:, :, 2]).astype(np.float32)


def sample(image, maps):
    return cv2.remap(image, maps[..., 0], maps[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def validity(member, maps, below=0.0):
    """1 where the map stays inside the member's picture (or less than below of its height under it)."""
    h, w = member.image.shape[:2]
    x, y = maps[..., 0], maps[..., 1]
    return ((x > 1) & (y > 1) & (x < w - 2) & (y < h - 2 + below * h)).astype(np.float32)


def mirror_below(member, maps):
    """Continues the picture under its lower edge by its mirror image; the last rows, where masks fade, are not used."""
    last = 0.95 * member.image.shape[0]
    y = maps[..., 1]
    return np.dstack([maps[..., 0], np.where(y > last, 2 * last - y, y)])


def landmarks(image, person, sigma):
    """Picture for registration: local contrast made equal inside the person, one grey outside, so that outlines meet too."""
    grey = luminance(np.clip(image, 0, 255))
    detail = grey - cv2.GaussianBlur(grey, (0, 0), sigma)
    spread = np.sqrt(cv2.GaussianBlur(detail ** 2, (0, 0), sigma)) + 6
    inside = np.clip(100 + 35 * detail / spread, 0, 255)
    return (person * inside + (1 - person) * 255).astype(np.uint8)


def refine_maps(members, maps, mesh, side, rounds=4):
    """Moves the maps by optical flow to the group's mean, so that hair lines, lids and collars meet as well as the mesh's points do."""
    estimator = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    y, x = np.mgrid[:maps[0].shape[0], :maps[0].shape[1]].astype(np.float32)
    outside = np.ones(x.shape, np.uint8)
    cv2.fillConvexPoly(outside, np.round(mesh[g.OVAL, :2]).astype(np.int32), 0)
    limit = (0.03 + 0.09 * np.clip(cv2.distanceTransform(outside, cv2.DIST_L2, 5) / (0.2 * side), 0, 1)) * side
    for _ in range(rounds):
        pictures = [landmarks(sample(m.image, p), np.clip(sample(m.masks, p)[..., 1], 0, 1), 0.06 * side) for m, p in zip(members, maps)]
        target = np.mean(pictures, 0).astype(np.uint8)
        flows = []
        for member, picture, p in zip(members, pictures, maps):
            flow = estimator.calc(target, picture, None)
            flow *= cv2.GaussianBlur(validity(member, p), (0, 0), 0.02 * side)[..., None]
            flow = cv2.GaussianBlur(flow, (0, 0), 0.02 * side)
            length = np.linalg.norm(flow, axis=2)
            flows.append(flow * np.minimum(1, limit / np.maximum(length, 1e-3))[..., None])
        middle = np.mean(flows, 0)
        maps = [cv2.remap(p, x + (f - middle)[..., 0], y + (f - middle)[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                for p, f in zip(maps, flows)]
    return maps


def bands(image):
    """-> list of band-pass pictures, fine to coarse, and the rest; their sum is the picture."""
    out, current = [], image
    for sigma in BAND_SIGMAS:
        smooth = cv2.GaussianBlur(image, (0, 0), sigma)
        out.append(current - smooth)
        current = smooth
    return out + [current]


def luminance(image):
    return image @ np.array([0.114, 0.587, 0.299], np.float32)


def consensus(pictures, weights, where, side):
    """Weights that favour, where asked for, the members near the median: fewer ghosts of ears and locks."""
    smooth = np.array([cv2.GaussianBlur(p, (0, 0), 0.02 * side) for p in pictures])
    distance = np.linalg.norm(smooth - np.median(smooth, 0), axis=3)
    return [w * (1 - where + where * (0.1 + np.exp(-(d / 40) ** 2 / 2))) for w, d in zip(weights, distance)]


def temper(members):
    """Pulls what stands out in one member alone (a lock, an earring) down to about what the others show there."""
    strength = np.array([np.sqrt(cv2.GaussianBlur(luminance(m) ** 2, (0, 0), 3) + 0.05) for m in members])
    usual = np.median(strength, 0)
    return [m * np.minimum(1, 1.6 * usual / s)[..., None] for m, s in zip(members, strength)]


def average(pictures, weights, head):
    """Mean of the pictures; inside the head the energy of every band, which averaging lowers, is given back as far as BAND_GAINS allow."""
    total = np.maximum(np.sum(weights, 0), 1e-6)
    shares = [(w / total)[..., None] for w in weights]
    split = list(zip(*(bands(p) for p in pictures)))
    split = [temper(b) for b in split[:-1]] + split[-1:]
    result = 0
    for level in range(len(BAND_SIGMAS) + 1):
        mean = sum(s * b for s, b in zip(shares, split[level]))
        if level < len(BAND_SIGMAS):
            window = 4 * BAND_SIGMAS[level] + 3
            blur = lambda v: wide_blur(v, window)
            energy = sum(s[..., 0] * luminance(b) ** 2 for s, b in zip(shares, split[level]))
            gain = np.sqrt(blur(energy) / (blur(luminance(mean) ** 2) + 0.02))
            mean = mean * (1 + head * (np.clip(0.92 * gain, 1, BAND_GAINS[level]) - 1))[..., None]
        result = result + mean
    return result


def head_mask(mesh, frame, side):
    """1 on the head and in its hair, falling to 0.15 below the chin."""
    mask = np.zeros((frame[1], frame[0]), np.uint8)
    oval = mesh[g.OVAL, :2]
    cv2.fillConvexPoly(mask, np.round(oval).astype(np.int32), 255)
    below = np.clip((np.mgrid[:frame[1], :frame[0]][0] - mesh[152, 1]) / (0.1 * side), 0, 1)
    return np.clip(1 - 0.85 * below, cv2.GaussianBlur(mask, (0, 0), 0.02 * side) / 255, 1).astype(np.float32)


def wide_blur(image, sigma):
    """Gaussian blur; wide ones are done on a smaller picture."""
    step = max(1, int(sigma / 4))
    size = image.shape[1::-1]
    small = cv2.resize(image, (max(1, size[0] // step), max(1, size[1] // step)), interpolation=cv2.INTER_AREA) if step > 1 else image
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / step), size, interpolation=cv2.INTER_LINEAR)


def move_to(background, photo, person, side):
    """The person before another background. Half-transparent edges take their colour from the solid person beside them, so that
    nothing of the old wall stays."""
    solid = ramp(person - 0.85, 0.2)
    share = wide_blur(solid, 0.02 * side)[..., None] + 1e-4
    near = (wide_blur(photo * solid[..., None], 0.02 * side) + 1e-4 * photo) / share
    colour = near + solid[..., None] * (photo - near)
    return background + person[..., None] * (colour - background)


def local(mesh, frame, side):
    """-> u, v: pixel coordinates in face box sides, from the middle between the ears (below it is the neck) and from the chin down."""
    y, x = np.mgrid[:frame[1], :frame[0]].astype(np.float32)
    return (x - mesh[[234, 454], 0].mean()) / side, (y - mesh[152, 1]) / side


def ramp(v, width):
    return np.clip(v / width + 0.5, 0, 1)


def oval_mask(mesh, frame, grow, soft):
    oval = mesh[g.OVAL, :2]
    oval = oval.mean(0) + grow * (oval - oval.mean(0))
    mask = np.zeros((frame[1], frame[0]), np.float32)
    cv2.fillConvexPoly(mask, np.round(oval * 16).astype(np.int32), 1.0, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(mask, (0, 0), soft)


def garment_shape(garment, u, v):
    """-> rim height at every column, signed depth inside of the garment (sides; positive is inside)"""
    a = np.abs(u)
    shoulder = np.interp(a, garment.neck + np.array([0, 0.03, 0.1, 0.25, 0.5, 0.8, 1.2]),
                         [garment.edge, max(garment.edge, 0.07), max(garment.edge, 0.15), 0.25, 0.34, 0.45, 0.75])
    shoulder = cv2.GaussianBlur(shoulder.astype(np.float32), (0, 0), 0.03 / (u[0, 1] - u[0, 0]))
    inside = np.clip(1 - (a / garment.neck) ** 2, 0, 1)
    rim = np.where(a < garment.neck, garment.edge + (garment.depth - garment.edge) * np.sqrt(inside), shoulder)
    return rim, v - rim


def paint_garment(garment, u, v, side, seed):
    """-> colour h x w x 3, alpha"""
    rng = np.random.default_rng(seed)
    rim, depth = garment_shape(garment, u, v)
    depth = cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 0.012 * side)      # rounds the collar's corners
    noise = lambda size, s: cv2.resize(rng.normal(0, 1, size).astype(np.float32), u.shape[::-1], interpolation=cv2.INTER_CUBIC) * s
    folds = noise((5, 9), 0.06) + noise((9, 7), 0.035)
    yarn = cv2.GaussianBlur(rng.normal(0, 1, u.shape).astype(np.float32), (0, 0), 0.8) * 0.05
    light = 1.0 - 0.22 * np.abs(u) ** 1.5 - 0.25 * np.clip(v, 0, 1) + folds + yarn
    collar = ramp(0.055 - depth, 0.01) * ramp(garment.neck + 0.02 - np.abs(u), 0.04)
    ribs = 0.05 * np.sin(2 * np.pi * np.arcsin(np.clip(u / (garment.neck + 0.02), -1, 1)) * 24)
    light += collar * (ribs + 0.06) - 0.25 * np.exp(-((depth - 0.058) / 0.008) ** 2) * ramp(garment.neck - np.abs(u), 0.05)
    light -= 0.3 * ramp(garment.neck - np.abs(u), 0.05) * np.exp(-np.clip(depth, 0, 1) / 0.012)
    light -= 0.35 * np.exp(-(u / 0.3) ** 2 - (np.clip(v, 0, 1) / 0.12) ** 2)
    return np.clip(light, 0.05, 1.5)[..., None] * np.array(garment.colour, np.float32), ramp(depth, 2.2 / side)


def neck(photos, weights, mesh, u, v):
    """The neck without collars: members count where they show skin, gaps are filled from around."""
    side = 1 / (u[0, 1] - u[0, 0])
    cheeks = (oval_mask(mesh, photos[0].shape[1::-1], 0.9, 1) > 0.5) & (v > -0.45) & (v < -0.05)
    tint = lambda c: c / (c.sum(-1, keepdims=True) + 1)
    total, mass = 1e-6, 1e-6
    for photo, weight in zip(photos, weights):
        skin, smooth = np.median(photo[cheeks], 0), cv2.GaussianBlur(photo, (0, 0), 2)
        shade = luminance(smooth) / luminance(skin)
        like = np.exp(-(np.linalg.norm(tint(smooth) - tint(skin), axis=2) / 0.03) ** 2 / 2) * ramp(shade - 0.3, 0.2) * ramp(1.05 - shade, 0.2)
        weight = (weight * like)[..., None]
        total, mass = total + weight * photo, mass + weight
    total, mass = cv2.GaussianBlur(total, (0, 0), 1.2), cv2.GaussianBlur(mass, (0, 0), 1.2)[..., None]
    fill = 0
    for sigma in (0.3, 0.1, 0.03):    # from far to near: what is near and certain comes last
        part, share = wide_blur(total, sigma * side), wide_blur(mass, sigma * side)
        share = share[..., None]
        trust = np.clip(share / 4, 1e-4, 1)
        fill = (1 - trust) * fill + trust * part / (share + 1e-9)
    trust = np.clip((cv2.GaussianBlur(mass, (0, 0), 2)[..., None] - 4) / (FEWEST - 4), 0, 1)
    shadow = 1.12 - 0.16 * np.exp(-(np.clip(v, 0, 1) / 0.1) ** 2) - 0.16 * np.clip(np.abs(u) / 0.35, 0, 1.2) ** 4
    return ((1 - trust) * fill * shadow[..., None] + trust * total / mass).astype(np.float32)


def dress(group, picture, photos, masks, weights, mesh, background, seed):
    """Replaces what is below the chin: neck from skin alone, a painted garment, no collar of any member. -> picture, alpha"""
    side, garment = group.face[2], group.garment
    u, v = local(mesh, group.frame, side)
    colour, cloth = paint_garment(garment, u, v, side, seed)
    flare = np.clip((v + 0.04) / max(garment.edge + 0.04, 0.01), 0, 1) ** 2 if garment.edge > 0 else 0
    throat = ramp(garment.throat + (garment.neck - garment.throat) * flare - np.abs(u), 2 / side)
    face = oval_mask(mesh, group.frame, 1.0, 0.008 * side)
    hair = masks[..., 0]
    if group.tight:                         # the hair masks end short of the picture's lower edge; dark parts of the person are hair, too
        light = luminance(cv2.GaussianBlur(picture, (0, 0), 2)) / luminance(picture)[(face > 0.9) & (v > -0.45)].mean()
        hair = np.maximum(hair * ramp(0.6 - light, 0.2), masks[..., 1] * ramp(0.42 - light, 0.16))
    hair = ramp(hair - 0.6, 0.3) if group.long_hair else 0
    mix = lambda a, b, t: a + (b - a) * t[..., None]
    base = picture if group.tight and group.long_hair else background
    lower = mix(mix(base, neck(photos, weights, mesh, u, v), throat), colour, cloth)
    below = 0.07 if group.tight and group.long_hair else np.where(u < 0, group.cut, -0.33)
    kept = np.clip(ramp(below - v, 0.06) + face + hair, 0, 1) * (1 - cloth * (1 - np.maximum(face, hair)))
    behind = 1 - (1 - throat) * (1 - cloth)
    return mix(lower, picture, kept), behind * (1 - kept) + masks[..., 1] * kept


def even_forehead(picture, mesh, masks, group):
    """Moves the low frequencies of the forehead's skin towards the cheeks' colour."""
    side, light = group.face[2], picture.clip(0, 255) / 255
    u, v = local(mesh, group.frame, side)
    lab = cv2.cvtColor(light, cv2.COLOR_BGR2LAB)
    face = oval_mask(mesh, group.frame, 0.9, 1) > 0.5
    cheeks = np.median(lab[face & (v > -0.5) & (v < -0.3) & (np.abs(u) > 0.15)], 0)
    brows = (mesh[[105, 334], 1].mean() - mesh[152, 1]) / side
    skin = oval_mask(mesh, group.frame, 1.25, 0.01 * side) * ramp(0.25 - masks[..., 0], 0.3) * ramp(masks[..., 1] - 0.85, 0.2) * ramp(0.4 - np.abs(u), 0.1)
    low = wide_blur(lab * skin[..., None], 0.05 * side) / (wide_blur(skin, 0.05 * side)[..., None] + 1e-3)
    where = group.forehead * skin * ramp(brows - 0.02 - v, 0.12)
    moved = lab + where[..., None] * (cheeks - low) * np.array([0.7, 1, 1], np.float32)
    return 255 * cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2BGR)


def blend(name, background):
    """-> the group's picture over the background (float32 BGR), its mesh, how many members each pixel is made of"""
    group = GROUPS[name]
    members = read_members(group)
    side = group.face[2]
    mean = smiling(mean_mesh(members, group), group)
    reposer, level = Reposer(), Reposer.extend(mean)
    extended = reposer.turned(level, Turn(np.radians(group.turn_deg)))
    index = triangle_map(extended, reposer.triangles, group.frame)
    maps = [affine_maps(index, reposer.triangles, extended, member_rings(mean, level, m.mesh)) for m in members]
    mean = extended[:g.POINT_COUNT]
    maps = refine_maps(members, maps, mean, side)
    weights = [validity(m, p, 0.3 * group.tight) for m, p in zip(members, maps)]
    maps = [mirror_below(m, p) if group.tight else p for m, p in zip(members, maps)]
    inside = [cv2.GaussianBlur(cv2.erode(w, np.ones((13, 13))), (0, 0), 3) for w in weights]
    masks = [np.clip(sample(m.masks, p), 0, 1) * w[..., None] for m, p, w in zip(members, maps, inside)]
    photos = [sample(m.image, p) for m, p in zip(members, maps)]
    pictures = [move_to(background, p, m[..., 1], side) for m, p in zip(masks, photos)]
    around = (1 - oval_mask(mean, group.frame, 1.0, 0.03 * side)) * ramp(local(mean, group.frame, side)[1] + 0.7, 0.2)
    picture = average(pictures, consensus(pictures, [np.ones_like(around)] * len(pictures), around, side), head_mask(mean, group.frame, side))
    mask = np.mean(masks, 0)
    picture = even_forehead(picture, mean, mask, group) if group.forehead else picture
    picture, alpha = dress(group, picture, photos, mask, inside, mean, background, sum(group.frame) + len(name))
    return picture, alpha


def backdrop(frame, colour, seed):
    """A wall out of focus: slow gradients."""
    rng = np.random.default_rng(seed)
    width, height = frame
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = 1.1 - 0.28 * np.hypot((x - 0.4 * width) / width, (y - 0.35 * height) / height)
    noise = wide_blur(cv2.resize(rng.normal(0, 0.04, (4, 5)).astype(np.float32), frame, interpolation=cv2.INTER_CUBIC), 0.08 * width)
    return (light + noise)[..., None] * np.array(colour, np.float32)


def film(picture, seed):
    """Light grain, as any camera leaves it: averages are too clean."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]).astype(np.float32), (0, 0), 0.6) * 2.4
    colour = cv2.GaussianBlur(rng.normal(0, 1, picture.shape).astype(np.float32), (0, 0), 1.2) * 1.5
    return np.clip(picture + grain[..., None] + colour + 0.5, 0, 255).astype(np.uint8)


PICTURES = {                    # wall colour (BGR) and who stands before it, the nearest last
    'source_1': ((196, 194, 190), ['young_woman']),
    'source_2': ((150, 138, 128), ['old_man']),
    'target_1': ((170, 190, 204), ['dark_man']),
    'target_2': ((176, 172, 158), ['dark_haired_man', 'fair_woman']),
    'target_3': ((205, 202, 196), ['turned_woman']),
}


def make(name):
    colour, people = PICTURES[name]
    seed = sum(map(ord, name))
    background = backdrop(GROUPS[people[0]].frame, colour, seed)
    canvas = background
    for person in people:
        picture, alpha = blend(person, background)
        canvas = picture + (1 - alpha[..., None]) * (canvas - background)
    cv2.imwrite(str(REPOSITORY / 'examples' / f'{name}.jpg'), film(canvas, seed), [cv2.IMWRITE_JPEG_QUALITY, 93])


if __name__ == '__main__':
    cv2.setNumThreads(1)        # one thread: the same sums in the same order everywhere
    for name in sys.argv[1:] or PICTURES:
        start = time.time()
        make(name)
        print(f'{name}: {time.time() - start:.0f} s', flush=True)
