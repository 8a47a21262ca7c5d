"""A path that a function refuses with `..` in it, and that Go's join puts below a folder afterwards."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, flows, system_of

_SRC = """
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

type Change struct{ Path, Content string }

func parse(text string) ([]Change, error) {
	var changes []Change
	if err := json.Unmarshal([]byte(text), &changes); err != nil {
		return nil, err
	}
	for _, change := range changes {
		if CHECK {
			return nil, errors.New("refused")
		}
	}
	return changes, nil
}

func apply(root string, changes []Change) {
	for _, c := range changes {
		os.WriteFile(PATH, []byte(c.Content), 0644)
	}
}

func main() {
	client := openai.NewClient(os.Getenv("KEY"))
	resp, err := client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{Model: "gpt-4o"})
	if err != nil {
		return
	}
	changes, err := parse(resp.Choices[0].Message.Content)
	AFTER
}
"""
_AFTER = (
    "if err != nil { return }; apply(os.Args[1], changes)",
    'if err != nil { println("refused") } else if len(changes) > 0 { apply(os.Args[1], changes) }',
)


@pytest.mark.parametrize("after", _AFTER)
@pytest.mark.parametrize(
    ("check", "path", "kept_in"),
    [
        ('strings.Contains(change.Path, "..")', "filepath.Join(root, c.Path)", True),
        ('strings.Contains(change.Path, "..")', "c.Path", False),  # an absolute path still leads anywhere
        ('change.Path == ""', "filepath.Join(root, c.Path)", False),
    ],
)
def test_a_path_without_a_way_up_stays_below_the_folder_it_is_joined_to(check: str, path: str, kept_in: bool, after: str) -> None:
    system = system_of({"main.go": _SRC.replace("CHECK", check).replace("PATH", path).replace("AFTER", after)})
    (way,) = flows(system, "path")
    assert ("input_validation" in controls_on(system, way.id)) is kept_in
