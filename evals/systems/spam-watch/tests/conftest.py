import os
import pathlib

import pytest
import yaml


@pytest.fixture(scope="session", autouse=True)
def conf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spamwatch")
    given = yaml.safe_load((pathlib.Path(__file__).parents[1] / "etc/spamwatch.yaml").read_text())
    given["data"] = str(folder)
    file = folder / "conf.yaml"
    file.write_text(yaml.safe_dump(given))
    os.environ["SPAMWATCH_CONF"] = str(file)
    os.environ["MISTRAL_API_KEY"] = "test"
    return given
