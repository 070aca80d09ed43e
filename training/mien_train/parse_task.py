"""What trains and what measures the region network."""
import dataclasses

import numpy as np
import torch
import torch.nn.functional as F

from . import dataset, occluders, region_labels as r
from .config import ConfigError
from .glasses_labels import RealGlasses
from .loop import LoopOptions, load_weights, train
from .mesh_task import SETS, to_tensor
from .models.parse import CLASS_COUNT, NARROW, WIDE, WIDE_TO_NARROW, ParseNet
from .parse_samples import ParseSampler
from .pruning import prune
from .shipped_weights import calibrate, load_shipped

NETWORKS = {'narrow': NARROW, 'wide': WIDE}
CLASS_WEIGHTS = [1, 1, 4, 6, 4, 6, 2, 3, 1]


@dataclasses.dataclass
class ParseOptions(LoopOptions):
    name: str = 'parse'
    samples: int = 500_000
    batch: int = 16
    rate: float = 2e-3
    large_share: float = 0.25       # of batches at 192 px
    real_weight: float = 1.5
    glasses_share: float = 0.0      # of samples that get painted glasses besides other things
    real_glasses: str = 'none'      # real photos around the eyes: 'none' wear glasses, 'ignore' all of them, 'found': as label_glasses.py found
    none_below: float = 0.12        # wearer_score of real photos: below it nobody wears glasses; to 0.5 the band around the eyes says nothing
    network: str = 'narrow'         # or 'wide', which teaches it
    hair_share: float = 0.0         # of samples that get long hair of other photos hung over a cheek
    teacher: str = ''               # weights (.npz) of a wide network whose answers are learnt, too; `shipped`: the shipped network
    teacher_weight: float = 2.0
    start: str = ''                 # weights (.npz) to go on from; `teacher`: its most useful channels; `shipped`: the shipped network


class ParseTask:
    def __init__(self, options):
        self.options = options
        images, meshes, photos = dataset.level_crops(SETS, 'train')
        self.sampler = ParseSampler(images, meshes, r.teacher_masks('train'), dataset.read_negatives('train'),
                                    RealGlasses.of(options.real_glasses, photos, 'train', options.none_below),
                                    glasses_share=options.glasses_share, hair_share=options.hair_share)
        weight = np.array([options.real_weight if p.real else 1.0 for p in photos])
        self.cumulative = np.cumsum(weight / weight.sum())
        self.teacher = teacher_of(options)

    def make_batch(self, count, rng):
        size = 192 if rng.random() < self.options.large_share else 128
        samples = [self.sampler.sample(int(np.searchsorted(self.cumulative, rng.random())), rng, size) for _ in range(count)]
        crops, labels = zip(*samples)
        return to_tensor(crops), torch.from_numpy(np.stack(labels))

    def loss(self, model, batch, progress):
        x, labels = batch[0].contiguous(memory_format=torch.channels_last), batch[1].long()
        answer = model(x)
        logits = F.interpolate(answer, size=labels.shape[1:], mode='bilinear', align_corners=False)
        cross = F.cross_entropy(logits, labels, torch.tensor(CLASS_WEIGHTS, dtype=torch.float32), ignore_index=r.IGNORE)
        known = (labels != r.IGNORE)[:, None]
        hot = F.one_hot(labels.clamp(max=CLASS_COUNT - 1), CLASS_COUNT).permute(0, 3, 1, 2) * known
        p = torch.softmax(logits, 1) * known
        overlap, total = (p * hot).sum((0, 2, 3)), (p + hot).sum((0, 2, 3))
        dice = 1 - ((2 * overlap + 1) / (total + 1)).mean()
        loss, parts = cross + 0.5 * dice, {'cross': float(cross), 'dice': float(dice)}
        if self.teacher:
            taught = self.taught(x, labels, answer)
            loss, parts['taught'] = loss + self.options.teacher_weight * taught, float(taught)
        return loss, parts

    def taught(self, x, labels, answer):
        """Divergence from the teacher's answer where no label contradicts it (it has never seen a scarf)."""
        with torch.no_grad():
            wanted = self.teacher(x)
            small = F.interpolate(labels[:, None].float(), size=wanted.shape[2:], mode='nearest')[:, 0]
            agreed = ((small == r.IGNORE) | (small == wanted.argmax(1))).float()
        divergence = F.kl_div(torch.log_softmax(answer, 1), torch.softmax(wanted, 1), reduction='none').sum(1)
        return (divergence * agreed).sum() / (agreed.sum() + 1)


