"""The parts of the documentation site that need no Sphinx: its sources, its reference's frame, and what checks it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from docs.public import DOORWAYS, public_modules, public_names
from docs.site.checks import broken_links, count_links, outside_addresses
from docs.site.reference import write_reference
from docs.site.sources import copy_pages, links_of, site_path, with_contents, with_shell, with_site_links

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the whole site."""
    target = tmp_path_factory.mktemp("site")
    copy_pages(ROOT, target)
    write_reference(target / "reference")
    return target


def test_every_link_of_the_sources_leads_to_a_file(sources: Path):
    """Pages may link to files outside docs/: those come along."""
    lost = {
        (page.relative_to(sources).as_posix(), link)
        for page in sources.rglob("*.md")
        for link in links_of(page.read_text(encoding="utf-8"))
        if not (page.parent / link).is_file()
    }
    assert lost == set()


def test_every_page_of_docs_is_in_the_table_of_contents(sources: Path):
    """A page that no index lists would be found by nobody."""
    listed = {"index.md"}
    for index in (sources / "index.md", sources / "decisions" / "index.md"):
        place = index.parent.relative_to(sources)
        listed |= {(place / link).as_posix() for link in links_of(index.read_text(encoding="utf-8"))}
    pages = {site_path(ROOT, page) for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts}
    assert pages - listed == set()


def test_every_public_name_has_one_entry(sources: Path):
    """Where it is defined; other modules that offer it lead there."""
    entries = Counter(
        line.rpartition(":: ")[2]
        for page in (sources / "reference").glob("*.rst")
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith((".. autoclass::", ".. autoexception::", ".. autofunction::"))
    )
    names = {name for module in public_modules() for name in public_names(module)}
    assert {name for name in entries if name not in names} == set()
    assert entries["Ticket"] == entries["MemoryStore"] == entries["NotFoundError"] == 1


def test_every_public_module_has_a_page(sources: Path):
    """And every room."""
    pages = {page.stem for page in (sources / "reference").glob("*.rst")}
    assert {*public_modules(), "index", "nouns", "domain", "ports", "usecases", "schemas", "testing"} <= pages


def test_the_doorways_are_public():
    """Each gives at least one name."""
    assert set(DOORWAYS) <= set(public_modules())


def test_an_index_lists_the_pages_under_each_heading():
    """Its tables become the side bar; a link in running text is only a link."""
    text = "# All\n\nSee [README](../README.md).\n\n## Start\n\n| [One](one.md#a) | [Two](two.md) |\n"
    assert with_contents(text) == f"{text}\n```{{toctree}}\n:hidden:\n:caption: Start\n\nOne <one>\nTwo <two>\n```\n\n"


def test_links_are_mended_and_keep_their_fragments():
    """What is not known stays as it is."""
    text = "[a](../README.md#install) [b](own.md) [c](https://example.com)"
    mended = with_site_links(text, {"../README.md": "project/README.md"})
    assert mended == "[a](project/README.md#install) [b](own.md) [c](https://example.com)"


def test_a_console_block_without_prompts_is_a_script():
    """One with prompts shows what was printed, too, and stays what it is."""
    assert with_shell("```console\nnox -s tests\n```\n") == "```bash\nnox -s tests\n```\n"
    assert with_shell("```console\n$ ls\na\n```\n") == "```console\n$ ls\na\n```\n"


def test_code_has_no_links():
    """An index into a list of functions is none."""
    assert list(links_of("[a](a.md)\n\n```python\nfunctions[0](argument)\n```\n")) == ["a.md"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="https://cdn.example.com/x.js"></script>'),
        ("a.html", '<a href="//example.com">out</a>'),
        ("a.html", '<meta property="og:image" content="http://example.com/x.png">'),
        ("a.html", '<p style="background: url(https://example.com/x.png)">'),
        ("a.css", '@import "https://fonts.example.com/x.css";'),
        ("a.css", "p { src: url('//example.com/x.woff') }"),
        ("a.js", 'fetch("https://example.com/x.json")'),
        ("a.js", 'image.src = "https://example.com/x.png"'),
        ("a.svg", '<svg><image href="https://example.com/x.png"/></svg>'),
    ],
)
def test_an_address_of_another_server_is_found(tmp_path: Path, name: str, text: str):
    """In whatever way a browser would be led there."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [each.partition(":")[0] for each in outside_addresses(tmp_path)] == [name]


def test_an_address_in_a_text_leads_nowhere(tmp_path: Path):
    """An example of an API's address is text, and a link within the site is none to outside."""
    (tmp_path / "a.html").write_text('<code>https://api.example.com</code><a href="b.html">b</a>', encoding="utf-8")
    assert list(outside_addresses(tmp_path)) == []


def test_a_link_to_nowhere_is_found(tmp_path: Path):
    """A page that is not there, and a place that is not in its page."""
    links = '<a href="b.html#here">b</a><a href="b.html#gone">b</a><a href="c.html">c</a><a href="#top">top</a>'
    (tmp_path / "a.html").write_text(f'<p id="top">{links}</p>', encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="here"></p>', encoding="utf-8")
    assert list(broken_links(tmp_path)) == [
        "a.html: leads to b.html#gone, and there is no such place in that page",
        "a.html: leads to c.html, which is not there",
    ]
    assert count_links(tmp_path) == 4
