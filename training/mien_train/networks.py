"""What the product must know about each network; export.py writes it into models/manifest.json."""
import dataclasses

from .models import detect, fuse, identity, mesh, parse, refine, uncover

PHOTOS = ['free (public domain, CC BY 3.0, Open Parliament Licence, CC0)', 'id (public domain, CC BY 3.0, Open Parliament Licence)',
          'synth512 (AI-generated)', 'synth256 (AI-generated)']
NEGATIVES = 'Caltech-101 object classes (CC BY 4.0)'
MESH_TEACHER = 'MediaPipe Face Mesh with attention (Apache-2.0): labels'
IDENTITY_TEACHER = 'face-reidentification-retail-0095 of Open Model Zoo (Apache-2.0): identity loss'
MASK_TEACHERS = 'MediaPipe Selfie and Hair Segmentation (Apache-2.0): labels'
RGB = {'channels': 3, 'mean': [127.5] * 3, 'std': [127.5] * 3}

SPECS = {
    'detect': {
        'build': detect.DetectNet,
        'input': {'name': 'in0', 'width': 320, 'height': 320, **RGB},
        'parity_size': 96,
        'outputs': ['out0', 'out1', 'out2'],
        'parameters': {'strides': list(detect.STRIDES), 'min_score': 0.4, 'max_overlap': 0.4},
        'data_sets': PHOTOS + [NEGATIVES],
        'teachers': [MESH_TEACHER, 'MediaPipe Selfie Segmentation (Apache-2.0): cut-outs'],
    },
    'mesh': {
        'build': mesh.MeshNet,
        'input': {'name': 'in0', 'width': mesh.CROP_SIZE, 'height': mesh.CROP_SIZE, **RGB},
        'parity_size': mesh.CROP_SIZE,
        'outputs': ['out0', 'out1'],
        'parameters': {'crop_span': mesh.CROP_SPAN},
        'data_sets': PHOTOS + [NEGATIVES],
        'teachers': [MESH_TEACHER],
    },
    'parse': {
        'build': parse.ParseNet,
        'input': {'name': 'in0', 'width': 128, 'height': 128, **RGB},
        'parity_size': 128,
        'outputs': ['out0'],
        'parameters': {'crop_span': parse.CROP_SPAN},
        'data_sets': PHOTOS + [NEGATIVES],
        'teachers': [MESH_TEACHER, MASK_TEACHERS],
    },
    'identity': {
        'build': identity.IdentityNet,
        'input': {'name': 'in0', 'width': identity.CROP_SIZE, 'height': identity.CROP_SIZE, 'channels': 3, 'mean': identity.MEAN, 'std': identity.STD},
        'parity_size': identity.CROP_SIZE,
        'outputs': ['out0'],
        'parameters': {'template': [v for point in identity.TEMPLATE for v in point]},
        'data_sets': PHOTOS + [NEGATIVES],
        'teachers': [MESH_TEACHER, 'face-reidentification-retail-0095 of Open Model Zoo (Intel, Apache-2.0): first weights, pruned, and answers'],
    },
}


def _of_planes(build, size, channels, parity_size, outputs, **more):
    """A network whose input is no photo alone: `channels` planes of size x size, as they are."""
    return {'build': build, 'input': {'name': 'in0', 'width': size, 'height': size, 'channels': channels, 'mean': [0.0] * channels, 'std': [1.0] * channels},
            'parity_size': parity_size, 'parity_divisor': 255, 'outputs': outputs, **more}


SPECS['uncover'] = _of_planes(uncover.UncoverNet, uncover.SIZE, uncover.INPUTS, 32, ['out0'], parameters={'crop_span': uncover.CROP_SPAN},
                              data_sets=PHOTOS, teachers=[MESH_TEACHER])
SPECS.update({f'fuse_{kind}': _of_planes(fuse.NETWORKS[kind], fuse.SIZE, fuse.INPUTS, 32, ['out0', 'out1'], parameters=dataclasses.asdict(fuse.limits(kind)),
                                         data_sets=PHOTOS + [NEGATIVES], teachers=[MESH_TEACHER, IDENTITY_TEACHER]) for kind in ('tiny', 'small', 'base')})
SPECS['refine'] = _of_planes(refine.RefineNet, refine.SIZE, fuse.INPUTS, 64, ['out0'], parameters={'residual_kept': refine.RESIDUAL_KEPT},
                             data_sets=PHOTOS + ['hires (AI-generated)', NEGATIVES], teachers=[MESH_TEACHER, IDENTITY_TEACHER])
