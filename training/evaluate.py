#!/usr/bin/python3
"""Prints the quality tables, on held-out photos only (WEIGHTS.npz of a run, or the word shipped: those in models/):

  evaluate.py mesh WEIGHTS.npz       points in % of the eye distance, presence
  evaluate.py detect WEIGHTS.npz     recall by size, false alarms, points
  evaluate.py parse WEIGHTS.npz      overlap by region, occluders of unseen kinds
  evaluate.py fuse_small WEIGHTS.npz reconstruction and identity of W0 and of the network (also fuse_tiny, fuse_base)
  evaluate.py refine WEIGHTS.npz     W0, the base network, and refine behind it, at 256 px (prepare.py split=val size=256 samples=300)
  evaluate.py uncover WEIGHTS.npz    what is painted under covers of the source (after label_glasses.py PARSE.npz val)
  evaluate.py occlusion [--program build/release/bin/mien] [--sheet out.jpg]      things in front of the target's face
  evaluate.py identity shipped       telling people apart, and the same face in other light and pose
  evaluate.py swap [--program build/release/bin/mien] [--trial] [--sheet out.jpg] [--pairs 60]
  evaluate.py result [--pairs 60] [--modes balanced]     what the fusion networks are for: identity, tone, expression, realism, beside W0
  evaluate.py blind FOLDER [--fused 3 7 12 ...]          a sheet of results among untouched photos; then how many were told apart
                                     (--candidates, then --chosen 1 4 7 ...: pairs that a user would choose)
  evaluate.py groups [--pairs 120]   swaps by skin tone, tone gap, yaw and face size
  evaluate.py steady [--program build/release/bin/mien] [--count 120] [--strips FOLDER]      flicker and warping error of clips
  evaluate.py expression [--program build/release/bin/mien] [--only NAME]                    whether clips blink and look where their targets do
  evaluate.py mapping                who gets whom, on the test pictures with several people
  evaluate.py seam [--program build/release/bin/mien] [--pairs 40]      excess Delta-E00 along the contour, per way to blend
  evaluate.py jaw [--pairs 40]       where skin ends below the mouth, and where a swap's changes do
  evaluate.py turned                 faces found in the test photos, turned in their plane
  evaluate.py light                  the constants of src/fuse/light_model.cpp, from training photos
  evaluate.py dark [--program build/release/bin/mien]                   faces found and measured in little light, with --low-light auto and off
"""
import argparse
import subprocess
import sys

from mien_train import networks
from mien_train.loop import load_weights
from mien_train.models import fuse, refine
from mien_train.paths import TRAINING
from mien_train.shipped_weights import load_shipped


def commit():
    return subprocess.run(['git', 'describe', '--always', '--dirty'], cwd=TRAINING, capture_output=True, text=True).stdout.strip()


def evaluate_network(name, weights):
    import importlib
    kind = name.split('_')[0]
    task = importlib.import_module(f'mien_train.{kind}_task')
    evaluation = f'{kind.capitalize()}Evaluation'
    spec = networks.SPECS[name]
    if weights == 'shipped':
        model = load_shipped(spec['build'](), name, (1, *(spec['input'][k] for k in ('channels', 'height', 'width')))).eval()
    else:
        model = load_weights(spec['build'](), weights).eval()
    print(f'{name}, {weights}, commit {commit()}')
    settings = {'limits': fuse.limits(name.split('_')[1])} if kind == 'fuse' else {}
    for key, value in getattr(task, evaluation)(**settings).rows(model).items():
        print(f'  {key:40s} {value:.3f}')


def evaluate_refine(weights):
    """Behind the base network that ships."""
    from mien_train import refine_task
    coarse = load_shipped(fuse.NETWORKS['base'](), 'fuse_base', (1, fuse.INPUTS, fuse.SIZE, fuse.SIZE))
    model = refine_task.TwoLooks(coarse, fuse.limits('base'), joint=False)
    if weights == 'shipped':
        load_shipped(model.refine, 'refine', (1, fuse.INPUTS, refine.SIZE, refine.SIZE))
    else:
        load_weights(model.refine, weights)
    print(f'refine behind fuse_base, {weights}, commit {commit()}')
    for key, value in refine_task.RefineEvaluation().rows(model.eval()).items():
        print(f'  {key:40s} {value:.3f}')


