"""What one script leaves at a place and another takes from there: one data set, whose contents come along; and what is not joined."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.system.model import System
from tests.system.small import scan_of

FETCHED = "import requests\nimport pandas as pd\nfrom io import StringIO\nrows = pd.read_csv(StringIO(requests.get('https://wiki.example/ads').text))\n"
LEARNS = "from sklearn.linear_model import LogisticRegression\nLogisticRegression().fit(rows, rows['label'])\n"
MANIFEST = {"requirements.txt": "scikit-learn==1.5.0\n"}
TRAINED = "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression().fit([[1]], [1])\n"


def reaches_training(system: System) -> list[tuple[str, ...]]:
    """The files that pages pass through on their way into training."""
    return [
        tuple(dict.fromkeys(step.path for step in flow.steps))
        for flow in system.flows
        if flow.role == "training_data" and "web_content" in flow.carries
    ]


def system(folder: Path, files: Mapping[str, str]) -> System:
    return scan_of(folder, {**MANIFEST, **files}).system


WAYS_TO_NAME = {
    "a constant": ("rows.to_csv('data/train.csv')", "rows = pd.read_csv('data/train.csv')", {}),
    "a constant of another module": (
        "from paths import TRAIN\nrows.to_csv(TRAIN)", "from paths import TRAIN\nrows = pd.read_csv(TRAIN)", {"src/paths.py": "TRAIN = 'data/train.csv'\n"},
    ),
    "parts put together": (
        "import os\nrows.to_csv(os.path.join('data', 'train.csv'))", "from pathlib import Path\nrows = pd.read_csv(Path('data') / 'train.csv')", {},
    ),
    "the folder a script stands in": (
        "from pathlib import Path\nrows.to_csv(Path(__file__).resolve().parents[1] / 'data' / 'train.csv')",
        "import os\nrows = pd.read_csv(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'data/train.csv'))", {},
    ),
    "the default of a variable": (
        "import os\nrows.to_csv(os.getenv('ROWS', 'data/train.csv'))", "import os\nrows = pd.read_csv(os.environ.get('ROWS', 'data/train.csv'))", {},
    ),
    "a variable": ("import os\nimport mlflow\nrows.to_csv(os.environ['ROWS'])", "import os\nrows = pd.read_csv(os.getenv('ROWS'))", {}),
    "the default of an argument": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--out-file', default='data/train.csv')\nargs = p.parse_args()\n"
        "rows.to_csv(args.out_file)",
        "rows = pd.read_csv('data/train.csv')", {},
    ),
    "an argument that a stage gives": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--out', default='elsewhere.csv')\nargs = p.parse_args()\nrows.to_csv(args.out)",
        "import sys\nrows = pd.read_csv(sys.argv[1])",
        {
            "dvc.yaml": "stages:\n  prepare:\n    cmd: python src/prepare.py --out data/train.csv\n    outs: [data/train.csv]\n"
            "  train:\n    cmd: python src/train.py data/train.csv\n    deps: [data/train.csv]\n"
        },
    ),
    "parameters of the training": (
        "import mlflow\nimport yaml\nP = yaml.safe_load(open('params.yaml'))\nrows.to_csv(P['paths']['rows'])",
        "import yaml\nsettings = yaml.safe_load(open('params.yaml'))['paths']\nrows = pd.read_csv(settings['rows'])",
        {"params.yaml": "paths:\n  rows: data/train.csv\n"},
    ),
    "what a command line offers": (
        "rows.to_csv('data/train.csv')",
        "import click\n@click.command()\n@click.option('--rows-file', default='data/train.csv')\ndef main(rows_file):\n    rows = pd.read_csv(rows_file)\n"
        "    LogisticRegression().fit(rows, rows['label'])\n", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS_TO_NAME)
def test_a_file_is_the_same_however_its_path_is_written(tmp_path: Path, way: str) -> None:
    left, taken, others = WAYS_TO_NAME[way]
    learns = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n" + taken
    learns += "\n" if "fit(" in taken else "\nLogisticRegression().fit(rows, rows['label'])\n"
    built = system(tmp_path, {"src/prepare.py": FETCHED + left + "\n", "src/train.py": learns, **others})
    assert reaches_training(built) == [("src/prepare.py", "src/train.py")]


WAYS_TO_KEEP = {
    "lines of a file": ("with open('data/x.jsonl', 'w') as out:\n    out.write(text)", "with open('data/x.jsonl') as f:\n    rows = [l for l in f]"),
    "JSON": ("import json\nwith open('data/x.json', 'w') as out:\n    json.dump({'t': text}, out)", "import json\nrows = json.load(open('data/x.json'))"),
    "rows of a table": (
        "import csv\nwith open('data/x.csv', 'w') as out:\n    csv.writer(out).writerow([text])",
        "import csv\nrows = list(csv.reader(open('data/x.csv')))",
    ),
    "a text": ("from pathlib import Path\nPath('data/x.csv').write_text(text)", "from pathlib import Path\nrows = Path('data/x.csv').read_text()"),
    "an array": ("import numpy as np\nnp.save('data/x.npy', np.array([text]))", "import numpy as np\nrows = np.load('data/x.npy')"),
    "a pickle": ("import joblib\njoblib.dump(text, 'data/x.joblib')", "import joblib\nrows = joblib.load('data/x.joblib')"),
    "an object of a store": (
        "import boto3\nboto3.client('s3').put_object(Bucket='b', Key='x.csv', Body=text)",
        "import boto3\nrows = boto3.client('s3').get_object(Bucket='b', Key='x.csv')['Body'].read()",
    ),
    "an address of a store": (
        "import pandas as pd\npd.DataFrame([text]).to_parquet('s3://b/x.parquet')", "import pandas as pd\nrows = pd.read_parquet('s3://b/x.parquet')",
    ),
    "a file that is sent to a store and fetched": (
        "import boto3\nopen('/tmp/out.csv', 'w').write(text)\nboto3.client('s3').upload_file('/tmp/out.csv', 'b', 'x.csv')",
        "import boto3\nboto3.client('s3').download_file('b', 'x.csv', '/data/in.csv')\nrows = open('/data/in.csv').read()",
    ),
    "a table of a database": (
        "import mlflow\nimport pandas as pd\npd.DataFrame([text]).to_sql('ads', engine)",
        "import pandas as pd\nrows = pd.read_sql('SELECT label, text FROM ads WHERE seen = 0', engine)",
    ),
    "a folder of records": (
        "import datasets\ndatasets.Dataset.from_dict({'t': [text]}).save_to_disk('data/x')",
        "import datasets\nrows = datasets.load_from_disk('data/x')",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS_TO_KEEP)
def test_what_is_left_in_any_form_is_what_is_taken(tmp_path: Path, way: str) -> None:
    left, taken = WAYS_TO_KEEP[way]
    fetched = "import requests\ntext = requests.get('https://wiki.example/ads').text\n"
    learns = f"{taken}\nfrom sklearn.linear_model import LogisticRegression\nLogisticRegression().fit(rows, [1])\n"
    built = system(tmp_path, {"collect.py": fetched + left + "\n", "train.py": learns})
    assert ("collect.py", "train.py") in reaches_training(built)


def test_a_place_is_one_data_set_with_those_who_write_and_read_it(tmp_path: Path) -> None:
    built = system(
        tmp_path,
        {
            "src/prepare.py": FETCHED + "rows.to_csv('data/train.csv')\n",
            "src/train.py": "import pandas as pd\nrows = pd.read_csv('data/train.csv')\n" + LEARNS,
        },
    )
    (found,) = [element for element in built.elements if element.kind == "dataset"]
    assert (found.name, sorted({evidence.path for evidence in found.evidence})) == ("data/train.csv", ["src/prepare.py", "src/train.py"])
    assert any(flow.target == found.id and flow.role == "store_write" for flow in built.flows)
    assert any(flow.source == found.id and flow.role == "training_data" for flow in built.flows)


def test_data_goes_through_several_scripts(tmp_path: Path) -> None:
    built = system(
        tmp_path,
        {
            "fetch.py": FETCHED + "rows.to_json('raw/ads.json')\n",
            "clean.py": "import pandas as pd\nads = pd.read_json('raw/ads.json').dropna()\nads.to_parquet('data/ads.parquet')\n",
            "train.py": "import pandas as pd\nrows = pd.read_parquet('data/ads.parquet')\n" + LEARNS,
        },
    )
    assert ("fetch.py", "clean.py", "train.py") in reaches_training(built)


def test_a_function_that_writes_what_it_is_given_writes_to_each_path_it_is_given(tmp_path: Path) -> None:
    built = system(
        tmp_path,
        {
            "prepare.py": FETCHED
            + "def keep(frame, path):\n    frame.to_csv(path)\n\nkeep(rows[:9], 'data/a.csv')\nkeep(rows[9:], 'data/b.csv')\n",
            "train.py": "import pandas as pd\nrows = pd.read_csv('data/b.csv')\n" + LEARNS,
        },
    )
    assert reaches_training(built) == [("prepare.py", "train.py")]


def test_a_served_model_is_the_one_that_training_wrote(tmp_path: Path) -> None:
    built = system(
        tmp_path,
        {
            "train.py": TRAINED + "import joblib\njoblib.dump(model, 'models/ads.joblib')\n",
            "serve.py": "import joblib\nfrom flask import Flask, request\napp = Flask(__name__)\nmodel = joblib.load('models/ads.joblib')\n\n"
            "@app.post('/judge')\ndef judge():\n    return {'verdict': model.predict([request.json['x']])[0]}\n",
        },
    )
    ties = {(relation.source.partition(":")[0], relation.kind, relation.target) for relation in built.relations}
    assert {
        ("training_job", "produces", "model_file:models/ads.joblib"),
        ("ml_model", "loads", "model_file:models/ads.joblib"),
    } <= ties


NOT_JOINED = {
    "a name that is computed": (
        "import uuid\nrows.to_csv(f'data/{uuid.uuid4()}.csv')", "import sys\nrows = pd.read_csv('data/' + sys.argv[1])", "prepare.py", "train.py",
    ),
    "another file": ("rows.to_csv('data/raw.csv')", "rows = pd.read_csv('data/train.csv')", "prepare.py", "train.py"),
    "the same name in another bucket": (
        "rows.to_csv('s3://raw/x.csv')", "rows = pd.read_csv('s3://reviewed/x.csv')", "prepare.py", "train.py",
    ),
    "another project of the tree": ("rows.to_csv('data/x.csv')", "rows = pd.read_csv('data/x.csv')", "churn/prepare.py", "fraud/train.py"),
    "a bare name in another folder": ("rows.to_csv('x.csv')", "rows = pd.read_csv('x.csv')", "etl/prepare.py", "training/train.py"),
    "a fixture of a test": ("rows.to_csv('data/x.csv')", "rows = pd.read_csv('data/x.csv')", "tests/test_prepare.py", "train.py"),
    "a file that is read only": ("rows = pd.read_csv('data/x.csv')", "rows = pd.read_csv('data/x.csv')", "prepare.py", "train.py"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_JOINED)
def test_places_that_may_be_others_are_not_joined(tmp_path: Path, case: str) -> None:
    left, taken, writer, reader = NOT_JOINED[case]
    built = system(
        tmp_path,
        {
            writer: FETCHED + left + "\n", reader: "import pandas as pd\n" + taken + "\n" + LEARNS,
            "churn/requirements.txt": "pandas==2.2.0\n", "fraud/requirements.txt": "pandas==2.2.0\n",
        },
    )  # fmt: skip
    assert not [way for way in reaches_training(built) if len(way) > 1]


def test_the_file_beside_a_script_is_meant_and_not_one_of_its_name_elsewhere(tmp_path: Path) -> None:
    built = system(
        tmp_path,
        {
            "a/prepare.py": FETCHED + "rows.to_csv('data/x.csv')\n",
            "b/prepare.py": "import pandas as pd\npd.DataFrame([1]).to_csv('data/x.csv')\n",
            "b/train.py": "import pandas as pd\nrows = pd.read_csv('data/x.csv')\n" + LEARNS,
        },
    )
    assert not reaches_training(built)
