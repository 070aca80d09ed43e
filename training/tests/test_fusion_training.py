"""Quick tests of what trains the fusion networks and refine, without data."""
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import torch

from mien_train import fuse_losses, fuse_task, refine_task, steady_loss
from mien_train.fuse_cache import pack_input, unpack_input
from mien_train.fuse_samples import FuseSampler
from mien_train.models import fuse, refine
from mien_train.realism_loss import RealismLoss


def some_input(size=128, count=2, seed=3):
    """Like the networks' input: unit channels, a mask in the middle, signed places."""
    x = torch.rand(count, fuse.INPUTS, size, size, generator=torch.Generator().manual_seed(seed))
    x = torch.nn.functional.avg_pool2d(x, 9, 1, 4)
    x[:, 7] = 0
    x[:, 7, size // 4:-size // 4, size // 4:-size // 4] = 0.9
    x[:, 9:11] = 2 * x[:, 9:11] - 1
    return x


class Mirroring(unittest.TestCase):
    def test_twice_is_once_back_and_only_the_marked_ones(self):
        x, wide = some_input(), torch.rand(2, 3, 160, 160)
        flags = torch.tensor([True, False])
        once, (wide_once,) = fuse_task.flip(x, (wide,), flags)
        self.assertTrue(torch.equal(once[1], x[1]) and torch.equal(wide_once[1], wide[1]))
        self.assertTrue(torch.equal(once[0, 9], -x[0, 9].flip(-1)))
        twice, (wide_twice,) = fuse_task.flip(once, (wide_once,), flags)
        self.assertTrue(torch.equal(twice, x) and torch.equal(wide_twice, wide))

    def test_the_teacher_sees_the_same_face_in_a_mirrored_picture(self):
        wide, align = torch.rand(2, 3, 160, 160), torch.tensor([[[0.8, 0.1, -3.0], [-0.1, 0.8, 5.0]]]).expand(2, 2, 3)
        teacher = lambda crop: crop.flatten(1)
        plain = fuse_task.embed(teacher, wide, align)
        flags = torch.tensor([True, False])
        mirrored = torch.where(flags.view(2, 1, 1, 1), wide.flip(-1), wide)
        self.assertLess(float((fuse_task.embed(teacher, mirrored, align, flags) - plain).abs().max()), 1e-5)


class FormsAndContrast(unittest.TestCase):
    """What keeps an identity loss from overdoing cheeks and noses."""

    def setUp(self):
        self.face = torch.nn.functional.avg_pool2d(torch.rand(1, 3, 136, 136, generator=torch.Generator().manual_seed(7)), 9, 1)
        self.weight = torch.ones(1, 1, 128, 128)

    def forms(self, changed):
        return float(fuse_losses.forms_l1(changed, self.face, self.weight, 8, 64, slack=0.01))

    def spot(self, height):
        y, x = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing='ij')
        return self.face + height * torch.exp(-((x - 40) ** 2 + (y - 70) ** 2) / (2 * 8 ** 2))

    def test_another_light_on_the_whole_face_is_free(self):
        self.assertEqual(self.forms(self.face), 0)
        self.assertEqual(self.forms(self.face + 0.1), 0)

    def test_a_glow_on_a_cheek_is_not_unless_nobody_sees_it(self):
        self.assertEqual(self.forms(self.spot(0.01)), 0)
        self.assertGreater(self.forms(self.spot(0.1)), 0.001)
        self.assertGreater(self.forms(self.spot(-0.2)), self.forms(self.spot(-0.1)))

    def test_only_more_contrast_than_the_warp_has_is_punished(self):
        excess = lambda times: float(fuse_losses.gradient_excess(0.5 + times * (self.face - 0.5), self.face, self.weight))
        self.assertEqual(excess(1), 0)
        self.assertEqual(excess(0.5), 0)
        self.assertGreater(excess(1.5), excess(1.2))
        self.assertGreater(excess(1.2), 0)


