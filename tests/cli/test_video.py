"""mien video as users meet it.  test_video.py PROGRAM REPOSITORY MAKE_CLIP"""
import json
import os
import resource
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path
from random import Random

from command_case import BAD_ARGUMENTS, DECLINED, DONE, EXAMPLES, FAILED, LABEL_POLICY, NO_FACE, PROGRAM, SOURCE, STOPPED, TARGET, UNREADABLE, CommandCase, png

MAKE_CLIP = Path(sys.argv[3]).resolve()


class VideoTest(CommandCase):
    OUT, LONGEST_RUN_S = 'out.mp4', 120

    def setUp(self):
        super().setUp()
        self.part = self.folder / 'out.mp4.mien-part'

    def clip(self, name='in.mp4', **words):
        path = self.folder / name
        subprocess.run([str(MAKE_CLIP), TARGET, str(path), *(f'{k}={v}' for k, v in words.items())], check=True, timeout=60)
        return path

    def video(self, target, *words, output=None, **more):
        mode = [] if '--mode' in words else ['--mode', 'fast']
        return self.run_mien('video', '-s', SOURCE, '-t', target, '-o', output or self.out, '--i-have-consent', *mode, *words, **more)

    def report(self, target, *words, output=None):
        result = self.video(target, '--json', *words, output=output)
        self.assertEqual(result.returncode, DONE, result.stderr)
        return json.loads(result.stdout)

    def peak_kb(self, clip):
        """Largest memory of one run."""
        process = subprocess.Popen([str(PROGRAM), '--threads', '1', 'video', '-s', SOURCE, '-t', str(clip), '-o', str(self.out), '--overwrite', '--i-have-consent', '--mode', 'fast'],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.environment)
        error = process.stderr.read()
        process.stderr.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, DONE, error)
        return usage.ru_maxrss

    def start_and_wait_for_segments(self, clip, count, *words):
        """A run that has finished some segments, and is on its way."""
        mode = [] if '--mode' in words else ['--mode', 'fast']
        words = [str(PROGRAM), 'video', '-s', SOURCE, '-t', str(clip), '-o', str(self.out), '--i-have-consent', *mode, *words]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment)
        while process.poll() is None and len(list(self.part.glob('*.segment'))) < count:
            time.sleep(0.02)
        self.assertIsNone(process.poll(), 'the run has to be at work still')
        return process

    def run_on_a_disk_of(self, size, clip, *words):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)     # inherited: writing fails as on a full disk
        return self.video(clip, *words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))

    # what works
    def test_a_clip_is_fused_labelled_and_keeps_its_sound(self):
        clip = self.clip(audio=1)
        report = self.report(clip)
        self.assertEqual((report['frames'], report['fused_frames'], report['faces'], report['cuts']), (25, 25, 1, 0))
        self.assertEqual((report['audio_tracks'], report['size_px']), (1, [480, 270]))
        self.assertEqual(self.run_mien('label', 'verify', self.out).returncode, DONE)
        shown = json.loads(self.run_mien('label', 'show', '--json', self.out).stdout)
        self.assertTrue(shown['labelled_as_synthetic'] and shown['made_by_mien'] and shown['mien']['visible_mark'])
        self.assertEqual(self.unfinished(), [])

    def test_every_container_is_written_and_labelled(self):
        clip = self.clip(frames=6)
        for name in ('a.mov', 'a.mkv', 'a.webm'):
            self.report(clip, output=self.folder / name)
            self.assertEqual(self.run_mien('label', 'verify', self.folder / name).returncode, DONE, name)

    def test_hevc_and_av1_are_written_and_labelled_and_the_same_every_time(self):
        clip = self.clip(frames=5, width=240, height=180, audio=1)
        for encoder, names in (('hevc', ('a.mp4', 'b.mp4', 'a.mov', 'a.mkv')), ('av1', ('c.mp4', 'd.mp4', 'c.webm', 'c.mkv'))):
            for name in names:
                audio = ['--audio', 'drop'] if name.endswith('.webm') else []
                self.assertEqual(self.report(clip, '--encoder', encoder, *audio, output=self.folder / name)['fused_frames'], 5)
                self.assertEqual(self.run_mien('label', 'verify', self.folder / name).returncode, DONE, name)
            self.assertEqual((self.folder / names[0]).read_bytes(), (self.folder / names[1]).read_bytes())
        self.refused(self.video(clip, '--encoder', 'hevc', output=self.folder / 'e.webm'), BAD_ARGUMENTS, '.webm', 'hevc')

    def test_copy_params_codes_as_the_clip_is_coded(self):
        lossless = self.clip('in.mkv', frames=5, encoder='ffv1')
        for encoder, name in (('hevc', 'a.mp4'), ('vp9', 'a.webm'), ('h264', 'a.mov'), ('ffv1', 'a.mkv')):
            first, second = self.folder / name, self.folder / f'again-{name}'
            self.report(lossless, '--encoder', encoder, '--audio', 'drop', output=first)
            self.assertEqual(self.report(first, '--encoder', 'copy-params', output=second)['input_codec'], encoder)
            self.assertEqual(self.report(second, output=self.folder / f'last-{name}')['input_codec'], encoder)
            if encoder != 'ffv1':
                self.assertLess(second.stat().st_size, 2 * first.stat().st_size)
        self.refused(self.video(self.folder / 'a.mp4', '--encoder', 'copy-params', output=self.folder / 'b.webm'), BAD_ARGUMENTS, '.webm', 'hevc')

    def test_swap_takes_a_clip_too(self):
        result = self.run_mien('swap', '-s', SOURCE, '-t', self.clip(frames=4), '-o', self.out, '--i-have-consent', '--mode', 'fast')
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertIn('4 of 4 frames fused', result.stdout)
        self.out.unlink()
        self.refused(self.run_mien('swap', '-s', SOURCE, '-t', 'in.mp4', '-o', 'out.jpg', '--i-have-consent'), BAD_ARGUMENTS, '.jpg', '.mp4')
        for option in ('--tone-strength', '--tone-threshold'):
            self.refused(self.run_mien('swap', '-s', SOURCE, '-t', 'in.mp4', '-o', self.out, '--i-have-consent', option, '1'), BAD_ARGUMENTS, option)

    def test_a_clip_is_seen_however_it_is_named(self):
        clip = self.clip(frames=2)
        for words in (['--target', clip], [f'--target={clip}'], [f'-t{clip}'], ['-tin.mp4']):
            result = self.run_mien('swap', '-s', SOURCE, *words, '-o', self.out, '--i-have-consent', '--mode', 'fast')
            self.assertEqual(result.returncode, DONE, (words, result.stderr))
            self.assertIn('2 of 2 frames fused', result.stdout)
            self.out.unlink()           # a clip, too

    def test_the_help_tells_of_all_that_clips_take(self):
        self.assertIn('--resume', self.run_mien('swap', '--help').stdout)
        self.assertIn('video', self.run_mien('bench', '--help').stdout)
        self.refused(self.swap('--resume'), BAD_ARGUMENTS, '--resume', TARGET, 'no clip')

    def test_a_batch_takes_no_clips(self):
        result = self.run_mien('batch', '-s', SOURCE, self.clip(frames=2), '-o', self.folder / 'out', '--i-have-consent')
        self.assertEqual(result.returncode, FAILED, result.stderr)
        self.assertIn('in.mp4: is a video', result.stderr)

    def test_the_same_clip_twice_gives_the_same_bytes(self):
        clip = self.clip(frames=8, audio=1)
        for name in ('a.mp4', 'b.mp4'):
            self.report(clip, output=self.folder / name)
        self.assertEqual((self.folder / 'a.mp4').read_bytes(), (self.folder / 'b.mp4').read_bytes())

    def test_one_thread_and_several_give_the_same_pictures(self):
        # More than a segment, so that both ways to come to a next frame are there; only the headers of .mkv have random numbers.
        clip = self.clip('in.mkv', frames=140, width=200, height=150, cut=70, encoder='ffv1')
        pictures = []
        for threads in ('1', '2', '3'):
            out = self.folder / f'{threads}.mkv'
            self.report(clip, '--encoder', 'ffv1', '--threads', threads, output=out)
            data = out.read_bytes()
            pictures.append(data[data.index(b'\x1f\x43\xb6\x75'):data.rindex(b'\x1c\x53\xbb\x6b')])     # from the first cluster to the cues
        self.assertGreater(len(pictures[0]), 140 * 10_000)
        self.assertTrue(pictures[0] == pictures[1] == pictures[2])

    def test_a_phone_clip_on_its_side(self):
        report = self.report(self.clip(frames=5, width=270, height=480, turn=90))
        self.assertEqual((report['fused_frames'], report['size_px']), (5, [270, 480]))

    def test_a_cut_starts_anew(self):
        report = self.report(self.clip(cut=12))
        self.assertEqual((report['cuts'], report['fused_frames'], report['faces']), (1, 25, 2))

    def test_a_part_of_a_clip_and_no_sound(self):
        report = self.report(self.clip(audio=1), '--from', '0.2', '--to', '0:00.6', '--audio', 'drop')
        self.assertEqual((report['frames'], report['audio_tracks']), (10, 0))

    def test_odd_sizes_and_one_frame(self):
        for name, out in (('a.webm', 'a-out.webm'), ('b.mkv', 'b-out.mp4')):
            clip = self.clip(name, frames=1, width=301, height=235, **({'encoder': 'ffv1'} if name == 'b.mkv' else {}))
            self.assertEqual(self.report(clip, output=self.folder / out)['fused_frames'], 1)

    def test_strength_zero_labels_nothing(self):
        report = self.report(self.clip(frames=3, encoder='ffv1', name='in.mkv'), '--strength', '0')
        self.assertEqual(report['fused_frames'], 0)
        self.assertEqual(self.run_mien('label', 'verify', self.out).returncode, LABEL_POLICY)

    def test_help_and_no_progress_in_a_pipe(self):
        self.assertIn('mien video -s', self.run_mien('video', '--help').stdout)
        self.assertNotIn('\r', self.video(self.clip(frames=2)).stderr)

    # what is refused
    def test_a_truncated_clip(self):
        clip = self.clip(frames=50, audio=1)
        data = clip.read_bytes()
        (self.folder / 'cut.mp4').write_bytes(data[:len(data) // 2])
        result = self.video('cut.mp4')
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.assertIn('truncated', result.stderr)
        self.out.unlink()
        (self.folder / 'cut.mp4').write_bytes(data[:300])
        self.refused(self.video('cut.mp4'), UNREADABLE, 'cut.mp4')
        (self.folder / 'cut.mp4').write_bytes(b'')
        self.refused(self.video('cut.mp4'), UNREADABLE, 'cut.mp4')

    def test_a_clip_whose_time_stamps_jump_back_is_used_up_to_there(self):
        one = self.clip('one.mkv', frames=30, width=240, height=180, audio=1).read_bytes()
        (self.folder / 'two.mkv').write_bytes(one + one)
        for output, words in ((self.folder / 'a.mkv', []), (self.folder / 'b.mkv', ['--audio', 'drop']), (self.folder / 'c.mp4', [])):
            report = self.report('two.mkv', *words, output=output)
            self.assertEqual((report['frames'], report['fused_frames']), (30, 30))
            self.assertEqual(len(report['remarks']), 1, report['remarks'])
            self.assertIn('jump back', report['remarks'][0])
            self.assertEqual(self.report(output, output=self.folder / f'again-{output.name}')['remarks'], [])

    def test_sound_without_pictures_and_pictures_without_a_face(self):
        self.refused(self.video(self.clip('sound.mp4', pictures=0)), UNREADABLE, 'sound.mp4', 'no pictures')
        self.refused(self.video(self.clip(face=0, frames=6)), NO_FACE, 'in.mp4', '6 frames')

    def test_a_photo_a_text_a_folder_a_missing_file(self):
        (self.folder / 'text.mp4').write_text('I am no clip.\n')
        for target in (TARGET, 'text.mp4', self.folder, 'none.mp4'):
            self.refused(self.video(target), UNREADABLE, target)
        self.refused(self.video(TARGET), UNREADABLE, 'photos go to mien swap')

    def test_bad_arguments(self):
        clip = self.clip(frames=2)
        self.refused(self.video(clip, output=self.folder / 'o.gif'), BAD_ARGUMENTS, '.gif', '.mp4', 'choose one')
        self.refused(self.run_mien('video', '-t', clip, '-o', self.out, '--i-have-consent'), BAD_ARGUMENTS, '--source', '--map')
        self.refused(self.video(clip, '--from', 'noon'), BAD_ARGUMENTS, '--from', 'noon')
        self.refused(self.video(clip, '--from', '9'), BAD_ARGUMENTS, '--from')
        self.refused(self.video(clip, '--from', '2', '--to', '1'), BAD_ARGUMENTS)
        self.assertEqual(self.video(clip, '--encoder', 'mpeg1').returncode, BAD_ARGUMENTS)
        self.refused(self.run_mien('video', '-s', SOURCE, '-t', clip, '-o', self.out), DECLINED, '--i-have-consent')

    def test_outputs_are_kept_and_inputs_too(self):
        clip = self.clip(frames=2)
        before = clip.read_bytes()
        self.refused(self.video(clip, '--overwrite', output=clip), BAD_ARGUMENTS, 'inputs are never overwritten')
        self.assertEqual(clip.read_bytes(), before)
        self.out.write_text('precious')
        self.assertEqual(self.video(clip).returncode, FAILED)
        self.assertEqual(self.out.read_text(), 'precious')
        self.assertEqual(self.video(clip, '--overwrite').returncode, DONE)

    def test_a_full_disk(self):
        clip = self.clip(frames=10)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)     # inherited: writing fails as on a full disk
        small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        self.refused(self.video(clip, preexec_fn=small), FAILED, 'out.mp4')

    def test_a_folder_of_somebody_else_in_the_place_of_ours_is_kept(self):
        clip = self.clip(frames=2)
        (self.part / 'sub').mkdir(parents=True)
        for name in ('notes.txt', 'sub/deep.txt'):
            (self.part / name).write_text('precious')
        for words in ([], ['--overwrite'], ['--resume']):
            self.refused(self.video(clip, *words), FAILED, 'out.mp4.mien-part', 'holds')
        self.part.rename(self.folder / 'moved')
        self.part.symlink_to(self.folder / 'moved')
        self.refused(self.video(clip, '--overwrite'), FAILED, 'out.mp4.mien-part', 'is a link')
        self.assertEqual(sorted(str(p.relative_to(self.folder / 'moved')) for p in (self.folder / 'moved').rglob('*')), ['notes.txt', 'sub', 'sub/deep.txt'])

    # work that is not lost
    def test_ctrl_c_says_how_to_go_on(self):
        process = self.start_and_wait_for_segments(self.clip(frames=240, width=240, height=180), 1)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED, error)
        for part in ('stopped', 'out.mp4.mien-part', '--resume'):
            self.assertIn(part, error)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ['in.mp4', 'out.mp4.mien-part'])

    def test_ctrl_c_before_anything_is_finished_leaves_nothing(self):
        clip = self.clip(frames=119, width=640, height=480)
        process = subprocess.Popen([str(PROGRAM), 'video', '-s', SOURCE, '-t', str(clip), '-o', str(self.out), '--i-have-consent'], stderr=subprocess.PIPE, text=True, env=self.environment)
        while process.poll() is None and not (self.part / 'unfinished').exists():
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED, error)
        self.assertIn('nothing was written', error)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ['in.mp4'])

    def test_a_killed_run_goes_on_and_gives_the_same_bytes(self):
        clip = self.clip(frames=320, width=240, height=180, audio=1, cut=170)
        whole = self.folder / 'whole.mp4'
        self.report(clip, output=whole)
        for count in (1, 2):
            words = ['--resume'] if count > 1 else []
            process = self.start_and_wait_for_segments(clip, count, *words)
            process.kill()
            process.communicate(timeout=30)
            self.assertFalse(self.out.exists())
        refused = self.video(clip)
        self.assertEqual(refused.returncode, FAILED, refused.stderr)
        self.assertIn('--resume', refused.stderr)
        other = self.video(clip, '--resume', '--quality', '50')
        self.assertEqual(other.returncode, BAD_ARGUMENTS, other.stderr)
        report = self.report(clip, '--resume')
        self.assertGreaterEqual(report['frames_before'], 240)
        self.assertEqual((report['frames'], report['fused_frames'], report['cuts']), (320, 320, 1))
        self.assertEqual(self.out.read_bytes(), whole.read_bytes())
        self.assertFalse(self.part.exists())

    def test_what_memory_held_before_changes_no_byte(self):
        """x264's AVX-512 routines read memory that they never wrote: once in a while a clip came out otherwise."""
        clip = self.clip(frames=320, width=240, height=180, cut=170)
        bytes_of = set()
        for filling in ('0', '1', '170'):     # of all memory, by the C library, where it knows how
            self.environment['MALLOC_PERTURB_'] = filling
            self.report(clip, '--overwrite')
            bytes_of.add(self.out.read_bytes())
        self.assertEqual(len(bytes_of), 1)

    def test_killed_at_twenty_random_moments_it_gives_the_same_bytes(self):
        clip = self.clip(frames=130, width=160, height=120, audio=1, cut=60)
        whole = self.folder / 'whole.mp4'
        began = time.monotonic()
        self.report(clip, output=whole)
        length = time.monotonic() - began
        random = Random(2222)     # four of its moments are in the last tenth, and all together are as long as five whole runs
        words = [str(PROGRAM), 'video', '-s', SOURCE, '-t', str(clip), '-o', str(self.out), '--i-have-consent', '--mode', 'fast', '--resume']
        kills = 0
        while kills < 20:
            finished = len(list(self.part.glob('*.segment')))
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.environment)
            time.sleep(length * random.random() ** 3)
            process.kill()
            process.communicate(timeout=30)
            if self.out.exists():               # it was faster
                self.assertEqual(self.out.read_bytes(), whole.read_bytes())
                self.out.unlink()
                continue
            self.assertEqual(process.returncode, -signal.SIGKILL)
            kills += 1
            self.assertGreaterEqual(len(list(self.part.glob('*.segment'))), finished)
        finished = len(list(self.part.glob('*.segment')))
        report = self.report(clip, '--resume')
        self.assertEqual(report['frames_before'], min(120 * finished, 130), 'what was finished is not done again')
        self.assertEqual(self.out.read_bytes(), whole.read_bytes())
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ['in.mp4', 'out.mp4', 'whole.mp4'])

    def test_a_disk_that_gets_full_costs_one_segment_at_most(self):
        # A limit for files in the place of a full disk. The first segment is one picture and small, the second is three quarters of the clip.
        clip = self.clip(frames=280, width=160, height=120, still=120)
        whole = self.folder / 'whole.mp4'
        self.report(clip, '--quality', '100', output=whole)
        size = whole.stat().st_size
        first = self.run_on_a_disk_of(size // 2, clip, '--quality', '100')
        later = self.run_on_a_disk_of(size * 9 // 10, clip, '--quality', '100', '--resume')
        for result, frames in ((first, 120), (later, 280)):     # the second run fails where the segments become the clip
            self.assertEqual(result.returncode, FAILED, result.stderr)
            for part in ('free some space', f'{frames} frames are finished', '--resume'):
                self.assertIn(part, result.stderr)
            self.assertFalse(self.out.exists())
        report = self.report(clip, '--quality', '100', '--resume')
        self.assertEqual(report['frames_before'], 280)
        self.assertEqual(self.out.read_bytes(), whole.read_bytes())
        self.assertFalse(self.part.exists())

    def test_memory_does_not_grow_with_the_clip(self):
        # Both are beyond the second segment's beginning. One frame's planes kept per frame would be 13 MB. From run to run it varies by 3 MB, upwards: three
        # stages that meet in other ways; so the smaller of two runs counts.
        clips = (self.clip(f'{n}.mp4', frames=n, width=240, height=180) for n in (200, 400))
        short, long = (min(self.peak_kb(clip) for _ in range(2)) for clip in clips)
        self.assertGreater(short, 20_000)
        self.assertLess(long, 1.04 * short)

    # quality that follows the machine
    def test_auto_says_the_level_and_why_it_changed(self):
        clip = self.clip(frames=60, width=240, height=180)
        report = self.report(clip, '--mode', 'auto')
        self.assertEqual((report['mode'], report['fused_frames'], len(report['levels'])), ('auto', 60, 1))
        self.assertEqual((report['levels'][0]['frame'], report['levels'][0]['number'], report['levels'][0]['why']), (0, 0, ''))
        self.assertNotIn('fps_target', report)
        out = self.folder / 'late.mp4'
        report = self.report(clip, '--mode', 'auto', '--fps-target', '1000', output=out)     # nothing is that fast
        self.assertEqual([level['number'] for level in report['levels']][:2], [0, 1])
        self.assertIn('1 ms are there', report['levels'][1]['why'])
        self.assertEqual((report['frames'], report['fps_target']), (60, 1000))
        self.assertLess(report['share_in_time'], 0.5)
        self.assertEqual(self.run_mien('label', 'verify', out).returncode, DONE)

    def test_a_killed_auto_run_keeps_its_levels(self):
        clip = self.clip(frames=260, width=240, height=180)
        process = self.start_and_wait_for_segments(clip, 1, '--mode', 'auto', '--fps-target', '1000')
        process.kill()
        process.communicate(timeout=30)
        first = (self.part / '000000.segment').read_bytes()
        self.assertEqual(self.video(clip, '--resume').returncode, BAD_ARGUMENTS)
        self.assertEqual(self.video(clip, '--resume', '--mode', 'auto', '--fps-target', '20').returncode, BAD_ARGUMENTS)
        self.assertEqual((self.part / '000000.segment').read_bytes(), first)
        report = self.report(clip, '--resume', '--mode', 'auto', '--fps-target', '1000')
        self.assertGreaterEqual(report['frames_before'], 120)
        self.assertEqual((report['frames'], report['fused_frames']), (260, 260))
        frames = [level['frame'] for level in report['levels']]
        self.assertEqual((frames[0], frames), (0, sorted(frames)))
        self.assertEqual([level['number'] for level in report['levels']][:2], [0, 1])

    def test_options_of_auto_want_auto(self):
        clip = self.clip(frames=2)
        self.refused(self.video(clip, '--fps-target', '25'), BAD_ARGUMENTS, '--fps-target', '--mode auto')
        swap = self.run_mien('swap', '-s', SOURCE, '-t', clip, '-o', self.out, '--i-have-consent', '--mode', 'auto', '--budget-ms', '100')
        self.refused(swap, BAD_ARGUMENTS, '--budget-ms', '--fps-target')

    # how fast
    def test_bench_tells_each_stage_of_each_row(self):
        result = self.run_mien('bench', 'video', '-s', SOURCE, '-t', TARGET, '--heights', '240', '--faces', '1', '2', '--frames', '6', '--mode', 'fast')
        self.assertEqual(result.returncode, DONE, result.stderr)
        rows = json.loads(result.stdout)['rows']
        self.assertEqual([(r['size_px'], r['faces'], r['mode']) for r in rows], [([426, 240], 1, 'fast'), ([426, 240], 2, 'fast')])
        for row in rows:
            for stage in ('decode', 'fuse', 'encode', 'together'):
                self.assertGreater(row['fps'][stage], 0)
            self.assertLessEqual(row['ms']['fuse']['p50'], row['ms']['fuse']['p95'])
            self.assertIn('warp', row['fuse_stages_ms'])
        # Without a face there is nothing to time.
        blank = self.folder / 'blank.png'
        blank.write_bytes(png(64, 64, (b'\0' + b'\x80' * 192) * 64))
        result = self.run_mien('bench', 'video', '-s', SOURCE, '-t', blank, '--heights', '240', '--faces', '1')
        self.assertEqual(result.returncode, NO_FACE, result.stderr)
        self.assertEqual(result.stdout, '')

    # who gets whom
    def test_a_map_gives_the_source_to_the_person_of_the_reference(self):
        clip = self.clip(frames=6)
        for reference, fused in ((TARGET, 6), (str(EXAMPLES / 'source_2.jpg'), 0)):
            result = self.run_mien('video', '--map', f'{SOURCE}={reference}', '-t', clip, '-o', self.out, '--i-have-consent', '--overwrite', '--mode', 'fast', '--json')
            if fused == 0:
                self.assertEqual(result.returncode, NO_FACE, result.stderr)
                self.assertIn('none of the references looks like this person', result.stderr)
            else:
                self.assertEqual(result.returncode, DONE, result.stderr)
                report = json.loads(result.stdout)
                self.assertEqual((report['fused_frames'], report['missing']), (fused, []))


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]], verbosity=1)
