import pickle

import pytest


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "baseline.pkl"
    path.write_bytes(pickle.dumps({"coef": [[1.0, 0.0]], "intercept": [0.0]}))
    return pickle.loads(path.read_bytes())
