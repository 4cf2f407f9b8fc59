"""How values may be written in a body: the description and the page say the same, and all of it is sent.

Source: contract section 1.5.
"""

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import create_app

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
REFUSED = object()
"""The answer is 400, on the field."""

WHOLE = {
    "2": 2, "2.0": 2, "2e0": 2, '" 2 "': 2, '"+2"': 2, '"-2"': -2, '"02"': 2, '"2.0"': 2, '"1_0"': 10,
    "true": 1, "false": 0,
    "2.5": REFUSED, '"2.5"': REFUSED, '"2e0"': REFUSED, '""': REFUSED,
}  # fmt: skip
TRUTH = {
    "1": True, '"1"': True, '"true"': True, '"yes"': True, '"on"': True, '"t"': True, '"y"': True,
    "0": False, '"0"': False, '"false"': False, '"no"': False, '"off"': False, '"f"': False, '"n"': False,
    '"TRUE"': True, '"Yes"': True, '"ON"': True, '"T"': True, '"Y"': True,
    '"False"': False, '"NO"': False, '"Off"': False, '"F"': False, '"N"': False,
    "2": REFUSED, '"1.0"': REFUSED, '" true "': REFUSED, '""': REFUSED,
}  # fmt: skip
MONEY = {
    "1.5": "1.50", "1e1": "10.00", '"1.50"': "1.50", '" 1e1 "': "10.00", "12345678.07": "12345678.07",
    "true": REFUSED, '"1_0"': REFUSED, '"1,5"': REFUSED, '"NaN"': REFUSED, '""': REFUSED,
}  # fmt: skip
EMAIL = {
    '" John <J@Example.com> "': "j@example.com", '"j@example.com"': "j@example.com",
    '" J@EXAMPLE.com"': "j@example.com", '"j@example.test"': REFUSED,
}  # fmt: skip
TIME = {
    '"2026-02-07T13:00:00+01:00"': "2026-02-07T12:00:00+00:00", '"2026-02-07 12:00Z"': "2026-02-07T12:00:00+00:00",
    '"2026-02-07T12:00:00"': REFUSED, '"2026-02-07"': REFUSED, "1770465600": REFUSED,
}  # fmt: skip
TEXT = {'"7"': "7", '"true"': "true", "7": REFUSED, "true": REFUSED}

FORMS = {
    "A whole number may be": ("task", "sort_order", WHOLE),
    "True or false may be": ("task", "is_public", TRUTH),
    "An amount of money may be": ("service", "price", MONEY),
    "An e-mail address loses": ("client", "email", EMAIL),
    "A time is": ("task", "due_at", TIME),
    "Where text is meant": ("task", "name", TEXT),
}
"""How each paragraph begins, what is changed, and what becomes of what is sent as it stands here."""
SENT = [(*where, text, read) for *where, forms in FORMS.values() for text, read in forms.items()]


@pytest.fixture(scope="module")
def paragraphs():
    """Give what the API's description says after its first words: what counts for all forms, and each of them."""
    with TestClient(create_app(MemoryStore())) as http:
        return http.get("/openapi.json").json()["info"]["description"].split("\n\n")[1:]


@pytest.fixture
def store():
    """Give the store in memory: nothing here depends on where things are kept."""
    return MemoryStore()


def path_of(agency, what):
    """Make what is changed, with other values than those that are sent, and return its path."""
    if what == "service":
        return f"/services/{agency.new_service(price=77)['id']}"
    client = agency.new_client()["id"]
    if what == "client":
        return f"/clients/{client}"
    return f"/order-tasks/{agency.new_task(agency.place_order(client)['id'], sort_order=77)['id']}"


def change(agency, path, field, text):
    """Send one field as it is written."""
    body = f'{{"{field}": {text}}}'.encode()
    return agency.send("PUT", path, content=body, headers={"Content-Type": "application/json"})


def test_the_page_says_what_the_description_says(paragraphs):
    """Word by word: it is said twice, for those who read the one or the other."""
    section = PAGE.read_text(encoding="utf-8").partition("## How values may be written\n")[2].partition("\n## ")[0]
    said = [" ".join(each.split()) for each in re.split(r"\n\n|\n- ", section.strip().replace("\n\n- ", "\n- "))]
    first, *forms = paragraphs
    assert said == [first.replace("The schemas of the bodies", "The schemas"), *forms]


def test_every_form_that_is_named_is_sent(paragraphs):
    """What stands between backticks is sent, and so nothing is said that is not tried."""
    assert [start for start, each in zip(FORMS, paragraphs[1:], strict=True) if not each.startswith(start)] == []
    for each, (*_, forms) in zip(paragraphs[1:], FORMS.values(), strict=True):
        assert [text for text in re.findall(r"`([^`]+)`", each) if text not in forms] == []


@pytest.mark.parametrize(("what", "field", "text", "read"), SENT)
def test_it_is_read_as_said(agency, what, field, text, read):
    """Either as the value that is meant, or not at all."""
    path = path_of(agency, what)
    answer = change(agency, path, field, text)
    if read is REFUSED:
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    else:
        assert (answer.status_code, json.dumps(answer.json()[field])) == (200, json.dumps(read))
