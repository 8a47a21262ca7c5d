"""Names that imitate well-known ones are told, and real names that lie near each other are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.deployment.look_alikes import load_popular_names, look_alike_owner, look_alike_package
from tests.system.small import scan_of


@pytest.mark.parametrize(
    ("name", "ecosystem", "meant"),
    [
        ("langchian", "pypi", "langchain"), ("opeani", "pypi", "openai"), ("transfomers", "pypi", "transformers"), ("requestss", "pypi", None),
        ("langchainopenai", "pypi", "langchain-openai"), ("pandsa", "pypi", "pandas"),
        ("albumentation", "pypi", "albumentations"), ("sentence-transformer", "pypi", "sentence-transformers"), ("dataset", "pypi", None), ("llamaindex", "pypi", "llama-index"),
        ("expresss", "npm", None), ("exprses", "npm", "express"), ("@langchian/core", "npm", "@langchain/core"),
        ("@antropic-ai/sdk", "npm", "@anthropic-ai/sdk"), ("langchain-core", "npm", "@langchain/core"), ("modelcontextprotocol-sdk", "npm", "@modelcontextprotocol/sdk"),
    ],
)  # fmt: skip
def test_a_slip_in_a_packages_name_is_told(name: str, ecosystem: str, meant: str | None) -> None:
    assert look_alike_package(name, ecosystem) == meant


# Out of lock files of public programs: each lies near another one, or is short, or is a relative.
REAL = {
    "pypi": "torch tokenizers six idna httpx-sse httpcore h11 anyio jsonpath-ng jsonpatch jsonpointer aiofile aiofiles markdown2 markdown-it-py mdurl mlx-lm mlx-vlm nest-asyncio2 "
    "pydantic-core pydantic-extra-types pymssql pymysql psycopg psycopg-binary psycopg2 openai-agents openapi-core langchain-mcp-adapters langgraph-prebuilt llama-index-llms-openai "
    "pytest-env pytest-mock grpcio-tools grpcio-status scikit-image scikit-learn-intelex faiss tensorboard-data-server tiktoken-ext typer-slim uvloop urllib3-future requests-oauthlib redis",
    "npm": "enquirer inquirer object.assign object-assign safe-buffer safer-buffer esutils tsutils globals global find-up findup eslint-scope eslint-utils react-is react-dom preact postcss-js "
    "lodash.merge lodash-es node-fetch node-forge p-limit p-locate ajv ajv-formats cross-env dotenv-expand @types/node @types/react @babel/core @langchain/ollama @ai-sdk/mistral @anthropic-ai/bedrock-sdk",
}  # fmt: skip


@pytest.mark.parametrize("ecosystem", REAL)
def test_real_names_near_each_other_are_not_told(ecosystem: str) -> None:
    assert {name: found for name in REAL[ecosystem].split() if (found := look_alike_package(name, ecosystem))} == {}


@pytest.mark.parametrize("ecosystem", load_popular_names().packages)
def test_no_popular_name_imitates_another(ecosystem: str) -> None:
    assert [name for name in load_popular_names().packages[ecosystem] if look_alike_package(name, ecosystem)] == []


def test_an_index_of_which_nothing_is_known_has_no_look_alikes() -> None:
    assert look_alike_package("langchian", "nuget") is None


@pytest.mark.parametrize(
    ("model", "owner"),
    [
        ("meta-lama/Llama-3.1-8B", "meta-llama"), ("mistral-ai/Mistral-7B-v0.3", "mistralai"), ("nvida/Nemotron", "nvidia"), ("microsft/phi-4", "microsoft"),
        ("meta-llama/Llama-3.1-8B", None), ("qwen/Qwen3-8B", None), ("acme/ranker", None), ("gpt2", None), ("models/net/weights", None), ("", None), ("/x", None),
    ],
)  # fmt: skip
def test_a_slip_in_a_models_owner_is_told(model: str, owner: str | None) -> None:
    assert look_alike_owner(model) == owner


def test_a_package_of_a_manifest_is_compared_under_its_own_name(tmp_path: Path) -> None:
    """npm tells `discord.js` and `discord-js` apart; pip does not tell `scikit_learn` and `scikit-learn` apart."""
    files = {
        "bot/package.json": '{"dependencies": {"discord.js": "^14.16.1", "openai": "^5.0.0"}}',
        "requirements.txt": "openai==2.1.0\nscikit_learn==1.5.0\nlangchian==0.3.0\n",
        "app.py": "import openai\n\nclient = openai.OpenAI()\n",
    }
    found = {f.element for f in scan_of(tmp_path, files).findings if f.threat == "misspelled-package"}
    assert found == {"package:langchian"}
