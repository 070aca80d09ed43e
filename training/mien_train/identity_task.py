"""What trains the recogniser: the teacher's answer on the same crop, in other light, turned, covered and aligned a little wrong; or (clean) its
answer on the photo as it is, so that light, pose and covers say less than they do to the teacher."""
import dataclasses

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from . import dataset, geometry as g, identity_evaluation, occluders
from .fuse_cache import identities
from .hard_light import lit_by_lamp
from .identity_pruning import prune
from .loop import LoopOptions, load_weights, train
from .mesh_task import SETS
from .models.identity import CROP_SIZE, IdentityNet, MEAN, STD, TEMPLATE
from .models.identity_teacher import ConvertedTeacher
from .photometric import augment
from .repose import Reposer, Turn
from .shipped_weights import load_shipped

MOST_YAW_DEG, MOST_PITCH_DEG = 40, 15
PRUNING_CROPS = 160


@dataclasses.dataclass
class IdentityOptions(LoopOptions):
    name: str = 'identity'
    samples: int = 80_000
    rate: float = 6e-4
    weight_decay: float = 0.0
    real_weight: float = 2.0
    turned_share: float = 0.3
    covered_share: float = 0.15
    relation_weight: float = 1.0    # of the cosines between a batch's faces (Park et al. 2019, arXiv 1904.05068)
    lamp_share: float = 0.0         # of the crops under one hard lamp (hard_light.py)
    clean: bool = False             # the teacher looked at the photo before anything was done to it
    start: str = ''                 # weights (.npz) to go on from, or 'shipped'; else the teacher's, pruned


class IdentityTask:
    def __init__(self, options):
        self.options, self.teacher = options, ConvertedTeacher()
        images, meshes, photos = dataset.level_crops(SETS, 'train')
        measured = identity_evaluation.measured_train_photos()
        keep = np.array([(p.set, p.name) not in measured for p in photos])
        self.images, self.meshes = images[keep], meshes[keep]
        self.answers = identities(images, meshes, 'train')[keep] if options.clean else None
        weight = np.array([options.real_weight if p.real else 1.0 for p, k in zip(photos, keep) if k])
        self.cumulative = np.cumsum(weight / weight.sum())
        self.reposer, self.negatives = Reposer(), dataset.read_negatives('train')
        self.mean, self.std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))

    def sample(self, rng):
        """-> crop BGR uint8, number of the photo"""
        i = min(int(np.searchsorted(self.cumulative, rng.random())), len(self.images) - 1)
        image, mesh = self.images[i], self.meshes[i].astype(np.float64)
        if rng.random() < self.options.lamp_share:
            image = lit_by_lamp(image, mesh, rng)
        if rng.random() < self.options.turned_share:
            turn = Turn(np.radians(rng.uniform(-MOST_YAW_DEG, MOST_YAW_DEG)), np.radians(rng.uniform(-MOST_PITCH_DEG, MOST_PITCH_DEG)), max(0.0, rng.normal(0, 0.2)))
            extended = self.reposer.turned(self.reposer.extend(mesh), turn)
            map_x, map_y, _ = self.reposer.map_to(mesh, extended, image.shape[0])
            image = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            mesh = extended[:g.POINT_COUNT]
        if rng.random() < self.options.covered_share:
            texture = self.negatives[rng.integers(len(self.negatives))]
            image, _, _ = occluders.paste(occluders.Canvas(image, mesh, rng, texture))
        points = mesh[g.FIVE_POINTS, :2] + rng.normal(0, 0.012, (5, 2)) * g.eye_distance_px(mesh)
        crop = augment(identity_evaluation.aligned(image, points), rng)
        return np.ascontiguousarray(crop[:, ::-1]) if rng.random() < 0.5 else crop, i

    def make_batch(self, count, rng):
        crops, photos = zip(*(self.sample(rng) for _ in range(count)))
        crops = torch.from_numpy(np.stack(crops))
        return (crops, torch.from_numpy(self.answers[list(photos)])) if self.options.clean else (crops,)

    def normalised(self, crops):
        return (crops.flip(3).permute(0, 3, 1, 2).float() - self.mean) / self.std

    def loss(self, model, batch, progress):
        x = self.normalised(batch[0])
        with torch.no_grad():
            wanted = batch[1] if self.options.clean else F.normalize(self.teacher.net(x))
        found = F.normalize(model(x))
        cosine = (found * wanted).sum(1).mean()
        relation = ((found @ found.T - wanted @ wanted.T) ** 2).mean()
        return 1 - cosine + self.options.relation_weight * relation, {'cosine': float(cosine), 'relation': float(relation)}


def evaluation_text(model):
    model.eval()
    tables = identity_evaluation.evaluate(model)
    model.train()
    return '; '.join(f'{name}: ' + ', '.join(f'{k} {v:.3f}' for k, v in table.items()) for name, table in tables.items())


def run(options):
    torch.manual_seed(options.seed)
    task = IdentityTask(options)
    if options.start == 'shipped':
        model = load_shipped(IdentityNet(), 'identity', (1, 3, CROP_SIZE, CROP_SIZE))
    elif options.start:
        model = load_weights(IdentityNet(), options.start)
    else:
        rng = np.random.default_rng(options.seed)
        model = prune(task.teacher.net, task.normalised(torch.from_numpy(np.stack([task.sample(rng)[0] for _ in range(PRUNING_CROPS)]))))
    return train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, evaluation_text)
