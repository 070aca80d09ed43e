"""Where things lie. The training data is not part of the repository; see training/README.md."""
import os
from pathlib import Path

TRAINING = Path(__file__).resolve().parent.parent
REPOSITORY = TRAINING.parent
SHARED = Path(os.environ.get('MIEN_SHARED', REPOSITORY.parent / 'shared'))
DATA = SHARED / 'data'
TEACHERS = SHARED / 'teachers'
TESTDATA = SHARED / 'testdata'
CACHE = Path(os.environ.get('MIEN_TRAINING_CACHE', TRAINING / '.cache'))
RUNS = Path(os.environ.get('MIEN_TRAINING_RUNS', TRAINING / 'runs'))
MODELS = REPOSITORY / 'models'


def require_data():
    if not DATA.is_dir():
        raise SystemExit(f'training data not found: {DATA} is not a folder; set MIEN_SHARED to the folder that holds data/ and teachers/')
