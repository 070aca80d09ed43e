"""What the command says, and to whom: help, warnings, refusals.  test_messages.py PROGRAM REPOSITORY"""
import json
import os
import pty
import shutil
import subprocess
import sys
import unittest

from command_case import BAD_ARGUMENTS, DECLINED, DONE, EXAMPLES, FAILED, NO_FACE, PROGRAM, SOURCE, TARGET, TWO, UNREADABLE, CommandCase, png

OPEN_MOUTH = 'the mouth is open'


class MessagesTest(CommandCase):
    def photo_with_an_open_mouth(self):
        """-> an example picture of which swap says so."""
        for photo in sorted(EXAMPLES.glob('*.jpg')):
            if OPEN_MOUTH in self.swap('--overwrite', source=photo).stderr:
                return photo
        self.fail('no example picture has an open mouth')

    def no_face(self):
        file = self.folder / 'wall.png'
        file.write_bytes(png(300, 200, (b'\0' + b'\x70' * 900) * 200))
        return file

    # help
    def test_help_of_a_command_lists_what_every_command_takes(self):
        for command in (['swap'], ['inspect'], ['models', 'verify']):
            shown = self.run_mien(*command, '--help').stdout
            for option in ('--models', '--threads', '--low-light'):
                self.assertEqual(shown.count(option), 1, shown)
        self.assertEqual(self.run_mien('--help').stdout.count('--models'), 1)
        self.assertNotIn('--version', self.run_mien('swap', '--help').stdout)

    def test_an_option_before_its_command_is_called_misplaced(self):
        self.refused(self.run_mien('--no-cache', 'swap', '-s', SOURCE, '-t', TARGET, '-o', self.out), BAD_ARGUMENTS, "'--no-cache' belongs behind the command: mien swap --no-cache")
        self.refused(self.run_mien('--no-cash', 'swap', '-s', SOURCE, '-t', TARGET, '-o', self.out), BAD_ARGUMENTS, "'--no-cash' is nothing that mien swap takes")

    # who is meant
    def test_warnings_about_a_source_name_its_file(self):
        photo = self.photo_with_an_open_mouth()
        warnings = [w for w in self.swap('--overwrite', source=photo).stderr.splitlines() if OPEN_MOUTH in w]
        self.assertEqual([w.split(': ')[:2] for w in warnings], [['mien', str(photo)]])
        enrolled = self.run_mien('enrol', photo, '-o', 'me.mien', '--i-have-consent')
        self.assertIn(f'mien: {photo}: {OPEN_MOUTH}', enrolled.stderr)
        self.assertIn(f'mien: me.mien: {OPEN_MOUTH}', self.swap('--overwrite', source='me.mien').stderr)

    def test_warnings_about_one_of_several_photos_name_its_file(self):
        photo = self.photo_with_an_open_mouth()
        enrolled = self.run_mien('enrol', self.no_face(), photo, '-o', 'me.mien', '--i-have-consent')
        self.assertIn(f'mien: photo 1 ({self.no_face()}) was left out', enrolled.stderr)
        self.assertIn(f'mien: photo 2 ({photo}): {OPEN_MOUTH}', enrolled.stderr)

    def test_a_reference_without_a_face_is_not_called_a_source(self):
        for words in (['faces', TWO, '--reference', self.no_face()], ['swap', '--map', f'{SOURCE}={self.no_face()}', '-t', TWO, '-o', self.out, '--i-have-consent']):
            result = self.run_mien(*words)
            self.refused(result, NO_FACE, f'{self.no_face()}: no face was found')
            self.assertNotIn('source', result.stderr)

    def test_how_little_people_look_like_a_reference_is_said_when_nobody_is_changed(self):
        words = ('swap', '--map', f'{SOURCE}={EXAMPLES / "target_3.jpg"}', '-t', TWO, '-o', self.out, '--i-have-consent', '--min-similarity', '0.9')
        self.refused(self.run_mien(*words), NO_FACE, 'target_3.jpg; the nearest has similarity', '--min-similarity')

    def test_a_report_tells_why_nothing_was_fused(self):
        nobody = ('--map', f'{SOURCE}={EXAMPLES / "target_3.jpg"}', '-t', TWO, '--min-similarity', '0.9')
        for words, reason, faces in ((('-s', SOURCE, '-t', self.no_face()), 'no_face', 0), (nobody, 'no_face_fused', 2)):
            result = self.run_mien('swap', *words, '-o', self.out, '--i-have-consent', '--json')
            self.assertEqual(result.returncode, NO_FACE)
            report = json.loads(result.stdout)
            self.assertEqual((report['output'], report['reason'], report['fused_faces'], len(report['faces'])), (None, reason, 0, faces))
            self.assertIn(report['error'], result.stderr)
            self.assertFalse(self.out.exists())

    def test_with_json_a_failure_is_a_report_too(self):
        cases = ((('swap', '-s', SOURCE, '-t', 'gone.jpg', '-o', self.out, '--i-have-consent'), 'not_found'), (('inspect', 'gone.jpg'), 'not_found'),
                 (('faces', self.folder), 'unreadable'), (('label', 'show', 'gone.jpg'), 'not_found'),
                 (('enrol', self.no_face(), '-o', 'me.mien', '--i-have-consent'), 'no_face'))
        for words, reason in cases:
            result = self.run_mien(*words, '--json')
            self.assertNotEqual(result.returncode, DONE)
            report = json.loads(result.stdout)
            self.assertEqual((report['output'], report['reason']), (None, reason), words)
            self.assertIn(report['error'], result.stderr)

    def test_texts_of_a_file_cannot_steer_the_terminal(self):
        text = b'AIGC\0{"Label":"1"}\x1b[2J\nlabelled as synthetic: yes'
        self.out.write_bytes(png(8, 8, (b'\0' + b'\x70' * 24) * 8, extra=[(b'tEXt', text)]))
        shown = self.run_mien('label', 'show', self.out)
        self.assertEqual(shown.returncode, DONE, shown.stderr)
        self.assertIn('\\x1b[2J\\x0a', shown.stdout)
        self.assertFalse(any(c != '\n' and (ord(c) < 32 or 127 <= ord(c) < 160) for c in shown.stdout))
        self.assertEqual(shown.stdout.count('labelled as synthetic: '), 2)
        self.assertEqual(sum(line.startswith('labelled') for line in shown.stdout.splitlines()), 1)

    # consent
    def answer_on_a_terminal(self, answer):
        """Runs a swap without consent on a terminal of its own and answers its question. -> exit code"""
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f'no terminal is to be had here: {error}')
        words = ['swap', '-s', SOURCE, '-t', TARGET, '-o', str(self.out)]
        process = subprocess.Popen([str(PROGRAM), *words], stdin=theirs, stdout=theirs, stderr=theirs, env=self.environment, cwd=self.folder)
        os.close(theirs)
        os.write(ours, answer)
        try:
            while os.read(ours, 4096):
                pass
        except OSError:             # the other side is closed
            pass
        os.close(ours)
        return process.wait(timeout=self.LONGEST_RUN_S)

    def test_a_terminal_is_asked_for_consent_and_yes_is_remembered(self):
        self.assertEqual(self.answer_on_a_terminal(b'no\n'), DECLINED)
        self.assertFalse(self.out.exists())
        self.assertEqual(self.swap(consent=False).returncode, DECLINED)
        self.assertEqual(self.answer_on_a_terminal(b'yes\n'), DONE)
        self.assertTrue(self.out.exists())
        self.assertEqual(self.swap('--overwrite', consent=False).returncode, DONE)

    # outputs
    def test_a_folder_as_output_is_called_one(self):
        for words in (['swap', '-s', SOURCE, '-t', TARGET, '--i-have-consent'], ['faces', TWO], ['inspect', TWO], ['enrol', SOURCE, '--i-have-consent']):
            for folder in (self.folder, f'{self.folder}/'):
                self.refused(self.run_mien(*words, '-o', folder), BAD_ARGUMENTS, f'{folder}: is a folder', 'name a file')

    def test_an_existing_drawing_sheet_or_enrolled_face_is_kept_and_the_option_named(self):
        file = self.folder / 'there.png'
        for words in (['faces', TWO], ['inspect', TWO]):
            file.write_text('precious')
            self.refused(self.run_mien(*words, '-o', file), FAILED, 'there.png exists already', '--overwrite')
            self.assertEqual(file.read_text(), 'precious')
        (self.folder / 'me.mien').write_text('precious')
        self.refused(self.run_mien('enrol', SOURCE, '-o', 'me.mien', '--i-have-consent'), FAILED, 'me.mien exists already', '--overwrite')

    def test_a_report_that_cannot_be_printed_is_a_failure(self):
        with open('/dev/full', 'w') as full:
            done = subprocess.run([str(PROGRAM), 'inspect', TWO, '--json'], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, FAILED)
        self.assertIn('stdout', done.stderr)

    def test_a_reader_who_has_seen_enough_is_no_failure(self):
        done = subprocess.run(['bash', '-c', '"$0" inspect "$1" --json --mesh | head -1; echo ${PIPESTATUS[0]}', str(PROGRAM), TWO], capture_output=True, text=True)
        self.assertEqual((done.stdout.split(), done.stderr), (['{', '0'], ''))

    def test_with_stdout_closed_the_picture_is_still_whole(self):
        done = subprocess.run(['bash', '-c', '"$0" swap -s "$1" -t "$2" -o out.png --i-have-consent --no-cache >&-', str(PROGRAM), SOURCE, TARGET], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(self.run_mien('inspect', 'out.png').returncode, DONE)

    # numbers and words
    def test_one_is_not_many(self):
        self.swap()
        self.assertIn(' 1 face changed,', self.run_mien('label', 'show', self.out).stdout)
        for command in ('faces', 'inspect'):
            self.assertRegex(self.run_mien(command, TARGET).stdout, r'px, 1 face\n')
            self.assertRegex(self.run_mien(command, TWO).stdout, r'px, 2 faces\n')

    def test_no_angle_is_minus_nothing(self):
        for command in ('faces', 'inspect'):
            shown = self.run_mien(command, TWO)
            self.assertRegex(shown.stdout, r'yaw [+-]\d+ pitch [+-]\d+')
            self.assertNotIn('-0 ', shown.stdout)

    def test_without_a_face_a_sentence_says_what_to_do(self):
        for command in ('faces', 'inspect'):
            result = self.run_mien(command, self.no_face())
            self.assertEqual(result.returncode, NO_FACE)
            self.assertIn('px, no face', result.stdout)
            self.assertIn('wall.png: no face was found; use a picture that shows', result.stderr)
        self.assertIn('sheet.png was not written', self.run_mien('faces', self.no_face(), '-o', 'sheet.png').stderr)

    # words that make no sense
    def test_empty_names_are_called_empty(self):
        for option in ('-s', '-t', '-o'):
            words = {'-s': SOURCE, '-t': TARGET, '-o': str(self.out), option: ''}
            self.refused(self.run_mien('swap', *(w for pair in words.items() for w in pair), '--i-have-consent'), BAD_ARGUMENTS, 'is empty, expected a file', 'mien swap --help')
        self.refused(self.run_mien('inspect', ''), BAD_ARGUMENTS, 'photo: is empty')

    def test_numbers_beyond_their_range_are_refused_in_words(self):
        for option, value, expected in (('--strength', '2', '0 to 1'), ('--strength', 'much', '0 to 1'), ('--strength', '0.5x', '0 to 1'), ('--strength', 'nan', '0 to 1'), ('--quality', '0', '1 to 100'),
                                        ('--quality', '3.5', '1 to 100'), ('--threads', '65', '1 to 64')):
            self.refused(self.swap(option, value), BAD_ARGUMENTS, f"{option}: is '{value}', expected", expected, 'mien swap --help')

    def test_an_option_given_twice_or_without_its_value(self):
        self.refused(self.swap('-s', SOURCE), BAD_ARGUMENTS, '--source was given more than once')
        self.refused(self.run_mien('swap', '-t', TARGET, '--threads'), BAD_ARGUMENTS, '--threads has no value')
        self.refused(self.run_mien('enrol'), BAD_ARGUMENTS, 'photo is required')
        self.refused(self.run_mien('enrol', '-o', 'a.mien'), BAD_ARGUMENTS, 'photo is required')

    def test_a_mesh_is_printed_as_json_only(self):
        for more in ([], ['-o', self.out]):
            self.refused(self.run_mien('inspect', TARGET, '--mesh', *more), BAD_ARGUMENTS, '--mesh', 'add --json')
        faces = json.loads(self.run_mien('inspect', TARGET, '--mesh', '--json').stdout)['faces']
        self.assertEqual(len(faces[0]['mesh_px']), 478)

    def test_advice_fits_what_the_file_is(self):
        self.run_mien('enrol', SOURCE, '-o', 'me.mien', '--i-have-consent')
        (self.folder / 'text.jpg').write_text('I am no picture.')
        (self.folder / 'a.gif').write_bytes(b'GIF89a' + bytes(64))
        for name, advice in (('me.mien', 'goes where a source goes'), ('text.jpg', 'name a picture'), ('a.gif', 'convert it')):
            self.refused(self.swap(target=name), UNREADABLE, name, advice)
        self.refused(self.run_mien('label', 'show', 'text.jpg'), UNREADABLE, 'text.jpg', 'name one of these')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]], verbosity=1)