def evaluate_identity(which):
    """which: 'shipped', 'teacher' or weights of a run."""
    from mien_train import identity_evaluation as e
    from mien_train.models.identity import CROP_SIZE, IdentityNet
    from mien_train.models.identity_teacher import TeacherNet
    print(f'identity, {which}, set id, commit {commit()}')
    if which == 'teacher':
        net = TeacherNet()
    else:
        net = load_shipped(IdentityNet(), 'identity', (1, 3, CROP_SIZE, CROP_SIZE)) if which == 'shipped' else load_weights(IdentityNet(), which)
    for table, figures in e.evaluate(net.eval()).items():
        print(f'  {table}')
        for key, value in figures.items():
            print(f'    {key:48s} {value:.3f}' if isinstance(value, float) or hasattr(value, 'dtype') else f'    {key:48s} {value}')


def evaluate_swap(args):
    from mien_train import swap_evaluation as e
    from mien_train.glasses_labels import RealGlasses
    pairs, judge = e.held_out_pairs(args.pairs, args.seed), e.JUDGES[args.judge]()
    wearers = RealGlasses.wearers('val')        # label_glasses.py WEIGHTS val
    images = lambda method: lambda pair: method(pair.source.image, pair.target.image)
    methods = {'unchanged target': lambda pair: pair.target.image, 'pasted crop': e.pasted_crop}
    if args.trial:
        methods['trial'] = images(e.trial())
    program = args.program or e.default_program()
    methods['mien'] = images(e.product(program, args.extra.split()))
    table = {}
    for name, method in methods.items():
        rows, results = e.measure(pairs, method, judge)
        if not any(rows):
            sys.exit(f'evaluate.py: {name} fused none of {len(pairs)} pairs')
        table[name] = e.summary(rows, len(pairs))
        bare = [r for r, p in zip(rows, pairs) if not {p.source.name, p.target.name} & wearers]
        if wearers and name in ('trial', 'mien'):
            table[f'{name}, nobody wears glasses'] = e.summary(bare, len(bare))
        if args.sheet and name == args.sheet_of:
            e.contact_sheet(pairs, results, args.sheet)
    print(f'swap, {len(pairs)} held-out pairs, commit {commit()}')
    e.print_table(table)


def evaluate_result(args):
    from mien_train import result_evaluation as r, swap_evaluation as e
    table = r.table(args.program or e.default_program(), args.pairs, args.modes)
    print(f'results, {args.pairs} held-out pairs, commit {commit()}')
    e.print_table(table)


def evaluate_blind(args):
    from mien_train import blind_evaluation as b, swap_evaluation as e
    if args.candidates:
        print(*b.candidates(args.seed, args.folder), sep='\n')
        return
    if args.fused is None:
        print(*b.make(e.product(args.program or e.default_program(), ['--mode', args.mode]), args.count, args.seed, args.folder, args.chosen), sep='\n')
        return
    counts, right = b.confusion(args.folder, set(args.fused))
    print(f'blind, {sum(counts.values())} pictures, {100 * right:.0f} % right, commit {commit()}')
    e.print_table({f'is {truth}': {f'judged {said}': str(counts[truth, said]) for said in ('fused', 'real')} for truth in ('fused', 'real')})


def evaluate_groups(args):
    from mien_train import group_evaluation as groups, swap_evaluation as e
    rows = groups.collect(e.product_with_report(args.program or e.default_program()), e.Judge(), args.pairs)
    print(f'groups, {args.pairs} held-out pairs, commit {commit()}')
    e.print_table(groups.table(rows))


def evaluate_occlusion(args):
    import cv2
    import numpy as np
    from mien_train import occlusion_evaluation as o, swap_evaluation as e
    rows, pictures = o.measure(e.product(args.program or e.default_program()), args.count)
    print(f'occlusion, {len(rows)} held-out photos, commit {commit()}')
    e.print_table(o.table(rows))
    if args.sheet:
        columns = 2
        rows = [np.hstack(pictures[i:i + columns]) for i in range(0, len(pictures) - columns + 1, columns)]
        cv2.imwrite(args.sheet, np.vstack(rows))


