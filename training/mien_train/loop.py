"""One training loop for all networks: AdamW, warm-up and cosine, gradient clipping, weight average, resumable checkpoints."""
import copy
import dataclasses
import json
import math
import os
import time

import numpy as np
import torch

from .paths import RUNS


@dataclasses.dataclass
class LoopOptions:
    name: str = ''                  # folder below training/runs
    samples: int = 100_000
    batch: int = 32
    rate: float = 2e-3
    weight_decay: float = 0.02      # not on biases and normalisation
    warm_up: int = 200              # steps
    clip: float = 5.0
    average: float = 0.998          # decay of the weight average (EMA)
    seed: int = 1
    workers: int = 1                # processes that make samples
    threads: int = 1                # for torch
    device: str = 'cpu'             # or cuda
    minutes: float = 0.0            # of training, whatever number of samples that is; 0: until `samples` are seen
    checkpoint_s: float = 600.0
    report_s: float = 60.0
    evaluate_s: float = 1200.0


class Averaged:
    """Exponential moving average of weights and buffers (bias-corrected by a growing decay)."""

    def __init__(self, model, decay):
        self.model, self.decay, self.steps = copy.deepcopy(model).eval(), decay, 0

    @torch.no_grad()
    def update(self, model):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        pairs = list(zip(self.model.state_dict().values(), model.state_dict().values()))
        mine, theirs = zip(*(p for p in pairs if p[0].dtype.is_floating_point))
        torch._foreach_mul_(mine, decay)
        torch._foreach_add_(mine, theirs, alpha=1 - decay)
        for counter, other in pairs:
            if not counter.dtype.is_floating_point:
                counter.copy_(other)


def save_weights(model, path):
    """Plain .npz, readable without torch and across its versions."""
    temporary = str(path) + '.tmp.npz'
    np.savez(temporary, **{k: v.detach().cpu().numpy() for k, v in model.state_dict().items()})
    os.replace(temporary, path)


def load_fitting(model, path):
    """Those weights of a .npz that are in the model in the same shape; the others stay. -> names of what stayed"""
    mine = model.state_dict()
    with np.load(path) as z:
        fits = {k: torch.from_numpy(z[k]) for k in z.files if k in mine and mine[k].shape == z[k].shape}
    model.load_state_dict({**mine, **fits})
    return [k for k in mine if k not in fits]


def load_weights(model, path):
    with np.load(path) as z:
        model.load_state_dict({k: torch.from_numpy(z[k]) for k in z.files})
    return model


class SampleStream(torch.utils.data.IterableDataset):
    """Endless batches; every worker has its own random numbers, and a resumed run does not repeat those it has seen."""

    def __init__(self, make_batch, batch, seed):
        self.make_batch, self.batch, self.seed = make_batch, batch, seed

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        torch.set_num_threads(1)
        while True:
            yield self.make_batch(self.batch, rng)


def _optimiser(model, options):
    plain = [p for p in model.parameters() if p.ndim <= 1]
    decayed = [p for p in model.parameters() if p.ndim > 1]
    return torch.optim.AdamW([{'params': decayed, 'weight_decay': options.weight_decay}, {'params': plain, 'weight_decay': 0.0}],
                             lr=options.rate, betas=(0.9, 0.99))


def _rate(step, progress, options):
    if step < options.warm_up:
        return options.rate * (step + 1) / options.warm_up
    return options.rate * max(0.01, 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


class Progress:
    """0..1: how far a run has come, by samples or by the clock."""

    def __init__(self, options):
        self.steps, self.seconds, self.start = max(1, options.samples // options.batch), 60 * options.minutes, time.time()

    def __call__(self, step):
        return (time.time() - self.start) / self.seconds if self.seconds else step / self.steps


class Run:
    """A run's folder: checkpoint.pt (all state), best weights in average.npz, log.txt."""

    def __init__(self, options):
        self.folder = RUNS / options.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.options = options
        (self.folder / 'options.json').write_text(json.dumps(dataclasses.asdict(options), indent=1))

    def log(self, text):
        line = time.strftime('%H:%M:%S ') + text
        print(line, flush=True)
        with open(self.folder / 'log.txt', 'a') as f:
            f.write(line + '\n')

    def save(self, model, averaged, optimiser, step):
        state = {'model': model.state_dict(), 'average': averaged.model.state_dict(), 'average_steps': averaged.steps,
                 'optimiser': optimiser.state_dict(), 'step': step}
        torch.save(state, self.folder / 'checkpoint.tmp')
        os.replace(self.folder / 'checkpoint.tmp', self.folder / 'checkpoint.pt')
        save_weights(averaged.model, self.folder / 'average.npz')

    def resume(self, model, averaged, optimiser):
        path = self.folder / 'checkpoint.pt'
        if not path.exists():
            return 0
        state = torch.load(path, map_location=self.options.device)
        model.load_state_dict(state['model'])
        averaged.model.load_state_dict(state['average'])
        averaged.steps = state['average_steps']
        optimiser.load_state_dict(state['optimiser'])
        self.log(f"resumed at step {state['step']}")
        return state['step']


def to_device(batch, device):
    return batch if device == 'cpu' else tuple(t.to(device, non_blocking=True) for t in batch)


def train(model, make_batch, loss_of, options, evaluate=None):
    """make_batch(count, rng) -> tuple of tensors; loss_of(model, batch, progress) -> loss, dict of numbers; evaluate(model) -> text.

    Runs until options.samples are seen, or for options.minutes; -> the averaged model."""
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    model = model.to(options.device)
    run, averaged, optimiser = Run(options), Averaged(model, options.average), _optimiser(model, options)
    step = run.resume(model, averaged, optimiser)
    stream = SampleStream(make_batch, options.batch, options.seed + 7919 * step)
    loader = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=options.workers, prefetch_factor=4 if options.workers else 2, pin_memory=options.device != 'cpu'))
    progress = Progress(options)
    last_report = last_save = last_evaluation = time.time()
    sums, count, first = {}, 0, step
    model.train()
    while (done := progress(step)) < 1:
        batch = to_device(next(loader), options.device)
        for group in optimiser.param_groups:
            group['lr'] = _rate(step, done, options)
        loss, parts = loss_of(model, batch, done)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        if torch.isfinite(norm):
            optimiser.step()
        averaged.update(model)
        step, count = step + 1, count + 1
        for k, v in {'loss': loss.detach(), **parts}.items():
            sums[k] = sums.get(k, 0.0) + v
        now = time.time()
        if now - last_report > options.report_s:
            rate = (step - first) * options.batch / (now - last_report)
            run.log(f'{step * options.batch / 1000:8.1f} k samples, {rate:5.0f}/s, rate {_rate(step, done, options):.1e}: '
                    + ', '.join(f'{k} {float(v) / count:.4f}' for k, v in sums.items()))
            sums, count, last_report, first = {}, 0, now, step
        if now - last_save > options.checkpoint_s:
            run.save(model, averaged, optimiser, step)
            last_save = now
        if evaluate and now - last_evaluation > options.evaluate_s:
            run.log(f'held out at {step * options.batch / 1000:.0f} k: ' + evaluate(averaged.model))
            last_evaluation = time.time()
    run.save(model, averaged, optimiser, step)
    if evaluate:
        run.log(f'held out at the end, {step * options.batch / 1000:.0f} k: ' + evaluate(averaged.model))
    return averaged.model