class AMomentLater(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(3)
        self.x = torch.nn.functional.interpolate(torch.rand(2, 12, 16, 16), size=(128, 128), mode='bilinear', align_corners=False)
        self.x[:, 7] = 1
        self.grid = steady_loss.motion(2, 128, self.x)
        self.later = steady_loss.moment_later(self.x, self.grid)

    def flicker(self, light):
        fused = [x[:, 0:3] + 0.2 * light(x) for x in (self.x, self.later)]
        return float(steady_loss.flicker_l1(self.x, fused[0], self.later, fused[1], self.grid))

    def test_it_is_nearly_the_same_picture(self):
        difference = (self.later - steady_loss.moved(self.x, self.grid))[:, [0, 1, 2, 4, 5, 6]].abs().mean()
        self.assertGreater(difference, 0.001)
        self.assertLess(difference, 0.03)
        self.assertLess((self.later - self.x).abs().mean(), 0.1)
        self.assertEqual(self.later.shape, self.x.shape)

    def test_light_that_stays_with_the_face_does_not_flicker(self):
        bound = self.flicker(lambda x: x[:, 9:10] - 0.5)         # moves along, without noise
        fixed = torch.sin(torch.arange(128.0) / 8).view(1, 1, 1, -1).expand(2, 1, 128, 128)
        self.assertEqual(self.flicker(lambda x: 0 * x[:, :1]), 0)
        self.assertLess(bound, 0.3 * self.flicker(lambda x: fixed))     # stays where it is, while the face moves

    def test_a_mouth_that_speaks_moves_and_the_eyes_do_not(self):
        y = torch.linspace(-1.1, 1.1, 128).view(1, 1, -1, 1).expand(2, 1, 128, 128)
        self.x[:, 9:10], self.x[:, 10:11] = y.transpose(2, 3), y
        down = steady_loss.speaking(self.x)[..., 1].abs().amax((0, 2))
        at = lambda height: float(down[(y[0, 0, :, 0] - height).abs().argmin()])
        self.assertGreater(at(steady_loss.MOUTH_Y + 0.2), 3 * at(-0.3))
        self.assertLess(at(steady_loss.MOUTH_Y), at(steady_loss.MOUTH_Y + 0.2))


class Composition(unittest.TestCase):
    def answer(self, size=128):
        g = torch.Generator().manual_seed(5)
        return 0.1 * torch.randn(2, 6, size // 2, size // 2, generator=g), 0.1 * torch.randn(2, 4, size, size, generator=g)

    def test_a_finer_look_of_the_same_size_is_the_same(self):
        x, answer = some_input(), self.answer()
        for a, b in zip(fuse.compose(x, *answer), fuse.compose_fine(x, x, *answer)):
            self.assertLess(float((a - b).abs().max()), 1e-6)

    def test_an_untrained_refine_changes_nothing(self):
        model = refine_task.TwoLooks(fuse.NETWORKS['tiny'](), fuse.limits('tiny'), joint=False).eval()
        fine = some_input(256)
        with torch.no_grad():
            (fused, alpha), (refined, refined_alpha, _) = model.first_look(fine), model(fine)
        self.assertLess(float((fused.clamp(0, 1) - refined).abs().max()), 1e-6)
        self.assertTrue(torch.equal(alpha, refined_alpha))

    def test_where_the_source_shows_the_face_refine_adds_a_share(self):
        x = some_input(256)
        x[:, 0:3], x[:, 3] = 0.5, 1
        answer = torch.zeros(2, 2, 256, 256)
        answer[:, 0] = 0.1
        trusted = refine.compose(x, answer)[0] - 0.5
        x[:, 3] = 0
        free = refine.compose(x, answer)[0] - 0.5
        self.assertAlmostEqual(float((trusted / free).mean()), refine.RESIDUAL_KEPT, places=4)

    def test_input_survives_as_bytes(self):
        x = some_input(count=1)[0].numpy()
        back = unpack_input(torch.from_numpy(pack_input(x))[None])[0].numpy()
        self.assertLess(np.abs(back - x).max(), 0.006)


class FrozenCoarse(unittest.TestCase):
    def test_only_refine_learns_unless_both_do(self):
        for joint in (False, True):
            model = refine_task.TwoLooks(fuse.NETWORKS['tiny'](), fuse.limits('tiny'), joint)
            model.train()
            before = [b.clone() for b in model.coarse.buffers()]
            fused, _, answer = model(some_input(256))
            (fused.mean() + answer.mean()).backward()
            self.assertEqual(joint, any(p.grad is not None for p in model.coarse.parameters()))
            self.assertTrue(any(p.grad is not None for p in model.refine.parameters()))
            still = all(torch.equal(a, b) for a, b in zip(before, model.coarse.buffers()))
            self.assertNotEqual(joint, still)       # the statistics of a frozen network stay, too


class Realism(unittest.TestCase):
    def test_the_discriminators_learn_to_tell_noise_from_smooth_pictures(self):
        torch.manual_seed(1)
        loss, mask = RealismLoss(), torch.ones(4, 1, 128, 128)
        smooth = torch.rand(4, 3, 8, 8)
        real = torch.nn.functional.interpolate(smooth, size=(128, 128), mode='bilinear', align_corners=False)
        fused = (real + 0.2 * torch.randn_like(real)).requires_grad_()
        for _ in range(40):
            adversarial, told_apart = loss(fused, real, mask)
        self.assertGreater(float(told_apart), 0.9)
        adversarial.backward()
        self.assertGreater(float(fused.grad.abs().sum()), 0)


class Remnants(unittest.TestCase):
    def test_something_is_left_and_its_cover_is_known_in_part_or_not_at_all(self):
        try:
            from mien_train import geometry as g
            canonical = g.canonical()[0]
        except (SystemExit, OSError):
            self.skipTest('the canonical mesh is not here')
        mesh = np.zeros((478, 3))
        mesh[:468] = canonical * [7, -7, -7] + [80, 80, 0]
        mesh[468:] = mesh[[159] * 5 + [386] * 5]
        picture, kinds, changed = np.full((160, 160, 3), 140, np.uint8), set(), 0
        for seed in range(12):
            look = FuseSampler.with_remnants(picture, mesh, np.random.default_rng(seed))
            kinds.add(look.cover is None)
            changed += np.abs(look.image.astype(int) - picture).max() > 20
            if look.cover is not None:
                self.assertEqual(look.cover.shape, picture.shape[:2])
        self.assertEqual(kinds, {True, False})
        self.assertGreater(changed, 9)


if __name__ == '__main__':
    unittest.main()
