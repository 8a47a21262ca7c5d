"""A key that a service gives is kept as a key: it brings nothing of what others wrote there."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_SYNC = """
import { gmail } from "@googleapis/gmail";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
export async function POST(request) {
  const found = await gmail({ version: "v1" }).users.threads.get({ userId: "me", id: "1" });
  await prisma.action.create({ data: KEPT });
  return Response.json({});
}
"""


@pytest.mark.parametrize(("kept", "told"), [("{ threadId: found.data.id }", False), ("{ snippet: found.data.snippet }", True)])
def test_a_key_is_no_text_of_others(kept: str, told: bool) -> None:
    system = system_of({"app/api/sync/route.ts": _SYNC.replace("KEPT", kept)})
    assert bool(flows(system, "store_write", "web_content")) is told
