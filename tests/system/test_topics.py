"""What makes a file worth reading: every package of AI that knowledge has, models by their shape, credentials; not ordinary code."""

from __future__ import annotations

import pytest

from ingest.demand import Topics
from pipeline.system.rules.knowledge import load_frameworks
from pipeline.system.rules.topics import topics_of


@pytest.fixture(scope="module")
def topics() -> Topics:
    return topics_of(load_frameworks())


@pytest.mark.parametrize(
    "code",
    [
        "import openai\n", "import os, openai\n", "from langchain_openai import ChatOpenAI\n", "from langchain_somebody.chat import X\n",
        "    from google import genai\n", "import google.generativeai as genai\n", "from transformers.pipelines import pipeline\n",
        "module = importlib.import_module('anthropic')\n", "import { generateText } from 'ai';\n", "const { OpenAI } = require(\"openai\");\n",
        "import Anthropic from '@anthropic-ai/sdk';\n", "const sdk = await import('@modelcontextprotocol/sdk/server/mcp.js');\n",
        "import dev.langchain4j.service.AiServices;\n", "import org.springframework.ai.chat.client.ChatClient;\n",
        "import boto3\nboto3.client('bedrock-runtime').invoke_model(body=b)\n", "import numpy as np\nweights = np.load(path)\n",
        "import pickle\nmodel = pickle.loads(data)\n", "using OpenAI.Chat;\n", "builder.Services.AddMcpServer();\n",
        'import (\n\topenai "github.com/sashabaranov/go-openai"\n)\n',
    ],
)  # fmt: skip
def test_a_package_of_ai_is_a_topic_in_every_form_of_import(topics: Topics, code: str) -> None:
    assert topics.mentioned(code.encode())


@pytest.mark.parametrize(
    "code",
    [
        "import openaire\n", "import decimal\n", "from google.cloud import storage\n", "import boto3\nboto3.client('s3').put_object()\n",
        "import numpy as np\nnp.zeros(3)\n", "from io import BytesIO\n", "import java.util.List;\nimport org.springframework.web.bind.annotation.GetMapping;\n",
        "name = click.prompt('name')\n", "prompt = '> '\n", "message = {'role': 'administrator', 'content': text}\n", "class ShellCompleter: ...\n",
        "import pickle\npickle.dumps(state)\n",
    ],
)  # fmt: skip
def test_ordinary_code_is_none(topics: Topics, code: str) -> None:
    assert not topics.mentioned(code.encode())


@pytest.mark.parametrize(
    "code",
    [
        "client.ask(model='m', messages=turns)\n", "send({ model, prompt: text })\n", "body = {'model': 'm', 'messages': [...]}\n",
        "turns = [{'role': 'user', 'content': q}]\n", 'const turns = [{ role: "system", content: rules }];\n', "URL = base + '/v1/chat/completions'\n",
        "answer = self.llm(question)\n", "class BaseLLM(ABC): ...\n", "client = AcmeChatClient()\n",
    ],
)  # fmt: skip
def test_models_of_unknown_libraries_are_topics_by_their_shape(topics: Topics, code: str) -> None:
    assert topics.mentioned(code.encode())


@pytest.mark.parametrize(
    "code", ["API_KEY = 'sk-abcdefghijklmnop'\n", 'password: "hunter22"\n', "db = 'postgres://app:s3cret@db/app'\n", "token=r'abcdefgh'\n"]
)
def test_what_may_be_a_credential_is_looked_at(topics: Topics, code: str) -> None:
    assert topics.stands_alone(code.encode())


def test_a_name_is_no_credential(topics: Topics) -> None:
    assert not topics.stands_alone(b"password = read_password()\nTOKEN_LENGTH = 20\n")
