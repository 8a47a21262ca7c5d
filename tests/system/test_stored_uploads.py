"""A server that stores an upload under a name of its own lets nobody choose a file; what the caller called it does."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_EXPRESS = """
import fs from "fs";
import express from "express";
import multer from "multer";
const app = express();
app.post("/ask", multer({ dest: "uploads/" }).single("file"), (req, res) => {
  res.send(fs.readFileSync(req.file.PART));
});
"""
_NEST = """
import { Controller, Post, UploadedFile } from "@nestjs/common";
import * as fs from "fs";
@Controller("docs")
export class Docs {
  @Post("upload")
  upload(@UploadedFile() file: Express.Multer.File) { return fs.statSync(file.PART).size; }
}
"""


@pytest.mark.parametrize("text", [_EXPRESS, _NEST], ids=["express", "nest"])
@pytest.mark.parametrize(("part", "chosen"), [("path", False), ("originalname", True)])
def test_the_name_a_file_is_stored_under_is_the_servers(text: str, part: str, chosen: bool) -> None:
    system = system_of({"app.ts": text.replace("PART", part)})
    assert bool([flow for flow in system.flows if flow.role == "path"]) is chosen
