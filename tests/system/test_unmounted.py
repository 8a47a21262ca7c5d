"""A router of Express that no file takes in serves nothing."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_ROUTER = """
const express = require("express");
const router = express.Router();
router.post("/ask", (req, res) => res.json({ text: req.body.text }));
module.exports = router;
"""
_APP = """
const express = require("express");
const app = express();
app.get("/health", (req, res) => res.send("ok"));
TAKEN
"""
_TAKEN = {
    "nothing takes it in": ("// app.use('/debate', require('./routes/debate'));", False),
    "the application takes it in": ("app.use('/debate', require('./routes/debate'));", True),
    "whatever lies in a folder": ("for (const name of names) app.use(require(`./routes/${name}`));", True),
}


@pytest.mark.parametrize(("taken", "served"), _TAKEN.values(), ids=_TAKEN.keys())
def test_a_router_is_served_where_a_file_takes_it_in(taken: str, served: bool) -> None:
    system = system_of({"server.js": _APP.replace("TAKEN", taken), "routes/debate.js": _ROUTER})
    assert any("ask" in route.name for route in elements(system, "http_route")) is served


def test_a_router_without_an_application_is_served_by_whoever_installs_it() -> None:
    assert elements(system_of({"routes/debate.js": _ROUTER}), "http_route")
