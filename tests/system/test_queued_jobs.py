"""Jobs of Bull and BullMQ: what a request puts on a queue arrives at the worker that names the queue."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_ROUTE = """
    import express from "express";
    import { Queue } from "bullmq";

    const app = express();
    const queue = new Queue("summaries");
    app.post("/jobs", async (req, res) => {
      ADDS;
      res.json({ ok: true });
    });
"""
_WORKER = """
    import { Worker } from "bullmq";
    import OpenAI from "openai";

    const client = new OpenAI();
    new Worker("NAMED", async (job) => {
      return client.responses.create({ model: "gpt-5", input: job.data.text });
    });
"""
_NEST = """
    import { InjectQueue } from "@nestjs/bullmq";
    import { Body, Controller, Post } from "@nestjs/common";
    import { Queue } from "bullmq";

    @Controller("jobs")
    export class Jobs {
      constructor(@InjectQueue("summaries") private readonly queue: Queue) {}

      @Post()
      async create(@Body() body: { text: string }) {
        await this.queue.add("summarise", { text: body.text });
      }
    }
"""
_PROCESSOR = """
    import { Processor, WorkerHost } from "@nestjs/bullmq";
    import { Job } from "bullmq";
    import OpenAI from "openai";

    @Processor("NAMED")
    export class Summaries extends WorkerHost {
      private readonly client = new OpenAI();

      async process(job: Job<{ text: string }>) {
        return this.client.responses.create({ model: "gpt-5", input: job.data.text });
      }
    }
"""
_BULL = """
    import Queue from "bull";
    import express from "express";
    import OpenAI from "openai";

    const app = express();
    const client = new OpenAI();
    const queue = new Queue("summaries");
    queue.process(async (job) => client.responses.create({ model: "gpt-5", input: job.data.text }));
    app.post("/jobs", async (req, res) => {
      await queue.add({ text: req.body.text });
      res.json({ ok: true });
    });
"""


def _asked_by_callers(files: dict[str, str]) -> bool:
    return any("user_input" in flow.carries for flow in flows(system_of(files), "prompt"))


@pytest.mark.parametrize(("named", "arrives"), [("summaries", True), ("mails", False)])
def test_a_worker_gets_the_data_of_the_jobs_of_its_queue(named: str, arrives: bool) -> None:
    route = _ROUTE.replace("ADDS", 'await queue.add("summarise", { text: req.body.text })')
    assert _asked_by_callers({"src/web.ts": route, "src/worker.ts": _WORKER.replace("NAMED", named)}) is arrives


def test_another_part_of_the_data_is_not_what_the_worker_reads() -> None:
    route = _ROUTE.replace("ADDS", 'await queue.add("summarise", { text: "fixed", from: req.body.text })')
    assert not _asked_by_callers({"src/web.ts": route, "src/worker.ts": _WORKER.replace("NAMED", "summaries")})


@pytest.mark.parametrize(("named", "arrives"), [("summaries", True), ("mails", False)])
def test_a_processor_of_nest_is_such_a_worker(named: str, arrives: bool) -> None:
    assert _asked_by_callers({"src/jobs.ts": _NEST, "src/work.ts": _PROCESSOR.replace("NAMED", named)}) is arrives


def test_the_older_package_takes_the_data_first() -> None:
    assert _asked_by_callers({"src/web.ts": _BULL})
