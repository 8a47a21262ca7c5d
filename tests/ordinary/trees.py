"""Small ordinary programs of several languages, each with risks of the kind that matter beside AI and are nobody's business here without it."""

from __future__ import annotations

from collections.abc import Mapping

Files = Mapping[str, str]

_WORKFLOW = """\
name: release
on: push
permissions:
  contents: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: somebody/upload-release@main
        with:
          token: ${{ secrets.RELEASE_TOKEN }}
"""
_COMPOSE = """\
services:
  shop:
    build: .
    privileged: true
  orders:
    image: postgres:latest
    ports:
      - "5432:5432"
    environment:
      POSTGRES_USER: postgres
      POSTGRES_PASSWORD: postgres
"""

PYTHON: Files = {
    "parcels/cache.py": "import pickle\n\n\ndef fetch(store, key):\n    return pickle.loads(store.get(key))\n",
    "parcels/mail.py": 'import smtplib\n\nPASSWORD = "vT9!kq2Lr8zW4m"\n\n\ndef connect():\n    server = smtplib.SMTP("mail.parcels.example")\n'
    '    server.login("robot", PASSWORD)\n    return server\n',
    "requirements.txt": "flask\nredis>=5\n",
    ".github/workflows/release.yml": _WORKFLOW,
}
TYPESCRIPT: Files = {
    "package.json": '{"name": "shop", "dependencies": {"express": "^5.0.0", "pg": "^8.0.0"}}',
    "src/server.ts": 'import express from "express";\nimport { exec } from "child_process";\n\nconst app = express();\n'
    'app.post("/labels", (request, response) => {\n  exec("print-label " + request.body.name);\n  response.send("printed");\n});\n'
    "app.listen(3000);\n",
    "Dockerfile": "FROM node:latest\nCOPY . /shop\nRUN npm install\nCMD node /shop/dist/server.js\n",
    "compose.yaml": _COMPOSE,
}
GO: Files = {
    "go.mod": "module parcels.example/tracking\n\ngo 1.24\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
    "main.go": 'package main\n\nimport (\n\t"net/http"\n\t"os/exec"\n)\n\nfunc trace(w http.ResponseWriter, r *http.Request) {\n'
    '\tout, _ := exec.Command("sh", "-c", "traceroute "+r.URL.Query().Get("host")).Output()\n\tw.Write(out)\n}\n\n'
    'func main() {\n\thttp.HandleFunc("/trace", trace)\n\thttp.ListenAndServe(":8080", nil)\n}\n',
    "Dockerfile": "FROM golang:latest\nCOPY . /src\nRUN cd /src && go build -o /tracking .\nCMD /tracking\n",
    ".github/workflows/release.yml": _WORKFLOW,
}
JAVA: Files = {
    "pom.xml": "<project><groupId>example</groupId><artifactId>clinic</artifactId><dependencies><dependency>"
    "<groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.4.1</version>"
    "</dependency></dependencies></project>",
    "src/main/java/example/Visits.java": "package example;\n\nimport org.springframework.web.bind.annotation.GetMapping;\n"
    "import org.springframework.web.bind.annotation.RestController;\n\n@RestController\nclass Visits {\n"
    '    @GetMapping("/visits")\n    String visits(String owner) {\n        return "none for " + owner;\n    }\n}\n',
    "src/main/resources/application.properties": "spring.datasource.url=jdbc:postgresql://db.clinic.example/clinic\n"
    "spring.datasource.username=clinic\nspring.datasource.password=vT9!kq2Lr8zW4m\n",
    "docker-compose.yml": _COMPOSE,
}
CSHARP: Files = {
    "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Npgsql" Version="9.0.2" />'
    "</ItemGroup></Project>",
    "Program.cs": 'var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.MapGet("/orders", () => "none");\napp.Run();\n',
    "appsettings.json": '{"ConnectionStrings": {"Orders": "Host=db.shop.example;Username=shop;Password=vT9!kq2Lr8zW4m"}}',
    ".github/workflows/release.yml": _WORKFLOW,
}
KOTLIN: Files = {
    "build.gradle.kts": 'dependencies {\n    implementation("io.ktor:ktor-server-netty:3.0.3")\n}\n',
    "src/main/kotlin/example/Visits.kt": "package example\n\nimport io.ktor.server.application.*\nimport io.ktor.server.response.*\n"
    'import io.ktor.server.routing.*\n\nfun Application.module() {\n    routing {\n        get("/visits") { call.respondText("none") }\n    }\n}\n',
    "docker-compose.yml": _COMPOSE,
}
ORDINARY: Mapping[str, Files] = {
    "python": PYTHON, "typescript": TYPESCRIPT, "go": GO, "java": JAVA, "kotlin": KOTLIN, "csharp": CSHARP,
}  # fmt: skip

