"""What every message is: the rules that messages on tickets and on orders share."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.messages import MAX_FILE_ADDRESS, MAX_FILES, Message, clean_files, clean_text
from service_engine.errors import RuleViolationError
from service_engine.testing import strategies
from service_engine.testing.examples import jane, now

HELLO = Message(author_id=jane.id, text="Hello", created_at=now)


def test_the_bounds():
    """A hundred addresses of two thousand characters."""
    assert (MAX_FILES, MAX_FILE_ADDRESS) == (100, 2048)


@given(strategies.lines(), st.sampled_from(["", " ", "\t", "\u00a0\n"]))
def test_texts_and_files_are_stripped(text: str, blanks: str):
    """Nothing else about them changes."""
    assert clean_text(blanks + text + blanks) == text
    assert clean_files([blanks + text, text + blanks]) == (text, text)
    assert clean_files([]) == ()


def test_one_text_is_no_files():
    """Python would take it letter by letter."""
    address: Any = "https://x"
    with pytest.raises(TypeError, match="files are several addresses; put 'https://x' into a list"):
        clean_files(address)
    with pytest.raises(TypeError, match="files must be a tuple of texts, not 'https://x'"):
        attrs.evolve(HELLO, files=address)


def test_too_many_files_are_refused_where_they_come_in():
    """In the same words as in the message."""
    assert len(clean_files(["x"] * MAX_FILES)) == MAX_FILES
    with pytest.raises(RuleViolationError, match="The files must be at most 100"):
        clean_files(["x"] * (MAX_FILES + 1))


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_blank_ones_are_refused(blank: str):
    """The refusal names the contract's field."""
    for field, act in (("message", lambda: clean_text(blank)), ("files", lambda: clean_files(["a.pdf", blank]))):
        with pytest.raises(RuleViolationError) as refused:
            act()
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"text": ""}, "text", "must not be blank"),
        ({"text": " Hello"}, "text", "must not begin or end with a blank"),
        ({"files": ("x",) * 101}, "files", "The files must be at most 100."),
        ({"files": ("a.pdf", "x" * 2049)}, "files", "at most 2048 characters"),
        ({"files": ("a.pdf", " b.pdf")}, "files", "must not begin or end with a blank"),
    ],
    ids=["no text", "blanks", "many files", "long file", "blanks of a file"],
)
def test_a_value_is_checked_like_input(changes: dict[str, Any], field: str, sentence: str):
    """A message that was not posted but built obeys the same bounds, file by file."""
    with pytest.raises(RuleViolationError, match=sentence) as refused:
        attrs.evolve(HELLO, **changes)
    assert refused.value.field == field
