"""The command as users meet it: exit codes, messages, files.  test_commands.py PROGRAM REPOSITORY"""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from command_case import BAD_ARGUMENTS, DECLINED, DONE, EXAMPLES, FAILED, LABEL_POLICY, MODEL_REFUSED, NO_FACE, PROGRAM, REPOSITORY, SOURCE, STOPPED, TARGET, TWO, UNREADABLE, CommandCase, png


def catches_interrupts(pid):
    """Whether the process has got as far as saying what Ctrl-C shall do."""
    caught = re.search(r'^SigCgt:\s*(\w+)', Path(f'/proc/{pid}/status').read_text(), re.M)
    return bool(int(caught[1], 16) & 1 << (signal.SIGINT - 1))


class CommandTest(CommandCase):
    # what works
    def test_swap_writes_a_labelled_picture(self):
        result = self.swap()
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertIn('1 of 1 faces fused', result.stdout)
        self.assertTrue(self.out.read_bytes().startswith(b'\xff\xd8'))
        self.assertEqual(self.run_mien('label', 'verify', self.out).returncode, DONE)
        shown = json.loads(self.run_mien('label', 'show', '--json', self.out).stdout)
        self.assertTrue(shown['labelled_as_synthetic'] and shown['made_by_mien'] and shown['mien']['visible_mark'])

    def test_every_format_is_written_and_labelled(self):
        for name in ('a.png', 'a.webp', 'a.JPEG'):
            result = self.swap(output=self.folder / name)
            self.assertEqual(result.returncode, DONE, result.stderr)
            self.assertEqual(self.run_mien('label', 'verify', self.folder / name).returncode, DONE)

    def test_result_is_the_same_every_time_apart_from_its_number(self):
        report = [json.loads(self.swap('--json', output=self.folder / n).stdout)['faces'] for n in ('a.png', 'b.png')]
        self.assertEqual(report[0], report[1])

    def test_json_names_every_face_and_stage(self):
        report = json.loads(self.swap('--json', '--face', '1', target=TWO).stdout)
        self.assertEqual([f['fused'] for f in report['faces']], [True, False])
        self.assertEqual(report['fused_faces'], 1)
        for stage in ('detect', 'mesh', 'warp', 'relight', 'paste'):
            self.assertGreater(report['stages_ms'][stage], 0)

    def test_every_way_to_blend_is_taken_and_the_skins_difference_told(self):
        for blend in ('alpha', 'poisson', 'mixed', 'multiband'):
            result = self.swap('--json', '--blend', blend, output=self.folder / f'{blend}.png')
            self.assertEqual(result.returncode, DONE, result.stderr)
            skin = json.loads(result.stdout)['faces'][0]['skin_delta_e']
            self.assertGreater(skin['before'], 0)
            self.assertLess(skin['after'], 5)
        self.assertEqual(self.swap('--blend', 'magic').returncode, BAD_ARGUMENTS)
        self.assertEqual(self.swap('--tone-strength', '2').returncode, BAD_ARGUMENTS)

    def test_auto_takes_the_best_mode_that_fits_a_time_budget(self):
        modes = {}
        for budget in ([], ['--budget-ms', '60000'], ['--budget-ms', '1']):
            result = self.swap('--json', '--overwrite', '--mode', 'auto', *budget)
            self.assertEqual(result.returncode, DONE, result.stderr)
            modes[budget[1] if budget else ''] = json.loads(result.stdout)['mode']
        self.assertEqual(modes[''], modes['60000'])
        self.assertNotEqual(modes['60000'], 'fast')
        self.assertEqual(modes['1'], 'fast')
        self.out.unlink()
        self.refused(self.swap('--budget-ms', '50'), BAD_ARGUMENTS, '--budget-ms', '--mode auto')

    def test_all_faces_is_the_default(self):
        self.assertIn('2 of 2 faces fused', self.swap(target=TWO).stdout)

    def test_without_visible_mark_the_duty_is_recalled_and_the_label_stays(self):
        result = self.swap('--no-visible-mark')
        self.assertIn('tell viewers', result.stderr)
        shown = json.loads(self.run_mien('label', 'show', '--json', self.out).stdout)
        self.assertTrue(shown['labelled_as_synthetic'])
        self.assertFalse(shown['mien']['visible_mark'])

    def test_works_from_any_folder_and_with_odd_names(self):
        name = self.folder / 'na\u00efve \u5f20 photo.jpg'
        shutil.copy(TARGET, name)
        self.assertEqual(self.swap(target=name, output='r\u00e9sultat.png').returncode, DONE)
        self.assertTrue((self.folder / 'r\u00e9sultat.png').exists())

    # who gets whom
    def test_faces_are_numbered_judged_and_drawn(self):
        result = self.run_mien('faces', TWO, '--json', '-o', 'sheet.png', '--reference', TWO)
        report = json.loads(result.stdout)
        self.assertEqual([f['number'] for f in report['faces']], [1, 2])
        self.assertTrue(all(f['usable'] for f in report['faces']))
        self.assertGreater(max(f['reference_similarity'] for f in report['faces']), 0.95)   # the largest face of the reference is one of them
        self.assertLess(min(f['reference_similarity'] for f in report['faces']), 0.6)
        self.assertGreater((self.folder / 'sheet.png').stat().st_size, 10_000)
        self.assertIn('sharpness', self.run_mien('faces', TWO).stdout)

    def test_drawings_of_a_labelled_photo_are_labelled(self):
        self.assertEqual(self.swap().returncode, DONE)
        for command, photo, code in (('faces', self.out, DONE), ('inspect', self.out, DONE), ('faces', TARGET, LABEL_POLICY), ('inspect', TARGET, LABEL_POLICY)):
            for ending in ('jpg', 'png', 'webp'):
                drawing = f'drawing.{ending}'
                self.assertEqual(self.run_mien(command, photo, '-o', drawing, '--overwrite').returncode, DONE)
                self.assertEqual(self.run_mien('label', 'verify', drawing).returncode, code, (command, photo, drawing))

    def test_near_takes_the_face_at_a_point(self):
        boxes = [f['box_px'] for f in json.loads(self.run_mien('faces', TWO, '--json').stdout)['faces']]
        for wanted, box in enumerate(boxes):
            report = json.loads(self.swap('--json', '--overwrite', '--face', 'near', f'{(box[0] + box[2]) / 2},{box[3] + 40}', target=TWO).stdout)
            self.assertEqual([f['fused'] for f in report['faces']], [wanted == 0, wanted == 1])
        self.out.unlink()
        for point in ('here', 'nan,inf', '10,-inf'):
            self.refused(self.swap('--face', 'near', point, target=TWO), BAD_ARGUMENTS, 'X,Y', point)

    def test_order_by_size_numbers_the_largest_first(self):
        widths = [f['quality']['width_px'] for f in json.loads(self.run_mien('faces', TWO, '--json', '--order', 'size').stdout)['faces']]
        self.assertEqual(widths, sorted(widths, reverse=True))
        report = json.loads(self.swap('--json', '--face', '1', '--order', 'size', target=TWO).stdout)
        self.assertEqual([f['fused'] for f in report['faces']], [True, False])

    def test_a_reference_decides_who_is_changed_and_the_report_says_it(self):
        report = json.loads(self.run_mien('swap', '--map', f'{SOURCE}={TWO}', '-t', TWO, '-o', self.out, '--i-have-consent', '--json').stdout)
        self.assertEqual(report['fused_faces'], 1)
        fused, other = sorted(report['faces'], key=lambda f: not f['fused'])
        self.assertEqual(fused['source'], SOURCE)
        self.assertGreater(fused['reference_similarity'], 0.95)
        self.assertGreater(fused['similarity_after'], fused['similarity_before'])
        self.assertIn('none of the references', other['note'])
        self.assertLess(other['reference_similarity'], 0.6)
        for measured_on_fused_faces_alone in ('covered_share', 'pose_gap_deg', 'quality'):
            self.assertIn(measured_on_fused_faces_alone, fused)
            self.assertNotIn(measured_on_fused_faces_alone, other)
        self.assertNotIn('source', other)

    def test_everybody_without_a_reference_gets_the_source(self):
        report = json.loads(self.run_mien('swap', '--map', f'{SOURCE}={TWO}', '-s', EXAMPLES / 'source_2.jpg', '-t', TWO, '-o', self.out, '--i-have-consent', '--json').stdout)
        self.assertEqual(sorted(Path(f['source']).name for f in report['faces']), ['source_1.jpg', 'source_2.jpg'])

    def test_somebody_who_is_not_there_is_named(self):
        words = ('swap', '--map', f'{SOURCE}={EXAMPLES / "target_3.jpg"}', '-t', TWO, '-o', self.out, '--i-have-consent', '--min-similarity', '0.9')
        self.refused(self.run_mien(*words), NO_FACE, 'none of the references')
        result = self.run_mien(*words, '-s', SOURCE)
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertIn('nobody in the target looks like', result.stderr)

    def test_maps_that_make_no_sense(self):
        self.refused(self.run_mien('swap', '--map', 'anna.jpg', '-t', TWO, '-o', self.out, '--i-have-consent'), BAD_ARGUMENTS, 'SRC=REF', 'anna.jpg')
        self.refused(self.run_mien('swap', '-t', TWO, '-o', self.out, '--i-have-consent'), BAD_ARGUMENTS, '--source')

    # many pictures at once
    def batch(self, *words, output='out'):
        return self.run_mien('batch', '-s', SOURCE, *words, '-o', output, '--i-have-consent')

    def test_a_batch_does_what_it_can_and_lists_what_failed(self):
        pictures = self.folder / 'in'
        pictures.mkdir()
        shutil.copy(TARGET, pictures / 'a.jpg')
        shutil.copy(TWO, pictures / 'b.JPG')
        (pictures / 'c.jpg').write_bytes(Path(TARGET).read_bytes()[:3000])
        (pictures / 'd.png').write_bytes(png(64, 64, (b'\0' + bytes(192)) * 64))
        (pictures / 'notes.txt').write_text('no picture')
        result = self.batch('in')
        self.assertEqual(result.returncode, FAILED, result.stderr)
        self.assertEqual(sorted(p.name for p in (self.folder / 'out').iterdir()), ['a.jpg', 'b.JPG'])
        last = result.stderr.strip().splitlines()[-3:]
        self.assertIn('2 of 4 pictures failed', last[0])
        self.assertIn('c.jpg', last[1])
        self.assertIn('d.png: no face', last[2])
        self.assertEqual(self.run_mien('label', 'verify', 'out/a.jpg').returncode, DONE)

    def test_a_batch_of_failures_leaves_no_folder_of_its_own(self):
        (self.folder / 'wall.png').write_bytes(png(64, 64, (b'\0' + bytes(192)) * 64))
        (self.folder / 'there').mkdir()
        for output in ('new', 'new/deep/{name}.png', './new/../{name}.jpg', 'there', 'there/new/', self.folder / 'far/{name}.png'):
            self.assertEqual(self.batch('wall.png', output=output).returncode, FAILED)
            self.assertEqual(sorted(p.name for p in self.folder.rglob('*') if 'config' not in p.parts), ['there', 'wall.png'], output)
        self.assertEqual(self.batch('wall.png', TARGET, output='new/deep').returncode, FAILED)
        self.assertEqual([p.name for p in (self.folder / 'new/deep').iterdir()], ['target_1.jpg'])

    def test_a_batch_takes_patterns_and_names_by_pattern(self):
        for name in ('a.jpg', 'b.jpg'):
            shutil.copy(TARGET, self.folder / name)
        result = self.batch('?.jpg', '--json', output='new/{name}-x.webp')
        self.assertEqual(result.returncode, DONE, result.stderr)
        report = json.loads(result.stdout)
        self.assertEqual((report['failed'], [p['output'] for p in report['pictures']]), (0, ['new/a-x.webp', 'new/b-x.webp']))
        self.assertTrue(all(p['fused_faces'] == 1 and p['faces'][0]['source'] == SOURCE for p in report['pictures']))
        again = self.batch('a.jpg', output='new/{name}-x.webp')
        self.assertEqual(again.returncode, FAILED)
        self.assertIn('exists already', again.stderr)

    def test_a_batch_gives_what_swap_gives(self):
        one = json.loads(self.swap('--json').stdout)
        batch = json.loads(self.batch(TARGET, '--json').stdout)
        self.assertEqual(batch['pictures'][0]['faces'], one['faces'])

    def test_a_batch_of_thousands_starts_at_once(self):
        names = [self.folder / 'in' / f'{number}.jpg' for number in range(4000)]
        for folder in ('in', 'out'):
            (self.folder / folder).mkdir()
        for name in names:
            name.touch()
        begin = time.monotonic()
        result = self.run_mien('batch', '-s', SOURCE, 'in', '-o', 'out')
        self.assertEqual(result.returncode, DECLINED, result.stderr)        # that is asked after the names were looked at
        self.assertLess(time.monotonic() - begin, 5)
        (self.folder / 'out' / '7.jpg').symlink_to(names[3999])
        self.refused(self.batch('in'), BAD_ARGUMENTS, 'out/7.jpg', 'inputs are never overwritten')

    def test_batches_that_make_no_sense(self):
        (self.folder / 'empty').mkdir()
        shutil.copy(TARGET, self.folder / 'a.jpg')
        self.refused(self.batch('empty'), UNREADABLE, 'empty', 'no picture')
        self.refused(self.batch('*.png'), UNREADABLE, '*.png')
        self.refused(self.batch('a.jpg', output='{name}.{ext}'), BAD_ARGUMENTS, 'inputs are never overwritten')
        (self.folder / 'more').mkdir()
        shutil.copy(TARGET, self.folder / 'more' / 'a.jpg')
        self.refused(self.batch('a.jpg', 'more/a.jpg'), BAD_ARGUMENTS, 'two pictures', 'out/a.jpg')
        self.assertFalse((self.folder / 'out').exists())
        for output in ('one.jpg', 'out/{nmae}.jpg', 'out/{nmae}'):
            self.refused(self.batch('a.jpg', output=output), BAD_ARGUMENTS, output, '{name}')

    # enrolled faces and the cache
    def test_an_enrolled_face_is_small_private_and_used_like_a_photo(self):
        result = self.run_mien('enrol', SOURCE, '-o', 'me.mien', '--i-have-consent')
        self.assertEqual(result.returncode, DONE, result.stderr)
        file = self.folder / 'me.mien'
        self.assertLessEqual(file.stat().st_size, 1_000_000)
        self.assertEqual(file.stat().st_mode & 0o077, 0)
        self.assertEqual(self.swap(source=file).returncode, DONE)
        self.assertEqual(self.run_mien('faces', SOURCE, '--reference', file).returncode, DONE)
        self.assertEqual(self.run_mien('enrol', SOURCE, '-o', 'me.mien', '--i-have-consent').returncode, FAILED)
        self.out.unlink()
        self.refused(self.run_mien('enrol', SOURCE, '-o', self.out, '--i-have-consent'), BAD_ARGUMENTS, 'out.jpg', '.mien')
        self.refused(self.swap(target=file), UNREADABLE, 'me.mien', 'enrolled face')

    def test_a_photo_of_somebody_else_is_left_out(self):
        result = self.run_mien('enrol', SOURCE, SOURCE, TARGET, '-o', 'me.mien', '--i-have-consent')
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertIn(f'photo 3 ({TARGET}) shows another person, similarity', result.stderr)
        self.assertIn('2 of 3 photos', result.stdout)

    def test_damaged_and_newer_enrolled_faces_are_refused(self):
        self.run_mien('enrol', SOURCE, '-o', 'me.mien', '--i-have-consent')
        good = (self.folder / 'me.mien').read_bytes()
        flipped = good[:5000] + bytes([good[5000] ^ 1]) + good[5001:]
        for bytes_, part in ((good[:-9], 'cut short'), (flipped, 'damaged'), (good[:8] + b'\x09' + good[9:], 'version 9 is newer')):
            (self.folder / 'bad.mien').write_bytes(bytes_)
            self.refused(self.swap(source=self.folder / 'bad.mien'), UNREADABLE, 'bad.mien', part)
        self.refused(self.run_mien('enrol', SOURCE, '-o', 'me.mien'), FAILED, 'me.mien')

    def test_the_cache_saves_the_networks_and_can_be_forgotten(self):
        folder = self.cache / 'mien' / 'enrolled'
        pictures = []
        for name in ('a.png', 'b.png'):
            self.assertEqual(self.swap(output=self.folder / name).returncode, DONE)
            pictures.append(json.loads(self.run_mien('inspect', name, '--json').stdout)['faces'])
        self.assertEqual(*pictures)
        entries = json.loads(self.run_mien('cache', 'list', '--json').stdout)['entries']
        self.assertEqual(len(entries), 1)
        self.assertEqual(folder.stat().st_mode & 0o077, 0)
        self.assertEqual([f.stat().st_mode & 0o077 for f in folder.iterdir()], [0])
        damaged = next(folder.iterdir())
        damaged.write_bytes(damaged.read_bytes()[:-1])
        self.assertEqual(self.swap(output=self.folder / 'c.png').returncode, DONE)
        self.assertIn('1 photo forgotten', self.run_mien('cache', 'clear').stdout)
        self.assertEqual(self.swap('--no-cache', output=self.folder / 'd.png').returncode, DONE)
        self.assertEqual(list(folder.iterdir()), [])

    def test_inspect_tells_and_draws(self):
        report = json.loads(self.run_mien('inspect', TWO, '--json', '--mesh').stdout)
        self.assertEqual(len(report['faces']), 2)
        self.assertEqual(len(report['faces'][0]['mesh_px']), 478)
        self.assertEqual(self.run_mien('inspect', TWO, '-o', 'drawn.png').returncode, DONE)
        self.assertGreater((self.folder / 'drawn.png').stat().st_size, 10_000)

    def test_a_drawing_of_no_known_kind_is_refused_before_the_work(self):
        for command in ('inspect', 'faces'):
            self.refused(self.run_mien(command, TARGET, '-o', 'drawn.bmp'), BAD_ARGUMENTS, 'drawn.bmp', '.png')

    def test_ordinary_light_is_seen_as_it_is_and_other_words_than_auto_and_off_are_refused(self):
        auto, off = (self.run_mien('inspect', TWO, '--json', '--mesh', '--low-light', way) for way in ('auto', 'off'))
        self.assertEqual(auto.returncode, DONE, auto.stderr)
        self.assertEqual(auto.stdout, off.stdout)
        self.assertEqual(self.run_mien('inspect', TWO, '--low-light', 'maybe').returncode, BAD_ARGUMENTS)

    def test_models_are_listed_and_verified(self):
        listed = json.loads(self.run_mien('models', 'list', '--json').stdout)
        self.assertLessEqual({'detect', 'mesh', 'face_model'}, {m['name'] for m in listed['models']})
        self.assertEqual(self.run_mien('models', 'verify').returncode, DONE)

    def test_help_and_version(self):
        self.assertIn('Examples:', self.run_mien('--help').stdout)
        self.assertIn('mien swap -s', self.run_mien('swap', '--help').stdout)
        self.assertNotIn('mien batch', self.run_mien('models', '--help').stdout, 'examples of other commands')
        self.assertRegex(self.run_mien('--version').stdout, r'^mien \d+\.\d+\.\d+\n$')

    def test_no_progress_in_a_pipe(self):
        self.assertNotIn('\r', self.swap().stderr)

    # what is refused
    def test_bad_arguments(self):
        for words, parts in (((), ['command', 'mien --help']), (['dance'], ["'dance'", 'mien --help']), (['swap'], ['--target', 'mien swap --help']),
                             (['swap', '-s', 'a'], ['--target']), (['label'], ['command', 'mien label --help']), (['label', 'shwo', 'x'], ["'shwo'"])):
            self.refused(self.run_mien(*words), BAD_ARGUMENTS, 'mien: ', *parts)
        self.refused(self.swap('--strenght', '1'), BAD_ARGUMENTS, "'--strenght'", 'mien swap --help')
        self.refused(self.swap('--strength', '2'), BAD_ARGUMENTS, 'mien: --strength', '2')
        self.refused(self.swap('--quality', '0'), BAD_ARGUMENTS, 'mien: --quality', '0')
        self.refused(self.swap('--face', 'second'), BAD_ARGUMENTS, 'second', 'largest')

    def test_a_folder_a_text_file_a_missing_file_as_input(self):
        text = self.folder / 'text.jpg'
        text.write_text('I am no picture.\n')
        for target, parts in ((self.folder, ['folder']), (text, ['text.jpg']), (self.folder / 'none.jpg', ['none.jpg'])):
            self.refused(self.swap(target=target), UNREADABLE, *parts)
            self.refused(self.swap(source=target), UNREADABLE, *parts)

    def test_a_truncated_jpeg(self):
        data = Path(TARGET).read_bytes()
        for share in (0.1, 0.5, 0.98):
            (self.folder / 'cut.jpg').write_bytes(data[:int(len(data) * share)])
            self.refused(self.swap(target=self.folder / 'cut.jpg'), UNREADABLE, 'cut.jpg')

    def test_one_pixel_and_a_picture_without_a_face(self):
        (self.folder / 'one.png').write_bytes(png(1, 1, b'\0\x80\x80\x80'))
        self.refused(self.swap(target=self.folder / 'one.png'), NO_FACE, 'no face')
        (self.folder / 'grey.png').write_bytes(png(300, 200, (b'\0' + b'\x70' * 900) * 200))
        self.refused(self.swap(source=self.folder / 'grey.png'), NO_FACE, 'no face', 'grey.png')

    def test_a_header_that_promises_a_huge_picture_is_refused_without_taking_the_memory(self):
        (self.folder / 'huge.png').write_bytes(png(20000, 20000))
        limit = 1_000_000_000
        result = self.run_mien('swap', '-s', SOURCE, '-t', 'huge.png', '-o', self.out, '--i-have-consent', preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.refused(result, UNREADABLE, 'huge.png', '20000')

    def test_an_existing_output_is_kept_unless_told_otherwise(self):
        self.out.write_text('precious')
        result = self.swap()
        self.assertEqual(result.returncode, FAILED)
        self.assertIn('--overwrite', result.stderr)
        self.assertEqual(self.out.read_text(), 'precious')
        self.assertEqual(self.swap('--overwrite').returncode, DONE)
        self.assertNotEqual(self.out.read_bytes(), b'precious')

    def test_an_input_is_never_overwritten(self):
        copy = self.folder / 'photo.jpg'
        shutil.copy(TARGET, copy)
        before = copy.read_bytes()
        self.refused(self.swap('--overwrite', target=copy, output=copy), BAD_ARGUMENTS, 'inputs are never overwritten')
        self.assertEqual(copy.read_bytes(), before)

    def test_outputs_that_cannot_be_written(self):
        self.refused(self.swap(output=self.folder / 'nowhere' / 'o.jpg'), FAILED, 'nowhere')
        self.refused(self.swap(output=self.folder / 'o.gif'), BAD_ARGUMENTS, 'gif')
        self.refused(self.swap(output='/proc/o.jpg'), FAILED, '/proc')
        self.assertNotEqual(self.swap(output=self.folder).returncode, DONE)

    def test_a_full_disk(self):
        small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)     # inherited: writing fails as on a full disk
        result = self.run_mien('swap', '-s', SOURCE, '-t', TARGET, '-o', self.out, '--i-have-consent', preexec_fn=small)
        self.refused(result, FAILED, 'out.jpg')

    def test_no_consent_no_picture(self):
        self.refused(self.swap(consent=False), DECLINED, '--i-have-consent')

    def test_consent_given_before_is_remembered(self):
        (self.folder / 'config' / 'mien').mkdir(parents=True)
        (self.folder / 'config' / 'mien' / 'consent').write_text('given 2026-01-01\n')
        self.assertEqual(self.swap(consent=False).returncode, DONE)

    def test_face_number_beyond_the_last(self):
        self.refused(self.swap('--face', '3', target=TWO), NO_FACE, 'face 3', 'the target has 2')

    def test_models_that_are_damaged_or_missing(self):
        models = self.folder / 'models'
        shutil.copytree(REPOSITORY / 'models', models)
        weights = models / 'mesh.bin'
        good = weights.read_bytes()
        weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        self.refused(self.run_mien('--models', models, 'swap', '-s', SOURCE, '-t', TARGET, '-o', self.out, '--i-have-consent'), MODEL_REFUSED, 'mesh.bin', 'sha256')
        weights.write_bytes(good[:1000])
        self.refused(self.run_mien('--models', models, 'models', 'verify'), MODEL_REFUSED, 'mesh.bin', '1000 bytes', f'expected {len(good)}')
        weights.unlink()
        self.assertEqual(self.run_mien('--models', models, 'models', 'verify').returncode, MODEL_REFUSED)
        self.refused(self.run_mien('--models', self.folder / 'void', 'inspect', TWO), MODEL_REFUSED, 'void')

    def test_unlabelled_pictures_fail_verification(self):
        self.assertEqual(self.run_mien('label', 'verify', TARGET).returncode, LABEL_POLICY)
        self.assertEqual(self.run_mien('label', 'show', TARGET).returncode, DONE)

    def test_without_its_companion_a_clip_is_refused_with_a_sentence(self):
        if not (PROGRAM.parent / 'mien-video').exists():
            return                                              # a build without clips
        alone = self.folder / 'mien'
        shutil.copy(PROGRAM, alone)
        clip = self.folder / 'clip.mp4'
        clip.write_bytes(b'\0\0\0\x18ftypisom' + bytes(64))
        for words in (['video', '-s', SOURCE, '-t', str(clip), '-o', str(self.out)], ['label', 'show', str(clip)]):
            done = subprocess.run([str(alone), *words], capture_output=True, text=True, env=self.environment)
            self.assertEqual(done.returncode, BAD_ARGUMENTS, done.stderr)
            self.assertIn('mien-video', done.stderr)

    def test_a_run_that_nohup_started_survives_a_hangup(self):
        big = self.folder / 'big.png'
        big.write_bytes(png(6000, 4000, (b'\0' + b'\x70' * 18000) * 4000))
        process = subprocess.Popen([str(PROGRAM), 'inspect', str(big)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment,
                                   preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        while process.poll() is None and not catches_interrupts(process.pid):
            time.sleep(0.001)
        time.sleep(0.05)
        process.send_signal(signal.SIGHUP)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, NO_FACE, error)

    def test_ctrl_c_while_reading_leaves_nothing_behind(self):
        big = self.folder / 'big.png'
        big.write_bytes(png(6000, 4000, (b'\0' + b'\x70' * 18000) * 4000))
        process = subprocess.Popen([str(PROGRAM), 'swap', '-s', SOURCE, '-t', str(big), '-o', str(self.out), '--i-have-consent'], stderr=subprocess.PIPE, text=True, env=self.environment)
        while process.poll() is None and not catches_interrupts(process.pid):
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED, error)
        self.assertIn('stopped', error)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ['big.png'])

    def test_ctrl_c_before_the_first_picture_of_a_batch_leaves_no_folder(self):
        (self.folder / 'big.png').write_bytes(png(6000, 4000, (b'\0' + b'\x70' * 18000) * 4000))
        process = subprocess.Popen([str(PROGRAM), 'batch', '-s', SOURCE, 'big.png', '-o', 'new/deep', '--i-have-consent'], stderr=subprocess.PIPE, text=True, env=self.environment, cwd=self.folder)
        while process.poll() is None and not (self.folder / 'new' / 'deep').exists():
            time.sleep(0.001)
        time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED, error)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ['big.png'])

    def test_ctrl_c_in_a_batch_says_how_many_are_done(self):
        (self.folder / 'in').mkdir()
        for number in range(30):
            (self.folder / 'in' / f'{number:02}.jpg').symlink_to(TARGET)
        words = ['batch', '-s', SOURCE, 'in', '-o', 'out', '--i-have-consent']
        process = subprocess.Popen([str(PROGRAM), *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment, cwd=self.folder)
        while process.poll() is None and not (self.folder / 'out' / '01.jpg').exists():
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED, error)
        self.assertRegex(error, r'stopped; [1-9]\d* of 30 pictures were done')
        left = sorted((self.folder / 'out').iterdir())
        self.assertGreaterEqual(len(left), int(re.search(r'stopped; (\d+) of', error).group(1)))
        self.assertEqual([f.name for f in left], [f'{number:02}.jpg' for number in range(len(left))])
        for file in left:       # whole pictures with their label
            self.assertEqual(self.run_mien('label', 'verify', file).returncode, DONE)
            self.assertEqual(file.read_bytes()[-2:], b'\xff\xd9')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]], verbosity=1)