def evaluate_mapping(args):
    from mien_train import mapping_evaluation as m, swap_evaluation as e
    rows = m.measure(args.program or e.default_program())
    print(f'mapping, commit {commit()}')
    e.print_table(rows)


def evaluate_seam(args):
    from mien_train import seam_evaluation, swap_evaluation as e
    pairs, program = e.held_out_pairs(args.pairs), args.program or e.default_program()

    def method(blend):
        run = e.product_with_report(program, ['--blend', blend, '--threads', '1'])

        def measured(pair):
            result, report = run(pair.source.image, pair.target.image)
            return result, None, report['stages_ms']['paste'] if report else 0
        return measured
    methods = {blend: method(blend) for blend in ('alpha', 'poisson', 'multiband')}
    methods['hull + 5x5 + seamlessClone'] = seam_evaluation.plain_recipe
    table = seam_evaluation.measure_seams(pairs, methods)
    print(f'seams, {len(pairs)} held-out pairs, commit {commit()}')
    e.print_table(table)
    largest = max(pairs, key=lambda pair: pair.target.image.size)
    print(f'the plain recipe takes {seam_evaluation.memory_mb(seam_evaluation.plain_recipe, largest):.0f} MB beside its pictures ({largest.target.image.shape[1]} x {largest.target.image.shape[0]}); ours: blend_bench')


def evaluate_jaw(args):
    from mien_train import jaw_evaluation, swap_evaluation as e
    from mien_train.models.parse import ParseNet
    net = load_shipped(ParseNet(), 'parse', (1, 3, 128, 128)).eval()
    table = jaw_evaluation.measure(net, e.product(args.program or e.default_program()), e.held_out_pairs(args.pairs))
    print(f'jaw, {args.pairs} held-out pairs, face widths beyond the mesh, commit {commit()}')
    e.print_table(table)


def evaluate_turned(args):
    from mien_train import swap_evaluation as e, turned_evaluation as t
    table = t.measure(args.program or e.default_program())
    print(f'turned in their plane, commit {commit()}')
    e.print_table(table)


def evaluate_light():
    from mien_train import ordinary_light
    print(f'light, commit {commit()}')
    ordinary_light.report()


def evaluate_dark(args):
    from mien_train import dark_evaluation as d, swap_evaluation as e
    program = args.program or e.default_program()
    finders = {way: d.Finder(program, ['--low-light', way]) for way in ('off', 'auto')}
    rows, total = d.measure(finders, finders['off'], [1 / n for n in args.exposures])
    print(f'little light, {total} faces, commit {commit()}')
    e.print_table(rows)


def evaluate_steady(args):
    from mien_train import steady_evaluation as s, swap_evaluation as e
    from mien_train.paths import REPOSITORY
    stills, clips = s.default_stills(), s.default_clips()
    if args.only:
        stills, clips = ([p for p in paths if args.only in p.stem] for paths in (stills, clips))
    rows = s.measure(args.program or e.default_program(), args.source or REPOSITORY / 'examples' / 'source_1.jpg', clips, stills, args.extra.split(), args.count, args.strips)
    print(f'steady, commit {commit()}: flicker in grey levels (wanted <= 0.25), warping error in grey levels (wanted <= 1.2 x the target\'s)')
    for name, row in rows.items():
        print(f'  {name:44s} ' + (row['note'] if 'note' in row else '  '.join(f'{k} {v:.3f}' if isinstance(v, float) else f'{k} {v}' for k, v in row.items())))


def evaluate_expression(args):
    from mien_train import expression_evaluation as x, steady_evaluation as s, swap_evaluation as e
    from mien_train.paths import REPOSITORY
    clips = [p for p in s.default_clips() if not args.only or args.only in p.stem]
    rows = x.measure(args.program or e.default_program(), args.source or REPOSITORY / 'examples' / 'source_1.jpg', clips, args.extra.split(), args.count)
    print(f'lids and gaze of results over those of their targets, by the mesh teacher, in eye widths; commit {commit()}')
    for name, row in rows.items():
        print(f'  {name:44s} ' + (row['note'] if 'note' in row else '  '.join(f'{k} {v:.3f}' if isinstance(v, float) else f'{k} {v}' for k, v in row.items())))


