"""What the reference makes of docstrings and types; nothing is built, and only docutils and napoleon are needed."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired, Protocol, cast

import attrs
import pytest
from docs.site.rendering import (
    LONGEST_DEFAULT,
    hide_borrowed_words,
    hide_colons,
    mark_sources,
    share_side_bar,
    shorten_aliases,
    show_colons,
    show_signature,
    show_wire_fields,
)
from docutils import nodes
from pydantic import BaseModel, Field
from sphinx.ext.napoleon.docstring import GoogleDocstring
from typing_extensions import TypedDict

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Colour(enum.Enum):
    """An enum."""

    RED = "red"


class Painter(Protocol):
    """What is needed."""

    def paint(self) -> None:
        """Paint."""


@attrs.frozen
class Wall:
    """A value with a default of each kind."""

    name: str
    colour: Colour = Colour.RED
    height: Decimal = Decimal("2.50")
    short: str = "x" * (LONGEST_DEFAULT - 2)
    long: str = "x" * (LONGEST_DEFAULT - 1)
    place: object = object()
    layers: list[str] = attrs.field(factory=list)
    painter: Callable[[], None] = attrs.field(default=attrs.Factory(lambda wall: wall.name, takes_self=True))


class Order(BaseModel):
    """What stands for JSON, as a model."""

    amount: Annotated[int, Field(ge=1, le=9)]
    price: Annotated[Decimal, Field(gt=0, lt=5)] | None = None
    size: Annotated[int, Field(le=2)] | Annotated[int, Field(ge=7)] = 1
    title: str = Field(default="", alias="name", min_length=1, max_length=255)


class Row(TypedDict):
    """What stands for JSON, as a typed dictionary."""

    id: str
    kind: Literal["a", 1]
    notes: NotRequired[dict[str, list[int | None]]]


class Filters(TypedDict, total=False):
    """Another, of which nothing is required."""

    limit: int


class Words(TypedDict):
    """All required, nothing bounded."""

    pair: tuple[str, ...]


def signature_of(value: object, signature: str | None, *, what: str = "class") -> tuple[str | None, str | None] | None:
    """Return what is shown in place of a signature."""
    return show_signature(None, what, "name", value, None, signature, "None")


def processed(
    step: Callable[[object, str, str, object, object, list[str]], None], text: str, *, what: str, value: object = None
) -> str:
    """Return a docstring as one step leaves it."""
    lines = text.split("\n")
    step(None, what, "name", value, None, lines)
    return "\n".join(lines)


def test_the_defaults_of_an_attrs_class_are_shown_as_values() -> None:
    """Attrs' own constructor refers to a dictionary of its own for most, which says nothing to a reader."""
    written = inspect.getsource(Wall.__init__).partition("(self, ")[2].partition("):")[0]
    assert "colour=attr_dict['colour'].default" in written
    shown = f"(name, colour=Colour.RED, height=Decimal('2.50'), short='{'x' * 38}', long=…, place=…, "
    assert signature_of(Wall, f"({written})") == (f"{shown}layers=NOTHING, painter=NOTHING)", "None")


def test_a_factory_is_no_default_to_read() -> None:
    """It stands for what a call makes."""
    assert signature_of(Wall, "(layers=attr_dict['layers'].default)") == ("(layers=…)", "None")


@pytest.mark.parametrize("value", [Painter, Colour, Order, Row])
def test_what_is_not_called_has_no_arguments(value: object) -> None:
    """Protocols, enums, and what stands for JSON."""
    assert signature_of(value, "(value, names=None)") == ("", "None")


@pytest.mark.parametrize("signature", ["()", "(*args, **kwargs)"])
def test_arguments_that_say_nothing_are_left_out_of_classes_only(signature: str) -> None:
    """A function without arguments shows that it has none."""
    assert signature_of(ValueError, signature, what="exception") == ("", "None")
    assert signature_of(signature_of, signature, what="function") == (signature, "None")


def test_type_variables_lose_their_mark_and_other_names_keep_it() -> None:
    """A variable has no page to lead to; what has a module is found under the whole of its name."""
    signature = "(first: ~T, second: ~typing.~Key, third: ~decimal.Decimal, fourth: ~Wall.name)"
    shown = "(first: T, second: Key, third: ~decimal.Decimal, fourth: ~Wall.name)"
    assert signature_of(signature_of, signature, what="function") == (shown, "None")


