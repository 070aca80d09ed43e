"""script/check-lengths on sources that are made here.  test_check_lengths.py CHECK"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = sys.argv[1]
NEITHER_IS_A_FUNCTION = 'constexpr int kTable[] = {\n' + '    1,\n' * 62 + '};\n\nconstexpr char kText[] = R"(\nvoid f() {\n' + '  g();\n' * 62 + '}\n)";\n'


class CheckLengthsTest(unittest.TestCase):
    def check(self, name, text):
        """-> exit status, complaints without the folder."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / 'src' / name
            file.parent.mkdir()
            file.write_text(text)
            done = subprocess.run([CHECK, folder], capture_output=True, text=True)
            return done.returncode, done.stdout.replace(f'{file}:', '').strip()

    def namespace(self, body):
        return 'namespace mien {\n\n' + body + '\n}  // namespace mien\n'

    def test_functions_of_sixty_lines_pass_and_longer_ones_do_not(self):
        for statements, wrong in ((58, 0), (59, 1)):
            status, said = self.check('a.cpp', self.namespace('void f() {\n' + '  g();\n' * statements + '}\n'))
            self.assertEqual(status, wrong, said)
        self.assertEqual(said, '3: 61 lines, at most 60: void f() {')

    def test_a_long_list_of_arguments_counts(self):
        status, said = self.check('a.cpp', self.namespace('void f(int a,\n       int b) {\n' + '  g();\n' * 58 + '}\n'))
        self.assertEqual((status, said), (1, '3: 61 lines, at most 60: void f(int a,'))

    def test_functions_in_classes_are_found_and_their_blocks_are_none(self):
        body = 'struct A {\n  void f() {\n    if (a) {\n' + '      g();\n' * 57 + '    }\n  }\n};\n'
        status, said = self.check('a.h', self.namespace(body))
        self.assertEqual((status, said), (1, '4: 61 lines, at most 60: void f() {'))

    def test_tables_raw_strings_and_namespaces_are_no_functions(self):
        status, said = self.check('a.cpp', self.namespace(NEITHER_IS_A_FUNCTION + 'void f() {}\n\n' + 'int a;\n' * 62))
        self.assertEqual(status, 0, said)

    def test_python_is_held_to_the_same(self):
        for statements, wrong in ((59, 0), (60, 1)):
            status, said = self.check('a.py', 'def f():\n' + '    g()\n' * statements)
            self.assertEqual(status, wrong, said)
        self.assertEqual(said, '1: 61 lines, at most 60: def f')

    def test_long_files(self):
        self.assertEqual(self.check('a.cpp', '// x\n' * 500)[0], 0)
        self.assertEqual(self.check('a.cpp', '// x\n' * 501), (1, '501 lines, at most 500'))

    def test_a_folder_without_sources_is_no_success(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertNotEqual(subprocess.run([CHECK, folder], capture_output=True).returncode, 0)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0]])
