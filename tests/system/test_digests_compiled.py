"""A digest tells nothing of what it was made from; another writing of the same text still does."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_GO = """
package main
import (
  "context"
  "crypto/sha256"
  "encoding/base64"
  "encoding/hex"
  "os"
  "github.com/modelcontextprotocol/go-sdk/mcp"
)
type Args struct { Name string }
func read(ctx context.Context, req *mcp.CallToolRequest, args Args) (*mcp.CallToolResult, any, error) {
  BODY
  return nil, nil, nil
}
func main() {
  server := mcp.NewServer(&mcp.Implementation{Name: "cache"}, nil)
  mcp.AddTool(server, &mcp.Tool{Name: "read"}, read)
}
"""
_JAVA = """
package a;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import org.springframework.ai.tool.annotation.Tool;
class Cache {
  @Tool
  String read(String name) throws Exception {
    BODY
  }
}
"""
_CSHARP = """
using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using Microsoft.SemanticKernel;
class Cache {
  [KernelFunction]
  public string Read(string name) {
    BODY
  }
}
"""
_DIGESTS = {
    "Go at once": ("a.go", _GO, "sum := sha256.Sum256([]byte(args.Name)); os.ReadFile(hex.EncodeToString(sum[:]))"),
    "Go in steps": ("a.go", _GO, "h := sha256.New(); h.Write([]byte(args.Name)); os.ReadFile(hex.EncodeToString(h.Sum(nil)))"),
    "Java": (
        "A.java",
        _JAVA,
        'MessageDigest d = MessageDigest.getInstance("SHA-256"); byte[] b = d.digest(name.getBytes());'
        " return Files.readString(Path.of(HexFormat.of().formatHex(b)));",
    ),
    "C#": ("A.cs", _CSHARP, "return File.ReadAllText(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name))));"),
    "C# by an object": (
        "A.cs",
        _CSHARP,
        "using var sha = SHA256.Create(); return File.ReadAllText(Convert.ToHexString(sha.ComputeHash(Encoding.UTF8.GetBytes(name))));",
    ),
}
_WRITINGS = {
    "Go": ("a.go", _GO, "os.ReadFile(base64.StdEncoding.EncodeToString([]byte(args.Name)))"),
    "Java": ("A.java", _JAVA, "return Files.readString(Path.of(Base64.getEncoder().encodeToString(name.getBytes())));"),
    "C#": ("A.cs", _CSHARP, "return File.ReadAllText(Convert.ToBase64String(Encoding.UTF8.GetBytes(name)));"),
}


@pytest.mark.parametrize(("path", "text", "body"), _DIGESTS.values(), ids=_DIGESTS.keys())
def test_a_digest_chooses_no_file(path: str, text: str, body: str) -> None:
    assert not flows(system_of({path: text.replace("BODY", body)}), "path")


@pytest.mark.parametrize(("path", "text", "body"), _WRITINGS.values(), ids=_WRITINGS.keys())
def test_another_writing_of_a_name_still_chooses_a_file(path: str, text: str, body: str) -> None:
    assert flows(system_of({path: text.replace("BODY", body)}), "path")