AI_PARTS: Mapping[str, Files] = {
    "a model that is asked": {
        "assist.py": 'from openai import OpenAI\n\n\ndef answer(text):\n    return OpenAI().responses.create(model="gpt-5.5", input=text).output_text\n'
    },
    "a model that is trained": {
        "train.py": "from sklearn.linear_model import LogisticRegression\n\n\ndef train(rows, labels):\n"
        "    return LogisticRegression().fit(rows, labels)\n"
    },
    "a notebook that trains": {
        "explore.ipynb": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a", "metadata": {}, '
        '"execution_count": null, "outputs": [], "source": ["import torch\\n", "layer = torch.nn.Linear(4, 2)\\n", "layer(torch.ones(4))"]}]}'
    },
    "a library no rule knows": {"fit.py": "import jax\n\n\ndef loss(weights, rows):\n    return jax.numpy.mean(rows @ weights)\n"},
    "a model's server in a composition": {"compose.gpu.yaml": "services:\n  llm:\n    image: vllm/vllm-openai:v0.9.0\n"},
    "a model's server in a chart": {
        "deploy/llm.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: llm\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: llm\n          image: ollama/ollama:0.9.0\n"
    },
    "an MCP server": {
        "tools.py": 'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("parcels")\n\n\n@mcp.tool()\ndef where(parcel: str) -> str:\n'
        '    """Where a parcel is."""\n    return "on its way"\n'
    },
    "a package that is needed": {"service/requirements.txt": "transformers==4.57.0\n"},
    "a model in Java": {
        "Chat.java": "import dev.langchain4j.model.openai.OpenAiChatModel;\n\nclass Chat {\n    String ask(String text) {\n"
        '        return OpenAiChatModel.builder().modelName("gpt-5.5").build().chat(text);\n    }\n}\n'
    },
    "a model in Go": {
        "ask.go": 'package main\n\nimport "github.com/sashabaranov/go-openai"\n\nfunc client(key string) *openai.Client {\n'
        "\treturn openai.NewClient(key)\n}\n"
    },
    "a skill of an agent": {"skills/parcels/SKILL.md": "---\nname: parcels\ndescription: Finds parcels.\n---\nLook the parcel up.\n"},
}
NO_AI_PARTS: Mapping[str, Files] = {
    "a developer's instructions": {"AGENTS.md": "# Rules\n\nRun the tests before you commit. Never push to main.\n"},
    "an editor's tool server": {
        ".vscode/mcp.json": '{"servers": {"docs": {"command": "npx", "args": ["-y", "@upstash/context7-mcp@1.0.14"]}}}'
    },
    "a test that asks a model": {
        "tests/test_assist.py": "from openai import OpenAI\n\n\ndef test_it():\n"
        '    assert OpenAI().responses.create(model="gpt-5.5", input="hello")\n'
    },
    "words": {"README.md": "# Parcels\n\nThis is no AI: no model, no agent, no vector store. An LLM may be added one day.\n"},
    "an AI library for developers alone": {"requirements-dev.txt": "openai==2.1.0\n"},
    "a package that is also ordinary": {"tools/requirements.txt": "joblib==1.5.0\n"},
}