def add_clip_options(command):
    command.add_argument('--program')
    command.add_argument('--source')
    command.add_argument('--extra', default='', help='more options for mien video')
    command.add_argument('--count', type=int, default=120, help='frames at most')
    command.add_argument('--only', help='clips whose name contains this')
    return command


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='what', required=True)
    occlusion = commands.add_parser('occlusion')
    occlusion.add_argument('--program')
    occlusion.add_argument('--count', type=int, default=60)
    occlusion.add_argument('--sheet', help='source | target | result | result without the occluder')
    for name in networks.SPECS:
        commands.add_parser(name).add_argument('weights', help="WEIGHTS.npz of a run, or 'shipped'" + (", or 'teacher'" if name == 'identity' else ''))
    swap = commands.add_parser('swap')
    swap.add_argument('--program')
    swap.add_argument('--extra', default='', help='more options for mien swap')
    swap.add_argument('--pairs', type=int, default=60)
    swap.add_argument('--seed', type=int, default=60, help='of the choice of pairs; 60 are those looked at while tuning')
    swap.add_argument('--judge', choices=['teacher', 'shipped'], default='teacher', help='whose likeness: the teacher recogniser\'s or that of the one that ships')
    swap.add_argument('--trial', action='store_true', help='measure the classical trial too (minutes)')
    swap.add_argument('--sheet', help='write a contact sheet of a method (--sheet-of)')
    swap.add_argument('--sheet-of', default='mien', help='the name of the method as in the table')
    mapping = commands.add_parser('mapping')
    mapping.add_argument('--program')
    result = commands.add_parser('result')
    result.add_argument('--program')
    result.add_argument('--pairs', type=int, default=60)
    result.add_argument('--modes', nargs='+', default=['balanced'])
    blind = commands.add_parser('blind')
    blind.add_argument('folder')
    blind.add_argument('--program')
    blind.add_argument('--mode', default='balanced')
    blind.add_argument('--count', type=int, default=24)
    blind.add_argument('--seed', type=int, default=77)
    blind.add_argument('--candidates', action='store_true', help='sheets of pairs before anything is fused, to choose from')
    blind.add_argument('--chosen', type=int, nargs='+', help='numbers of those pairs; without: any')
    blind.add_argument('--fused', type=int, nargs='*', help='numbers of the pictures that were judged to be fused')
    groups = commands.add_parser('groups')
    groups.add_argument('--program')
    groups.add_argument('--pairs', type=int, default=120)
    seam = commands.add_parser('seam')
    seam.add_argument('--program')
    seam.add_argument('--pairs', type=int, default=40)
    jaw = commands.add_parser('jaw')
    jaw.add_argument('--program')
    jaw.add_argument('--pairs', type=int, default=40)
    commands.add_parser('turned').add_argument('--program')
    commands.add_parser('light')
    dark = commands.add_parser('dark')
    dark.add_argument('--program')
    dark.add_argument('--exposures', type=int, nargs='+', default=[1, 2, 4, 8, 16, 32, 64], help='1 over the light that is left')
    steady = add_clip_options(commands.add_parser('steady'))
    steady.add_argument('--strips', help='folder for strips of every 10th frame, target above result')
    add_clip_options(commands.add_parser('expression'))
    args = parser.parse_args()
    whole = {'swap': evaluate_swap, 'blind': evaluate_blind, 'groups': evaluate_groups, 'result': evaluate_result, 'occlusion': evaluate_occlusion, 'seam': evaluate_seam, 'mapping': evaluate_mapping,
             'dark': evaluate_dark, 'steady': evaluate_steady, 'expression': evaluate_expression, 'identity': lambda args: evaluate_identity(args.weights), 'refine': lambda args: evaluate_refine(args.weights),
             'jaw': evaluate_jaw, 'turned': evaluate_turned, 'light': lambda _: evaluate_light()}
    whole.get(args.what, lambda a: evaluate_network(a.what, a.weights))(args)


if __name__ == '__main__':
    main()
