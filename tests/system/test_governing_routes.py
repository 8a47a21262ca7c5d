"""Routes that change what a route with a model reads decide about the model."""

from __future__ import annotations

from tests.system.small import system_of

_APP = """
    import OpenAI from "openai";
    import express from "express";
    import { PrismaClient } from "@prisma/client";

    const client = new OpenAI();
    const prisma = new PrismaClient();
    const app = express();

    app.post("/ask", async (req, res) => {
      const settings = await prisma.appSettings.findFirst();
      const answer = await client.responses.create({ model: "gpt-5", input: req.body.text, temperature: settings.temperature });
      res.json(answer.output_text);
    });

    app.put("/settings", async (req, res) => {
      await prisma.appSettings.update({ where: { id: 1 }, data: { temperature: req.body.temperature } });
      res.end();
    });

    app.get("/settings", async (req, res) => {
      res.json(await prisma.appSettings.findFirst());
    });

    app.post("/settings/pictures", async (req, res) => {
      await prisma.picture.create({ data: { url: req.body.url } });
      res.end();
    });
"""


def test_settings_that_a_route_with_a_model_reads_decide_about_the_model() -> None:
    system = system_of({"app.ts": _APP})

    assert [e.name for e in system.elements if e.attributes.get("governs_model")] == ["PUT /settings"]
