"""People and tags: ordered, none twice."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import field, make_class
from hypothesis import given
from hypothesis import strategies as st

from service_engine.domain.sequences import holds_no_repeats

Team: Any = make_class("Team", {"names": field(validator=holds_no_repeats)})


@given(st.lists(st.integers(0, 5), max_size=6).map(tuple))
def test_a_repeat_is_refused_and_nothing_else(names: tuple[int, ...]):
    """The order is kept; whoever builds a value removes repeats first, so a repeat is wrong use."""
    if len(set(names)) == len(names):
        assert Team(names).names == names
    else:
        with pytest.raises(ValueError, match="names must not name anything twice"):
            Team(names)
