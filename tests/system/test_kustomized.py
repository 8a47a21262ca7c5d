"""What a kustomization names is deployed; what lies beside it is not, and a key there that says it is for development is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

_BOT = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-5', input='hi').output_text)\n"
_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: bot}
spec:
  containers:
    - name: bot
      image: vllm/vllm-openai:latest
"""
_KEY = """\
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData:
  JWT_SECRET_KEY: leuchtturm-local-dev-key
"""


@pytest.mark.parametrize(("said", "found"), [("", False), ("Run `kubectl apply -f k8s/all.yaml`.", True)])
def test_a_manifest_that_no_kustomization_names_is_left_aside(tmp_path: Path, said: str, found: bool) -> None:
    files = {"bot.py": _BOT, "k8s/kustomization.yaml": "resources: [bot.yaml]\n", "k8s/bot.yaml": _POD, "k8s/all.yaml": _POD}

    told = scan_of(tmp_path, {**files, "README.md": f"# Bot\n\n{said}\n"})

    paths = {one.path for finding in told.findings if finding.threat == "unpinned-action-or-image" for one in finding.evidence}
    assert "k8s/bot.yaml" in paths
    assert ("k8s/all.yaml" in paths) is found


@pytest.mark.parametrize(("listed", "severity"), [("keys.yaml", "high"), ("other.yaml", "medium")])
def test_a_signing_key_that_is_deployed_is_one_whatever_its_words_say(tmp_path: Path, listed: str, severity: str) -> None:
    files = {"bot.py": _BOT, "k8s/kustomization.yaml": f"resources: [{listed}]\n", "k8s/keys.yaml": _KEY}

    told = scan_of(tmp_path, files)

    assert [f.severity for f in told.findings if f.threat == "secret-in-code-or-config"] == [severity]
