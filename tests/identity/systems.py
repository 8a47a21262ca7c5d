"""Systems whose scans are compared: the reported cases of the threats' pages, the labelled systems, and five small servers, one per language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.findings.model import Scan
from pipeline.scan import ScanSettings, scan
from pipeline.threats.catalog import load_catalog
from pipeline.threats.pages import REPORTED, read_cases

LABELLED = Path(__file__).parents[2] / "evals" / "systems"
CODE = (".py", ".ts", ".tsx", ".js", ".go", ".java", ".kt", ".cs")
_TEXT = (*CODE, ".yaml", ".yml", ".md", ".json", ".toml", ".txt", "Dockerfile", ".tf", ".sh", ".html")


@cache
def cases() -> dict[str, dict[str, str]]:
    """Files of the little systems that pages show a threat by, with the name of each."""
    catalog = load_catalog()
    pages = ((threat.slug, case) for threat in catalog.threats for case in read_cases(threat.slug, catalog.page(threat.slug)))
    return {
        f"{slug}: {case.title}": dict(case.files)
        for slug, case in pages
        if case.section == REPORTED and all(path.endswith(_TEXT) for path, _text in case.files)
    }


@cache
def labelled(name: str) -> dict[str, str]:
    """The files of a labelled system that are text, without its answer key."""
    files: dict[str, str] = {}
    for path in sorted((LABELLED / name).rglob("*")):
        if path.is_file() and path.name != "labels.yaml":
            try:
                files[path.relative_to(LABELLED / name).as_posix()] = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
    return files


def scanned(files: Mapping[str, str]) -> Scan:
    with TemporaryDirectory(prefix="threatloom-identity-") as folder:
        root = Path(folder) / "system"
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        return scan(root, ScanSettings(jobs=1))


NOTES: dict[str, dict[str, str]] = {
    "python": {
        "notes/server.py": """\
from pathlib import Path

from mcp.server.fastmcp import FastMCP

server = FastMCP("notes")


@server.tool()
def read_note(name: str) -> str:
    return Path("/srv/notes", name).read_text()


server.run()
"""
    },
    "typescript": {
        "src/server.ts": """\
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { readFile } from "fs/promises";
import path from "path";
import { z } from "zod";

const server = new McpServer({ name: "notes", version: "1.0.0" });

server.tool("read_note", { name: z.string() }, async ({ name }) => {
  const text = await readFile(path.join("/srv/notes", name), "utf-8");
  return { content: [{ type: "text", text }] };
});

await server.connect(new StdioServerTransport());
"""
    },
    "go": {
        "main.go": """\
package main

import (
\t"context"
\t"os"
\t"path/filepath"

\t"github.com/modelcontextprotocol/go-sdk/mcp"
)

type readInput struct {
\tName string `json:"name"`
}

func readNote(ctx context.Context, req *mcp.CallToolRequest, in readInput) (*mcp.CallToolResult, any, error) {
\tdata, err := os.ReadFile(filepath.Join("/srv/notes", in.Name))
\tif err != nil {
\t\treturn nil, nil, err
\t}
\treturn &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(data)}}}, nil, nil
}

func main() {
\tserver := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1.0.0"}, nil)
\tmcp.AddTool(server, &mcp.Tool{Name: "read_note", Description: "Reads a note."}, readNote)
\tserver.Run(context.Background(), &mcp.StdioTransport{})
}
"""
    },
    "csharp": {
        "notes/NoteTools.cs": """\
using System.ComponentModel;
using ModelContextProtocol.Server;

[McpServerToolType]
public class NoteTools
{
    [McpServerTool, Description("Reads a note.")]
    public static string ReadNote(string name)
    {
        return File.ReadAllText(Path.Combine("notes", name));
    }
}
"""
    },
    "java": {
        "src/main/java/com/acme/OpsTools.java": """\
package com.acme;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;

public class OpsTools {

    @Tool("Looks a host up")
    public String lookup(String host) throws Exception {
        Process process = Runtime.getRuntime().exec("sh -c nslookup " + host);
        return new String(process.getInputStream().readAllBytes());
    }

    interface Assistant {
        String chat(String message);
    }

    static Assistant assistant(ChatModel model) {
        return AiServices.builder(Assistant.class).chatModel(model).tools(new OpsTools()).build();
    }
}
"""
    },
    "documents": {
        "api.py": """\
import chromadb
from fastapi import FastAPI

app = FastAPI()
client = chromadb.PersistentClient("index")


@app.post("/admin/reindex")
def reindex() -> dict[str, str]:
    client.delete_collection("articles")
    return {"status": "started"}
""",
        "docs/api.md": """\
# API

What staff may call.

The route `/admin/reindex` requires authentication.

## Limits

Answers are short.
""",
    },
}
"""Small systems, one per language, each with a threat; the last with promises that its code does not keep."""
