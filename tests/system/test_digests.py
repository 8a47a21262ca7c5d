"""Digests: whoever chooses what a digest is of does not choose the digest."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_PYTHON = """
import hashlib, hmac, uuid, zlib
from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)

@app.post("/ask")
def ask():
    question = request.json["question"]
    with open(NAME, "w") as cache:
        cache.write("seen")
    return OpenAI().responses.create(model="gpt-4.1", input=question).output_text
"""
_NODE = """
import crypto, { createHash } from "node:crypto";
import fs from "fs";
import md5 from "md5";
import express from "express";
import OpenAI from "openai";
const app = express();
app.post("/ask", async (req, res) => {
  const question = req.body.question;
  fs.writeFileSync(NAME, "seen");
  res.json(await new OpenAI().responses.create({ model: "gpt-4.1", input: question }));
});
"""
_GO = """
package main

import (
    "crypto/sha256"
    "encoding/hex"
    "net/http"
    "os"
    "strings"

    "github.com/openai/openai-go"
)

func ask(w http.ResponseWriter, r *http.Request) {
    question := r.URL.Query().Get("question")
    digest := sha256.New()
    digest.Write([]byte(question))
    sum := sha256.Sum256([]byte(question))
    os.WriteFile(NAME, nil, 0600)
}

func main() { http.HandleFunc("/ask", ask) }
"""
_JAVA = """
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.HexFormat;
import dev.langchain4j.model.openai.OpenAiChatModel;
import org.springframework.web.bind.annotation.*;

@RestController
class Asking {
  @PostMapping("/ask")
  String ask(@RequestBody String question) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Files.writeString(Path.of(NAME), "seen");
    return OpenAiChatModel.builder().build().chat(question);
  }
}
"""


def written(path: str, text: str, name: str) -> int:
    """How many ways a caller has to choose the file."""
    return len(flows(system_of({path: text.replace("NAME", name)}), "path", "user_input"))


@pytest.mark.parametrize(
    "name",
    [
        '"/cache/" + hashlib.sha256(question.encode()).hexdigest()',
        'f"/cache/{hashlib.new("md5", question.encode()).hexdigest()[:12]}"',
        '"/cache/" + str(uuid.uuid5(uuid.NAMESPACE_URL, question))',
        '"/cache/%08x" % zlib.crc32(question.encode())',
        '"/cache/" + hmac.new(b"k", question.encode(), "sha256").hexdigest()',
    ],
)
def test_a_file_named_by_a_digest_is_not_the_callers_choice_in_python(name: str) -> None:
    assert written("app.py", _PYTHON, name) == 0


@pytest.mark.parametrize(
    "name",
    [
        '`/cache/${createHash("sha256").update(question).update("2").digest("hex").slice(0, 8)}`',
        '`/cache/${crypto.createHmac("sha1", "k").update(question).digest("hex")}`',
        '`/cache/${crypto.hash("sha1", question)}`',
        "`/cache/${md5(question)}`",
    ],
)
def test_nor_in_javascript(name: str) -> None:
    assert written("app.ts", _NODE, name) == 0


@pytest.mark.parametrize("name", ['"/cache/" + hex.EncodeToString(sum[:])', '"/cache/" + hex.EncodeToString(digest.Sum(nil))'])
def test_nor_in_go(name: str) -> None:
    assert written("main.go", _GO, name) == 0


def test_nor_in_java() -> None:
    assert written("Asking.java", _JAVA, '"/cache/" + HexFormat.of().formatHex(digest.digest(question.getBytes()))') == 0


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("app.py", _PYTHON, '"/cache/" + question.lower()'),
        ("app.py", _PYTHON, '"/cache/" + hashlib.sha256(b"1").hexdigest() + question'),
        ("app.ts", _NODE, '`/cache/${createHash("sha256").update("1").digest("hex")}${question}`'),
        ("main.go", _GO, '"/cache/" + strings.ToLower(question)'),
        ("Asking.java", _JAVA, '"/cache/" + HexFormat.of().formatHex(question.getBytes())'),
    ],
)
def test_what_is_only_written_otherwise_stays_the_callers_choice(path: str, text: str, name: str) -> None:
    assert written(path, text, name) == 1
