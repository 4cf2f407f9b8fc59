"""What is checked of the built site: no address of another server, and no link that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

__all__ = ["broken_links", "count_links", "outside_addresses"]

REFERRING: Final = {"src", "href", "srcset", "action", "poster", "data", "formaction", "xlink:href", "content"}
"""The attributes that a browser may follow."""

_FETCHED: Final = re.compile(r"""(?:url\(\s*["']?|@import\s+["']?)((?:https?:)?//[^\s"')]+)""", re.IGNORECASE)
_CALLED: Final = re.compile(
    r"""(?:fetch|import|importScripts|open|sendBeacon)\(\s*["'`]((?:https?:)?//[^"'`]+)|\.(?:src|href)\s*=\s*["'`]((?:https?:)?//[^"'`]+)"""
)
_ABSOLUTE: Final = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)


class _Page(HTMLParser):
    """What a page refers to, and the places in it that can be referred to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in {"id", "name"} and value:
                self.anchors.add(value)
            if name in REFERRING and value:
                self.targets.append(value)


def outside_addresses(site: Path) -> Iterator[str]:
    """Yield every address of another server that a built page, style sheet, script or picture refers to.

    An address in the text, such as an example of an API's, is not followed by a browser and does not count.
    """
    for path in _files(site, ".html", ".css", ".js", ".svg", ".xml", ".json"):
        found = [match[1] for match in _FETCHED.finditer(text)] if "//" in (text := _text(path)) else []
        if path.suffix == ".js":
            found += [match[1] or match[2] for match in _CALLED.finditer(text)]
        if path.suffix in {".html", ".svg", ".xml"}:
            found += [each for each in _read(path).targets if _ABSOLUTE.match(each)]
        for each in dict.fromkeys(found):
            yield f"{path.relative_to(site)}: refers to {each}"


def broken_links(site: Path) -> Iterator[str]:
    """Yield every link inside the site that leads to no file, or to no place in it."""
    for path in _files(site, ".html"):
        for target in dict.fromkeys(_read(path).targets):
            if problem := _problem(path, target):
                yield f"{path.relative_to(site)}: {problem}"


def count_links(site: Path) -> int:
    """Count the links inside the site, each once for each page that has it."""
    return sum(len(set(_read(path).targets)) for path in _files(site, ".html"))


def _problem(page: Path, target: str) -> str | None:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not (parts.path.endswith((".html", ".svg", ".css", ".js")) or parts.fragment):
        return None
    aim = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not aim.is_file():
        return f"leads to {target}, which is not there"
    if parts.fragment and aim.suffix == ".html" and unquote(parts.fragment) not in _read(aim).anchors:
        return f"leads to {target}, and there is no such place in that page"
    return None


@cache
def _read(path: Path) -> _Page:
    return _Page(_text(path))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _files(site: Path, *suffixes: str) -> list[Path]:
    return sorted(path for path in site.rglob("*") if path.suffix in suffixes)
