"""Quick tests of the training code that need neither data nor hours:  /usr/bin/python3 -m unittest discover tests"""
import dataclasses
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import torch

from mien_train import config, dataset, detect_joint_task, detect_points_task, detect_task, fuse_pruning, geometry as g, loop
from mien_train.models import detect, fuse, mesh, parse
from mien_train.pruning import prune


class ConfigTest(unittest.TestCase):
    def test_words_become_options(self):
        options = config.parse(loop.LoopOptions, ['samples=5', 'rate=0.1', 'name=x'])
        self.assertEqual((options.samples, options.rate, options.name), (5, 0.1, 'x'))

    def test_unknown_keys_and_unreadable_values_are_refused(self):
        for words in (['sample=5'], ['samples'], ['samples=five'], ['rate=']):
            with self.assertRaises(config.ConfigError):
                config.parse(loop.LoopOptions, words)


class LicenceGate(unittest.TestCase):
    def test_a_set_without_a_stated_licence_is_refused(self):
        with self.assertRaisesRegex(ValueError, 'no entry in LICENCES'):
            dataset.check_licence('found_on_the_web')


class GeometryTest(unittest.TestCase):
    def test_inverse_and_compose(self):
        rng = np.random.default_rng(1)
        m = g.crop_from_image([50, 60], 80, 0.4, 128)
        points = rng.uniform(0, 200, (9, 2))
        self.assertLess(np.abs(g.apply(g.invert(m), g.apply(m, points)) - points).max(), 1e-9)
        self.assertLess(np.abs(g.apply(g.compose(m, m), points) - g.apply(m, g.apply(m, points))).max(), 1e-9)

    def test_similarity_is_recovered(self):
        rng = np.random.default_rng(2)
        m = g.crop_from_image([50, 60], 80, -0.7, 128)
        points = rng.uniform(0, 200, (9, 2))
        self.assertLess(np.abs(g.similarity_transform(points, g.apply(m, points)) - m).max(), 1e-9)


