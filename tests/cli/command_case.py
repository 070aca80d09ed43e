"""What the tests of the command share: the program, a folder of its own for each test.  sys.argv: PROGRAM REPOSITORY"""
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

PROGRAM, REPOSITORY = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
EXAMPLES = REPOSITORY / 'examples'
SOURCE, TARGET, TWO = (str(EXAMPLES / n) for n in ('source_1.jpg', 'target_1.jpg', 'target_2.jpg'))
DONE, FAILED, BAD_ARGUMENTS, DECLINED, STOPPED, NO_FACE, UNREADABLE, MODEL_REFUSED, LABEL_POLICY = range(9)


def png(width, height, rows=None, extra=()):
    """A PNG by hand; without rows only the header promises the size. extra: more chunks, as (kind, data)."""
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    pixels = zlib.compress(rows if rows is not None else b'')
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) + b''.join(chunk(*c) for c in extra) + chunk(b'IDAT', pixels) + chunk(b'IEND', b'')


# Tests stop programs by signals, which those that were started with nohup or & would inherit as ignored.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


class CommandCase(unittest.TestCase):
    OUT, LONGEST_RUN_S = 'out.jpg', 60

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix='mien-cli-'))
        self.cache = Path(tempfile.mkdtemp(prefix='mien-cache-'))       # of its own: another build may have left other faces in the user's
        self.environment = dict(os.environ, XDG_CONFIG_HOME=str(self.folder / 'config'), XDG_CACHE_HOME=str(self.cache))
        self.out = self.folder / self.OUT

    def tearDown(self):
        shutil.rmtree(self.folder)
        shutil.rmtree(self.cache)

    def run_mien(self, *words, **more):
        return subprocess.run([str(PROGRAM), *map(str, words)], capture_output=True, text=True, env=self.environment, cwd=self.folder, timeout=self.LONGEST_RUN_S, **more)

    def swap(self, *words, source=SOURCE, target=TARGET, output=None, consent=True):
        return self.run_mien('swap', '-s', source, '-t', target, '-o', output or self.out, *(['--i-have-consent'] if consent else []), *words)

    def unfinished(self):
        """What a write that did not end would leave in the folder."""
        return [p.name for p in self.folder.iterdir() if p.name.startswith('.') or p.name.endswith('.part') or 'tmp' in p.name]

    def refused(self, result, code, *parts):
        """One sentence on stderr that holds all parts, nothing on stdout, nothing left in the folder."""
        self.assertEqual(result.returncode, code, result.stderr)
        lines = result.stderr.strip().splitlines()
        self.assertEqual(len(lines), 1, result.stderr)
        for part in parts:
            self.assertIn(str(part), lines[0])
        self.assertEqual(result.stdout, '')
        self.assertFalse(self.out.exists())
        self.assertEqual(self.unfinished(), [])