@torch.no_grad()
def predict(model, crops, batch=32):
    """-> n x size x size uint8 classes."""
    model.eval()
    out = []
    for i in range(0, len(crops), batch):
        logits = F.interpolate(model(to_tensor(crops[i:i + batch])), size=crops[0].shape[:2], mode='bilinear', align_corners=False)
        out.append(logits.argmax(1).to(torch.uint8).numpy())
    return np.concatenate(out)


class ParseEvaluation:
    """Held-out photos, level: agreement with the labels; unseen kinds of occluders pasted; other people's hair hung over cheeks;
    false occluders on unoccluded faces."""

    def __init__(self, seed=2026, size=128):
        images, meshes, self.photos = dataset.level_crops(SETS, 'val')
        sampler = ParseSampler(images, meshes, r.teacher_masks('val'), dataset.read_negatives('val'), hair_share=1.0)
        rng, hair_rng = np.random.default_rng(seed), np.random.default_rng(seed + 1)
        self.clean, self.unseen, self.hung = [], [], []
        for i in range(len(images)):
            crop, mesh, hair, person = sampler.crop(i, rng, size, drift=0.0)
            labels = r.label_map(crop, mesh, hair, person)
            oval = r.draw_mesh_classes(mesh, size) >= 0
            self.clean.append((crop, labels, oval))
            hung, labels_hung = sampler.hang_hair(crop, mesh, labels, hair_rng)
            self.hung.append((hung, np.where(oval, labels_hung, r.IGNORE)))
            self.unseen.append(sampler.occlude(crop, mesh, labels, rng, occluders.HELD_OUT))
        self.generated = np.array([not p.real for p in self.photos])     # hardly any glasses there

    @staticmethod
    def overlap(found, labels, kind):
        known = labels != r.IGNORE
        a, b = (found == kind) & known, (labels == kind) & known
        return (a & b).sum() / max(1, (a | b).sum())

    def rows(self, model):
        crops, labels, ovals = (np.stack(v) for v in zip(*self.clean))
        found = predict(model, crops)
        out = {f'IoU {name}': self.overlap(found, labels, k) for k, name in enumerate(r.CLASSES) if k != r.OCCLUDER}
        out = {'mIoU': float(np.mean(list(out.values()))), **out}
        wrong = (found == r.OCCLUDER) & ovals
        out['occluder falsely marked, % of the oval (generated)'] = 100 * wrong[self.generated].sum() / ovals[self.generated].sum()
        crops, labels = (np.stack(v) for v in zip(*self.unseen))
        out['IoU occluder of unseen kinds'] = self.overlap(predict(model, crops), labels, r.OCCLUDER)
        crops, labels = (np.stack(v) for v in zip(*self.hung))
        out['IoU hair hung over the oval'] = self.overlap(predict(model, crops), labels, r.HAIR)
        return out

    def __call__(self, model):
        return '; '.join(f'{k} {v:.3f}' for k, v in self.rows(model).items())


def run(options):
    torch.manual_seed(options.seed)
    task = ParseTask(options)
    if options.network not in NETWORKS:
        raise ConfigError(f"network={options.network}: expected {' or '.join(NETWORKS)}")
    model = begin(task, options)
    return train(model.to(memory_format=torch.channels_last), task.make_batch, task.loss, options, ParseEvaluation())


def teacher_of(options):
    if not options.teacher:
        return None
    shipped = options.teacher == 'shipped'
    return (shipped_network() if shipped else load_weights(ParseNet(WIDE), options.teacher)).eval().requires_grad_(False)


def shipped_network():
    return load_shipped(ParseNet(), 'parse', (1, 3, 128, 128))


def begin(task, options):
    """The network to train, with what `start` says in it."""
    if options.start not in ('teacher', 'shipped'):
        model = ParseNet(NETWORKS[options.network])
        return load_weights(model, options.start) if options.start else model
    some = task.make_batch(64, np.random.default_rng(options.seed))[0]
    if options.start == 'shipped':
        return calibrate(shipped_network(), some)
    return calibrate(prune(calibrate(load_weights(ParseNet(WIDE), options.teacher), some), ParseNet(), WIDE_TO_NARROW), some)