def test_no_signature_stays_none() -> None:
    """Sphinx asks for constants too."""
    assert signature_of(1, None, what="data") is None


def test_a_constant_does_not_borrow_the_words_of_its_type() -> None:
    """What ``int`` says of itself is no description of a number."""
    borrowed = inspect.cleandoc(int.__doc__ or "")
    assert processed(hide_borrowed_words, borrowed, what="data", value=1) == ""
    assert processed(hide_borrowed_words, f"{borrowed}\n", what="attribute", value=1) == ""


def test_words_of_its_own_stay() -> None:
    """A constant's own docstring, and what a class or a function says."""
    borrowed = inspect.cleandoc(int.__doc__ or "")
    assert processed(hide_borrowed_words, "At most so many.", what="data", value=1) == "At most so many."
    of_classes = inspect.cleandoc(type.__doc__ or "")
    assert processed(hide_borrowed_words, of_classes, what="attribute", value=int) == of_classes
    assert processed(hide_borrowed_words, borrowed, what="property", value=1) == borrowed


@pytest.mark.parametrize("what", ["data", "attribute", "property"])
def test_colons_of_a_constant_survive_napoleon(what: Literal["data", "attribute", "property"]) -> None:
    """Without being hidden, the words before the first colon would be taken for a type."""
    text = "Who pays: the client, at 12:00.\n\nMore: here."
    assert GoogleDocstring(text.split("\n"), what=what, name="x").lines()[0] == "the client, at 12:00."
    hidden = processed(hide_colons, text, what=what).split("\n")
    read = "\n".join(GoogleDocstring(hidden, what=what, name="x").lines())
    assert processed(show_colons, read, what=what).rstrip() == text


def test_colons_elsewhere_are_not_touched() -> None:
    """Napoleon needs those of sections; and only the first line can be taken for a type."""
    assert processed(hide_colons, "Args:\n    a: One.", what="function") == "Args:\n    a: One."
    assert processed(hide_colons, "Words.\n\nSource: there.", what="data") == "Words.\n\nSource: there."


def test_the_source_at_the_end_of_a_paragraph_becomes_one_of_its_own() -> None:
    """With a class, by which the style sheet knows it."""
    text = "Send it. Source: contract section 2; issue 7.\n\nMore."
    shown = "Send it.\n\n.. rst-class:: source\n\nSource: contract section 2; issue 7.\n\nMore."
    assert processed(mark_sources, text, what="function") == shown
    alone = "\n\n.. rst-class:: source\n\nSource: part A."
    assert processed(mark_sources, "Source: part A.", what="class") == alone


@pytest.mark.parametrize(
    "line", ["    Indented. Source: there.", '>>> print("Source: x")', '>>> "a Source: x"', "Resource: x", "Sources: x"]
)
def test_what_only_looks_like_a_source_stays(line: str) -> None:
    """A line of an example, one that belongs to a section, another word."""
    assert processed(mark_sources, line, what="function") == line


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("alias of Annotated[str, AfterValidator(func=<function _text.<locals>.check>)]", "str"),
        ("alias of Annotated[int, FieldInfo(annotation=NoneType, required=True)]", "int"),
        ("alias of Annotated[list[str], Len(max_length=9)]", "list[str]"),
        ("alias of Annotated[Decimal | None, Ge(ge=0)]", "Decimal | None"),
    ],
)
def test_an_alias_says_what_it_bounds(said: str, read: str) -> None:
    """How pydantic is told of the bounds is left out."""
    content = nodes.container("", nodes.paragraph("", "Its own words."), nodes.paragraph("", said))
    shorten_aliases(None, "py", "data", content)
    own, alias = content.findall(nodes.paragraph)
    assert (own.astext(), alias.astext()) == ("Its own words.", f"Read as {read}.")
    assert [each.astext() for each in alias.findall(nodes.literal)] == [read]


def test_other_aliases_and_other_kinds_stay() -> None:
    """Only the description of a constant is shortened, and only where there are bounds."""
    bounded = "alias of Annotated[str, Len(max_length=9)]"
    for kind, said in (("data", "alias of Literal['a', 'b']"), ("data", f"An {bounded}"), ("class", bounded)):
        content = nodes.container("", nodes.paragraph("", said))
        shorten_aliases(None, "py", kind, content)
        assert content.astext() == said


