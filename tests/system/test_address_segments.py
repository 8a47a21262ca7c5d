"""What a router gives as one segment of an address holds no separator; what takes the rest of it, or is decoded by itself, may."""

from __future__ import annotations

import pytest

from pipeline.system.model import Flow
from tests.system.small import flows, system_of

GIN = """
package main

import (
	"os"

	"github.com/gin-gonic/gin"
)

func main() {
	router := gin.Default()
	SETTING
	router.GET("ADDRESS", func(c *gin.Context) {
		text, _ := os.ReadFile("docs/" + c.Param("name"))
		c.String(200, string(text))
	})
	router.Run()
}
"""
FASTAPI = """
import os
import shutil

from fastapi import FastAPI

app = FastAPI()


@app.delete("ADDRESS")
def forget(name: str) -> None:
    CALL
"""


def _checked(found: list[Flow]) -> bool:
    assert found
    return all(any(one.startswith("input_validation@") for one in flow.controls) for flow in found)


@pytest.mark.parametrize(
    ("address", "setting", "checked"),
    [
        ("/docs/:name", "", True),
        ("/docs/:name/pages/:page", "", True),
        ("/docs/*name", "", False),
        ("/docs/:name", "router.UseRawPath = true", False),
    ],
)
def test_a_parameter_of_gin_is_one_segment(address: str, setting: str, checked: bool) -> None:
    system = system_of({"main.go": GIN.replace("ADDRESS", address).replace("SETTING", setting)})
    assert _checked(flows(system, "path")) == checked


@pytest.mark.parametrize(
    ("call", "checked"),
    [
        ('os.remove("kept/" + name)', True),
        ('shutil.rmtree("kept/" + name)', False),
        ('shutil.rmtree(f"kept/{name}.d")', True),
        ('shutil.rmtree(f"kept/old_{name}")', True),
        ('shutil.rmtree(os.path.join("kept", os.path.basename(name)))', False),
        ('os.remove(os.path.join("kept", os.path.basename(name)))', True),
    ],
)
def test_two_dots_are_a_segment_and_delete_the_folder_above(call: str, checked: bool) -> None:
    system = system_of(FASTAPI.replace("ADDRESS", "/kept/{name}").replace("CALL", call))
    assert _checked(flows(system, "deletion")) == checked


@pytest.mark.parametrize(
    ("call", "checked"),
    [
        ('os.remove(f"kept/model_{name}.bin")', True),
        ('os.remove(f"kept{name}")', False),
        ('os.remove(os.path.abspath(f"kept/model_{name}.bin"))', False),
        ('os.makedirs(f"kept/model_{name}")', False),
    ],
)
def test_text_that_ends_a_name_climbs_out_of_no_folder(call: str, checked: bool) -> None:
    system = system_of(FASTAPI.replace("ADDRESS", "/kept").replace("CALL", call))
    assert _checked(flows(system, "path" if "makedirs" in call else "deletion")) == checked


def test_a_test_before_another_call_of_the_same_text_restricts_nothing() -> None:
    system = system_of(
        """
        import shutil

        from fastapi import FastAPI

        app = FastAPI()


        def clear(name: str) -> dict:
            shutil.rmtree("kept/" + name)
            return {"status": "done", "of": name}


        def tell(name: str) -> None:
            print(name)


        @app.post("/clear")
        def route(name: str) -> None:
            cleared = clear(name)
            if cleared.get("status") == "done":
                tell(name)
        """
    )
    assert not _checked_by_a_list(flows(system, "deletion"))


def _checked_by_a_list(found: list[Flow]) -> bool:
    assert found
    return any(one.startswith("allow_list@") for flow in found for one in flow.controls)
