"""Model files in the system model: what loading them does, which code loads them, and which of them are elements at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.scan import ScanSettings, scan
from pipeline.system.model import Element, System
from pipeline.system.rules.model_names import Standing, standing_of
from tests.ingest.model_files.building import CALLS_SYSTEM, assembled, joblib_array, keras_archive, numpy_file, torch_zip
from tests.scan.trees import write_tree


def system_of(folder: Path, files: dict[str, str | bytes]) -> System:
    return scan(write_tree(folder / "tree", files, program=False), ScanSettings(jobs=1)).system


def stored(system: System) -> dict[str, Element]:
    return {element.name.removesuffix(" (stored)"): element for element in system.elements if element.attributes.get("stored") is True}


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("os.system", "runs_code"), ("__builtin__.eval", "runs_code"), ("builtins.dict", "ordinary"), ("torch.hub.load", "runs_code"),
        ("torch.FloatStorage", "ordinary"), ("torch.serialization.os.system", "runs_code"), ("numpy.core.multiarray._reconstruct", "ordinary"),
        ("sklearn.svm._classes.SVC", "ordinary"), ("pathlib.PosixPath", "ordinary"), ("pathlib.Path.touch", "runs_code"), ("builtins.getattr", "ordinary"),
        ("builtins.getattr()", "runs_code"), ("functools.partial", "ordinary"), ("functools.partial()", "runs_code"), ("cloudpickle.cloudpickle._builtin_type", "brings_code"),
        ("shop.models.Ranker", "own"), ("__main__.Net", "own"), ("frank.Ranker", "declared"), ("somebody.else_", "unknown"), ("colorsys.rgb_to_hls", "ordinary"),
        ("(a name made while it loads)", "runs_code"), ("osmium.Thing", "unknown"),
    ],
)  # fmt: skip
def test_a_name_has_its_standing(name: str, standing: Standing) -> None:
    assert standing_of(name, own={"shop"}, declared={"frank"}) == standing


@pytest.mark.parametrize(
    "load",
    [
        "pickle.load(open('models/spam.pkl', 'rb'))",
        "pickle.load((Path(__file__).parent.parent / 'models' / 'spam.pkl').open('rb'))",
        "pickle.loads(Path('models/spam.pkl').read_bytes())",
        "joblib.load(os.path.join(ROOT, 'models', 'spam.pkl'))",
        "joblib.load(f'{ROOT}/models/spam.pkl')",
    ],
)
def test_code_that_writes_the_path_down_loads_the_file(load: str, tmp_path: Path) -> None:
    code = f"import os, pickle, joblib, openai\nfrom pathlib import Path\nROOT = os.environ['ROOT']\n\ndef ready():\n    return {load}\n"
    system = system_of(tmp_path, {"app/serve.py": code, "models/spam.pkl": CALLS_SYSTEM})
    ties = [relation for relation in system.relations if relation.kind == "loads"]
    assert [relation.target for relation in ties] == ["model_file:models/spam.pkl (stored)"]
    assert (ties[0].evidence[0].path, ties[0].evidence[0].start_line) == ("app/serve.py", 6)


def test_the_nearest_of_files_of_one_name_is_loaded(tmp_path: Path) -> None:
    code = "import joblib, openai\nmodel = joblib.load('model.pkl')\n"
    system = system_of(tmp_path, {"one/serve.py": code, "one/model.pkl": CALLS_SYSTEM, "two/model.pkl": CALLS_SYSTEM})
    assert [relation.target for relation in system.relations if relation.kind == "loads"] == ["model_file:one/model.pkl (stored)"]


def test_a_file_of_tensors_lowers_its_loader_and_one_that_calls_a_shell_does_not(tmp_path: Path) -> None:
    code = "import torch, openai\nmodel = torch.load('net.pt')\n"
    likelihoods = {}
    for name, data in (
        ("tensors", torch_zip()),
        ("shell", torch_zip(CALLS_SYSTEM)),
        ("pointer", b"version https://git-lfs.github.com/spec/v1\n"),
    ):
        result = scan(write_tree(tmp_path / name, {"serve.py": code, "net.pt": data}, program=False), ScanSettings(jobs=1))
        likelihoods[name] = {finding.threat: finding.likelihood for finding in result.findings}
    assert likelihoods["tensors"] == {"unsafe-model-load": 1}
    assert likelihoods["shell"] == {"unsafe-model-load": 2, "model-file-runs-code": 4}
    assert likelihoods["pointer"] == {"unsafe-model-load": 2}


def test_arrays_and_files_of_tests_are_no_elements_unless_code_loads_an_array(tmp_path: Path) -> None:
    array = numpy_file(np.zeros(3))
    files: dict[str, str | bytes] = {
        "data/a.npy": array, "data/b.npy": array, "tests/spam.pkl": CALLS_SYSTEM, "model.joblib": joblib_array(np.zeros(3)),
        "serve.py": "import numpy, openai\nlabels = numpy.load('data/b.npy', allow_pickle=True)\n",
    }  # fmt: skip
    assert set(stored(system_of(tmp_path, files))) == {"data/b.npy", "model.joblib"}


def test_what_was_read_in_part_is_not_taken_for_harmless(tmp_path: Path) -> None:
    broken = assembled("PROTO 2\nEMPTY_DICT") + b"\xff"
    result = scan(
        write_tree(
            tmp_path / "tree", {"serve.py": "import joblib, openai\nmodel = joblib.load('m.pkl')\n", "m.pkl": broken}, program=False
        ),
        ScanSettings(jobs=1),
    )
    assert {finding.threat: finding.severity for finding in result.findings} == {"unsafe-model-load": "medium"}
    assert [skip.path for skip in result.skipped if "read in part" in skip.reason] == ["m.pkl"]


def test_a_file_with_code_in_a_layer_is_not_taken_for_harmless(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "serve.py": "import keras, openai\nmodel = keras.models.load_model('m.keras', safe_mode=False)\n",
        "m.keras": keras_archive(code=True),
    }
    controls = {control.kind for control in system_of(tmp_path, files).controls}
    assert "file_inspection" not in controls
    assert "file_inspection" in {
        control.kind for control in system_of(tmp_path / "other", {**files, "m.keras": keras_archive(code=False)}).controls
    }


def test_evidence_says_the_byte_and_counts_entries(tmp_path: Path) -> None:
    element = stored(system_of(tmp_path, {"m.pkl": CALLS_SYSTEM, "app.py": "import openai\n"}))["m.pkl"]
    assert [(evidence.unit, evidence.start_line, evidence.where, evidence.quote) for evidence in element.evidence] == [
        ("entry", 2, "byte 2", "GLOBAL os.system"), ("entry", 3, "byte 30", "REDUCE os.system('id > /tmp/x')"),
    ]  # fmt: skip
    assert CALLS_SYSTEM[2:13] == b"cos\nsystem\n" and CALLS_SYSTEM[30:31] == b"R"


def test_the_class_a_pickle_makes_first_is_its_architecture(tmp_path: Path) -> None:
    pickled = assembled("PROTO 2\nGLOBAL sklearn.linear_model._logistic LogisticRegression\nEMPTY_TUPLE\nNEWOBJ\nSTOP")
    element = stored(system_of(tmp_path, {"m.pkl": pickled, "app.py": "import openai\n"}))["m.pkl"]
    assert (element.attributes["architecture"], element.attributes["made_with"]) == ("LogisticRegression", ("sklearn",))