class NetworkShapes(unittest.TestCase):
    def test_outputs(self):
        with torch.no_grad():
            points, logits = mesh.MeshNet().eval()(torch.zeros(2, 3, 128, 128))
            self.assertEqual((tuple(points.shape), tuple(logits.shape)), ((2, 1434), (2, 8)))
            self.assertEqual([tuple(m.shape) for m in detect.DetectNet().eval()(torch.zeros(1, 3, 96, 64))], [(1, 20, 12, 8), (1, 20, 6, 4), (1, 20, 3, 2)])
            self.assertEqual(tuple(parse.ParseNet().eval()(torch.zeros(1, 3, 192, 192)).shape), (1, 9, 96, 96))

    def test_fusion_networks_start_as_the_identity(self):
        x = torch.rand(1, 12, 128, 128)
        for name, build in fuse.NETWORKS.items():
            with torch.no_grad():
                gain_bias, residual_alpha = build().eval()(x)
                fused, alpha = fuse.compose(x, gain_bias, residual_alpha)
            self.assertEqual((tuple(gain_bias.shape), tuple(residual_alpha.shape)), ((1, 6, 64, 64), (1, 4, 128, 128)), name)
            self.assertTrue(torch.equal(fused, x[:, :3]) and torch.equal(alpha, x[:, 7:8]), name)

    def test_a_pruned_fusion_network_of_the_same_size_is_the_same(self):
        wide, same, narrow = (fuse.UnshuffleNet(widths, 16) for widths in ((32, 56, 80), (32, 56, 80), (32, 48, 64)))
        for p in wide.parameters():
            torch.nn.init.normal_(p, 0, 0.05)
        x = torch.rand(1, 12, 128, 128)
        with torch.no_grad():
            for a, b, c in zip(wide.eval()(x), fuse_pruning.prune_fusion(wide, same).eval()(x), fuse_pruning.prune_fusion(wide, narrow).eval()(x)):
                self.assertLess((a - b).abs().max(), 1e-5)
                self.assertEqual(a.shape, c.shape)

    def test_a_pruned_region_network_of_the_same_size_is_the_same(self):
        wide, same, narrow = parse.ParseNet(parse.WIDE), parse.ParseNet(parse.WIDE), parse.ParseNet()
        for p in wide.parameters():
            torch.nn.init.normal_(p, 0, 0.05)
        x = torch.rand(1, 3, 64, 64)
        with torch.no_grad():
            a, b, c = (net.eval()(x) for net in (wide, prune(wide, same, parse.WIDE_TO_NARROW), prune(wide, narrow, parse.WIDE_TO_NARROW)))
        self.assertLess((a - b).abs().max(), 1e-5)
        self.assertEqual(a.shape, c.shape)

    def test_a_mirrored_composite_has_its_right_eye_where_the_left_one_was(self):
        canvas = np.zeros((20, 20, 3), np.uint8)
        points = np.array([[[4, 5], [14, 6], [9, 9], [5, 14], [13, 15]]], np.float32)
        for i, (x, y) in enumerate(points[0].astype(int)):
            canvas[y, x] = i + 1
        turned, boxes, moved = detect_joint_task.mirror(canvas, np.array([[9, 10, 12, 14]], np.float32), points)
        self.assertEqual([int(turned[y, x, 0]) for x, y in moved[0].astype(int)], [2, 1, 3, 5, 4])
        self.assertEqual(boxes[0].tolist(), [10, 10, 12, 14])

    def test_a_detector_with_a_wider_stem_gives_its_most_useful_channels(self):
        with tempfile.TemporaryDirectory() as folder:
            wide, path = detect.DetectNet(), f'{folder}/wide.npz'
            wide.stem[0], wide.stem[1] = detect.conv(3, 16, 3, 2), detect.conv(16, 32, 3, 2)
            with torch.no_grad():
                wide.stem[1][0].weight[:, ::2] = 0                   # half of them do nothing
            loop.save_weights(wide, path)
            x = torch.rand(2, 3, 64, 64)
            with torch.no_grad():
                expected, got = wide.eval()(x), detect_joint_task.begin(detect.DetectNet(), path, x).eval()(x)
        for a, b in zip(expected, got):
            self.assertLess((a - b).abs().max(), 1e-4)

    def test_the_detector_takes_its_points_from_the_cell_that_is_sure_of_them(self):
        boxes, scores = np.array([[5, 5, 10, 10], [5, 5, 10, 10]], np.float32), np.array([1, 1], np.float32)
        weight = detect_task.weights_of_cells(boxes, scores, [0])
        points = np.stack([np.full((5, 2), 4.0), np.full((5, 2), 6.0)])
        certainty = np.ones((2, 5))
        certainty[1, 2] = 9
        found = detect_task.average(points, weight[..., None] * certainty)
        np.testing.assert_allclose(found[0, :3, 0], [5, 5, 5.8])

    def test_a_detector_may_start_with_another_point_branch(self):
        with tempfile.TemporaryDirectory() as folder:
            old, path = detect.DetectNet(), Path(folder) / 'old.npz'
            state = {k: v.numpy() for k, v in old.state_dict().items() if not k.startswith('points.')}
            np.savez(path, **state, **{'points.gone.weight': np.zeros(3)})
            new = detect.DetectNet()
            detect_points_task.load_start(new, path)
            self.assertTrue(torch.equal(new.stage8[0][0].weight, old.stage8[0][0].weight))
            del state['stem.0.0.weight']
            np.savez(path, **state)
            with self.assertRaises(SystemExit):
                detect_points_task.load_start(new, path)


class LoopTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        loop.RUNS, self.runs = Path(self.folder.name), loop.RUNS

    def tearDown(self):
        loop.RUNS = self.runs
        self.folder.cleanup()

    def run_loop(self, samples):
        torch.manual_seed(3)
        model = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
        x = torch.rand(16, 2)
        y = (x[:, :1] - x[:, 1:]) ** 2
        losses = []

        def loss(model, batch, progress):
            value = ((model(batch[0]) - batch[1]) ** 2).mean()
            losses.append(float(value))
            return value, {}
        options = dataclasses.replace(loop.LoopOptions(), name='overfit', samples=samples, batch=16, workers=0, rate=1e-2, warm_up=5, average=0.9)
        return loop.train(model, lambda count, rng: (x, y), loss, options), losses

    def test_one_batch_is_overfitted(self):
        _, losses = self.run_loop(16 * 400)
        self.assertLess(losses[-1], losses[0] / 50)

    def test_a_finished_run_is_not_repeated_and_a_longer_one_goes_on(self):
        self.run_loop(16 * 50)
        _, losses = self.run_loop(16 * 50)
        self.assertEqual(losses, [])
        _, losses = self.run_loop(16 * 60)
        self.assertEqual(len(losses), 10)

    def test_weights_survive_the_npz(self):
        model, _ = self.run_loop(16 * 5)
        other = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
        loop.load_weights(other, Path(self.folder.name) / 'overfit' / 'average.npz')
        for a, b in zip(model.state_dict().values(), other.state_dict().values()):
            self.assertTrue(torch.equal(a, b))


if __name__ == '__main__':
    unittest.main()
