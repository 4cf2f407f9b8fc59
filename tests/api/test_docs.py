"""The page at /docs: whole, readable, and without any outside address."""

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from service_engine import MemoryStore
from service_engine.api import create_app
from service_engine.api.docs import render

VOID = {"meta", "br", "hr", "link", "img"}


class Page(HTMLParser):
    """Reads a page: what it opens and closes, what it links to, and its text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.ids, self.tags, self.words = [], [], set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note what is opened, and where it leads."""
        attributes = dict(attrs)
        self.tags.add(tag)
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        self.ids |= {attributes["id"]} if "id" in attributes else set()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Expect what was opened last to be closed first."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep the text."""
        self.words.append(data)


@pytest.fixture(scope="module")
def response():
    """Give the page as it is served, each time the same."""
    with TestClient(create_app(MemoryStore())) as http:
        assert http.get("/docs").content == http.get("/docs").content
        return http.get("/docs")


@pytest.fixture(scope="module")
def page(response):
    """Give the page as it is read."""
    return Page(response.text)


def test_no_outside_address(response, page):
    """Nothing is loaded, no script runs, and the browser is told to allow neither."""
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert not page.tags & {"script", "link", "img", "iframe", "form"}
    assert {link for link in page.links if not link.startswith("#")} == {"openapi.json"}
    assert "url(" not in response.text


def test_every_element_is_closed(page):
    """The page is well-formed, and its links lead to sections that it has."""
    assert page.open == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids


def test_every_operation_is_there(page):
    """Each operation has its section, its request as a shell sends it, and its answers."""
    text = "".join(page.words)
    app = create_app(MemoryStore())
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            assert f"curl -X {method.upper()} http://localhost:8000{path}" in text
            assert operation["summary"] in text
    for word in ("subject", "filters[status][$in][]", "The specified client does not exist.", '"date_closed": null'):
        assert word in text


def test_the_description_keeps_its_paragraphs():
    """Each is one on the page; what it shows as code stays as it is written."""
    html = render({"info": {"title": "Shop", "version": "1", "description": 'One `"1"`.\n\nTwo.'}, "paths": {}})
    assert "<p>One `&quot;1&quot;`.</p>\n<p>Two.</p>" in html


def test_text_is_escaped():
    """A description that holds HTML is shown, not obeyed."""
    html = render({"info": {"title": "<script>", "version": "&"}, "paths": {}})
    assert "<script>" not in html
    assert re.search(r"<h1>&lt;script&gt; &amp;</h1>", html)