class Site:
    """As much of Sphinx's application as is asked: which pages the reference's index lists."""

    def __init__(self) -> None:
        self.env = SimpleNamespace(toctree_includes={"reference/index": ["reference/nouns"]})
        self.made: list[dict[str, object]] = []

    def side_bar(self, page: str, **options: object) -> str:
        """Return the side bar of a page, as its template asks for it: the how many-th that was made, and of what."""

        def make(**given: object) -> str:
            self.made.append(given)
            return f"{len(self.made)}: {sorted(given)}"

        context = {"toctree": make}
        share_side_bar(cast("Sphinx", self), page, "page.html", context, None)
        return context["toctree"](**options)


def test_the_side_bar_of_the_modules_is_made_once() -> None:
    """Whichever page asks, in whichever order it gives its options; other options have one of their own."""
    site = Site()
    first = site.side_bar("reference/service_engine.domain.tickets", maxdepth=2, collapse=False)
    assert first == "1: ['collapse', 'maxdepth']"
    assert site.side_bar("reference/service_engine.errors", collapse=False, maxdepth=2) == first
    assert site.side_bar("reference/service_engine.errors", maxdepth=3) == "2: ['maxdepth']"
    assert site.made == [{"maxdepth": 2, "collapse": False}, {"maxdepth": 3}]


@pytest.mark.parametrize("page", ["index", "how-to/web", "reference/nouns", "references/a"])
def test_a_page_that_is_in_the_side_bar_has_one_of_its_own(page: str) -> None:
    """It is marked there as the one that is read."""
    site = Site()
    assert [site.side_bar(page), site.side_bar(page)] == ["1: []", "2: []"]


def test_two_sites_do_not_share_a_side_bar() -> None:
    """Even where one is made in the place that the other had in memory."""
    for _ in range(20):
        site = Site()
        site.side_bar("reference/service_engine.errors", collapse=True)
        assert site.made == [{"collapse": True}]
        del site


def rows(text: str) -> list[list[str]]:
    """Return the cells of the table below the words of a docstring."""
    before, _, table = text.partition("\n\n.. list-table::\n   :header-rows: 1\n\n")
    assert before == "Words."
    cells: list[list[str]] = []
    for line in table.rstrip().splitlines():
        if line.startswith("   * -"):
            cells.append([])
        cells[-1].append(line[len("   * -") :].strip())
    return cells


def test_the_fields_of_a_model_are_listed() -> None:
    """Each by its name in JSON, with its bounds, also those within a union, and whether it must be there."""
    assert rows(processed(show_wire_fields, "Words.", what="class", value=Order)) == [
        ["field", "type", "bounds", "required"],
        ["``amount``", "``int``", "≥ 1, ≤ 9", "yes"],
        ["``price``", "``Decimal | None``", "> 0, < 5", ""],
        ["``size``", "``int``", "≤ 2, ≥ 7", ""],
        ["``name``", "``str``", "at least 1 long, at most 255 long", ""],
    ]


def test_a_column_that_would_be_empty_is_left_out() -> None:
    """Of what nothing is bounded; types are written without the modules that they come from."""
    assert rows(processed(show_wire_fields, "Words.", what="class", value=Row)) == [
        ["field", "type", "required"],
        ["``id``", "``str``", "yes"],
        ["``kind``", "``'a' | 1``", "yes"],
        ["``notes``", "``dict[str, list[int | None]]``", ""],
    ]
    assert rows(processed(show_wire_fields, "Words.", what="class", value=Words)) == [
        ["field", "type", "required"],
        ["``pair``", "``tuple[str, …]``", "yes"],
    ]
    assert rows(processed(show_wire_fields, "Words.", what="class", value=Filters)) == [
        ["field", "type"],
        ["``limit``", "``int``"],
    ]


def test_what_does_not_stand_for_json_gets_no_table() -> None:
    """Its signature has the fields already."""
    for value in (Wall, Colour, show_wire_fields, 1):
        assert processed(show_wire_fields, "Words.", what="class", value=value) == "Words."
