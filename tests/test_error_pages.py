"""The page about errors says of each what the code says: where it hangs, its code, what it carries, its HTTP status."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from textwrap import dedent

import pytest

from service_engine import errors
from service_engine.api.errors import answer_to

PAGE = (Path(__file__).parent.parent / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in re.findall(r"^\| (`\w+Error` \| .*) \|$", PAGE, re.MULTILINE)
    if len(cells := line.split(" | ")) == 5
}
RAISED = [name for name in errors.__all__ if name != "ServiceEngineError"]


def carried(kind: type[errors.ServiceEngineError]) -> list[str]:
    """Return the names of what an error of this class carries."""
    return list(inspect.signature(kind).parameters) if inspect.isfunction(kind.__init__) else []


def test_the_page_draws_the_tree_of_the_code():
    """Line by line."""
    assert errors.__doc__ is not None
    drawn = re.search(r"::\n\n(.*?)\n\n", errors.__doc__, re.DOTALL)
    assert drawn is not None
    assert f"```text\n{dedent(drawn[1])}\n```" in PAGE


def test_every_error_has_a_row():
    """In the order of the tree, parents first; nothing else has one."""
    assert errors.__doc__ is not None
    drawn = re.findall(r"[├└]── (\w+Error)", errors.__doc__)
    assert list(ROWS) == drawn
    assert sorted(drawn) == RAISED


def test_what_can_be_done_is_what_explain_says():
    """By code, in the order of the tree; an error without advice has no row."""
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|`]+) \|$", PAGE, re.MULTILINE)
    kinds = [getattr(errors, name) for name in ROWS]
    assert [(code, text.replace("\\", "")) for code, text in rows] == [
        (kind.code, kind.advice) for kind in kinds if kind.advice
    ]


@pytest.mark.parametrize("name", RAISED)
def test_a_row_says_what_the_code_says(name: str):
    """The code, the attributes, and the status of the reference API."""
    kind = getattr(errors, name)
    error = kind(*("something" for _ in carried(kind)))
    code, carries, _, status = ROWS[name]
    answer = answer_to(error)
    assert answer is not None
    assert (f"`{error.code}`", str(answer.status_code)) == (code, status)
    assert re.findall(r"`(\w+)`", carries) == carried(kind)
    assert {each: getattr(error, each) for each in carried(kind)} == dict.fromkeys(carried(kind), "something")


def test_the_root_is_on_the_page():
    """With its own code, because it can be caught, though it is never raised."""
    assert f"the code `{errors.ServiceEngineError.code}`" in PAGE
