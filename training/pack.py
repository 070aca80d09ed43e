#!/usr/bin/python3
"""Training on a machine that has neither ../shared nor much room on the way to it:

    pack.py make FOLDER [--part-mib 40] [--quality 82]     what the fusion networks are trained from, in parts of a size that travels
    pack.py unpack OUT PART...                             there: OUT/shared and OUT/cache, for MIEN_SHARED and MIEN_TRAINING_CACHE

Level crops travel as WebP, labels without what this training does not read. The packed photos stay outside of the repository.
"""
import argparse
import io
import tarfile
from pathlib import Path

import cv2
import numpy as np

from mien_train import dataset, fuse_cache, geometry
from mien_train.glasses_labels import RealGlasses
from mien_train.mesh_task import SETS
from mien_train.paths import CACHE, DATA, TEACHERS

SPLITS = ('val', 'train')         # in this order, so that the first part is enough for a trial
PIECE = 1000            # level crops in one file
LABELS = ('name', 'mesh', 'disagree')
FILES = ((DATA, 'data', ('split.csv', 'negatives.tar', 'geometry/canonical_face_model.obj')),
         (TEACHERS, 'teachers', ('net_runtime.py', 'identity/face-reidentification-retail-0095.bin', 'identity/face-reidentification-retail-0095.xml')))


def as_npz(**arrays):
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def encoded(images, quality):
    """n x h x w x 3 BGR -> bytes of n WebP pictures one after another, and where each ends"""
    pieces = [cv2.imencode('.webp', image, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].ravel() for image in images]
    return {'webp': np.concatenate(pieces), 'ends': np.cumsum([len(p) for p in pieces])}


def entries(quality):
    """-> (name, bytes) of all that travels"""
    for root, name, files in FILES:
        for file in files:
            yield f'shared/{name}/{file}', (root / file).read_bytes()
    for set_name in (*SETS, 'hires'):
        with np.load(DATA / 'labels' / f'{set_name}.npz') as z:
            yield f'shared/data/labels/{set_name}.npz', as_npz(**{k: z[k] for k in LABELS})
    if RealGlasses.path('train').exists():
        with np.load(RealGlasses.path('train')) as z:
            yield 'cache/glasses_train.npz', as_npz(name=z['name'], score=z['score'])
    for split in SPLITS:
        for sample_size, (sets, size) in fuse_cache.CROPS.items():
            images, meshes, _ = dataset.level_crops(sets, split, size)
            yield f'cache/packed/identities_{split}_{size}.npz', as_npz(identities=fuse_cache.identities(images, meshes, split, sample_size).astype(np.float16))
            for i in range(0, len(images), PIECE):
                yield f'cache/packed/{split}_{size}_{i // PIECE:02d}.npz', as_npz(**encoded(images[i:i + PIECE], quality))


def write_part(folder, number, members):
    path = folder / f'part{number}' / 'data.tar'
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, 'w') as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    print(f'{path}: {path.stat().st_size / 2 ** 20:.1f} MiB')


def make(folder, part_mib, quality):
    number, waiting, size = 0, [], 0
    for name, data in entries(quality):
        if waiting and size + len(data) > part_mib * 2 ** 20:
            write_part(folder, number, waiting)
            number, waiting, size = number + 1, [], 0
        waiting.append((name, data))
        size += len(data)
    write_part(folder, number, waiting)


def decoded(piece):
    with np.load(piece) as z:
        webp, ends = z['webp'], z['ends']
    return [cv2.imdecode(webp[start:end], cv2.IMREAD_COLOR) for start, end in zip(np.concatenate([[0], ends[:-1]]), ends)]


def unpack(out, parts):
    for part in parts:
        with tarfile.open(part) as tar:
            tar.extractall(out)
    for split in SPLITS:
        for sample_size, (sets, size) in fuse_cache.CROPS.items():
            images = [image for piece in sorted((out / 'cache' / 'packed').glob(f'{split}_{size}_*.npz')) for image in decoded(piece)]
            photos = dataset.photos_for(sets, split, size)
            if len(images) == len(photos):
                pixels, meshes = dataset.level_files(sets, split, size)
                np.save(pixels, np.stack(images))
                np.save(meshes, dataset.level_meshes(photos, size))
                with np.load(out / 'cache' / 'packed' / f'identities_{split}_{size}.npz') as z:
                    np.save(fuse_cache.identities_file(split, sample_size), z['identities'].astype(np.float32))
            print(f'{split}: {len(images)} of {len(photos)} level crops of {size} px', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest='action', required=True)
    making = actions.add_parser('make')
    making.add_argument('folder', type=Path)
    making.add_argument('--part-mib', type=float, default=40)
    making.add_argument('--quality', type=int, default=82)
    unpacking = actions.add_parser('unpack')
    unpacking.add_argument('out', type=Path)
    unpacking.add_argument('parts', type=Path, nargs='+')
    args = parser.parse_args()
    if args.action == 'make':
        make(args.folder, args.part_mib, args.quality)
    elif CACHE.resolve() != (args.out / 'cache').resolve() or DATA.parent.resolve() != (args.out / 'shared').resolve():
        parser.error(f'set MIEN_SHARED={args.out}/shared and MIEN_TRAINING_CACHE={args.out}/cache first')
    else:
        unpack(args.out, args.parts)


if __name__ == '__main__':
    main()
