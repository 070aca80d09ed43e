"""One of the tests beside this file, or exit status 77 (CTest: skipped) where a package of training is not installed.  run_if_installed.py TEST"""
import runpy
import sys

SKIPPED = 77
PACKAGES = ('cv2', 'flatbuffers', 'numpy', 'torch', 'torchvision')     # of training alone: see training/README.md

test = sys.argv.pop(1)
try:
    runpy.run_path(test, run_name='__main__')
except ModuleNotFoundError as missing:
    if missing.name not in PACKAGES:
        raise
    print(f'skipped: {sys.executable} has no package {missing.name}')
    sys.exit(SKIPPED)
