"""The pages as the site takes them: copied out of the tree, and every relative link mended on the way.

The Markdown in ``docs/`` is written for whoever reads it as it is, on a code host or in an editor. What the site needs
besides is added to the copy: the table of contents (made of the links of an index page, one part for each heading), the
files outside ``docs/`` that a page links to, and the place of the reference.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

__all__ = ["copy_pages", "links_of", "site_path", "with_contents", "with_shell", "with_site_links"]

ELSEWHERE: Final = "project"
"""Where the site has what does not come out of docs/."""

REFERENCE: Final = """
## Reference

- [Every public name](reference/index.rst), made from the docstrings: what it takes, what it returns, what it refuses,
  and an example that runs
"""

_LINK: Final = re.compile(r"(\]\()([^()\s#]+)((?:#[^()\s]*)?\))")
_LISTED: Final = re.compile(r"\[(?P<title>[^\]]+)\]\((?P<page>[^()\s#]+)\.(?:md|rst)(?:#[^()\s]*)?\)")
_FENCE: Final = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_CONSOLE: Final = re.compile(r"^```console(\n.*?^```)$", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^## +(.+)$", re.MULTILINE)
_ORPHAN: Final = "---\norphan: true\n---\n\n"  # what only a text links to need not be in a table of contents
_LANGUAGES: Final = {".py": "python", ".toml": "toml", ".ini": "ini", ".html": "html", ".txt": "text"}
_NOT_PAGES: Final = {"_build", "site", "__pycache__"}


def copy_pages(root: Path, target: Path) -> list[str]:
    """Write the sources of the site, the reference excepted.

    Args:
        root: The repository.
        target: An empty directory.

    Returns:
        The pages, by their paths in ``target``.
    """
    shutil.copytree(root / "docs" / "images", target / "images")
    waiting = [path for path in sorted((root / "docs").rglob("*.md")) if not _NOT_PAGES & set(path.parts)]
    written: dict[Path, str] = {}
    while waiting:
        page = waiting.pop()
        if page in written:
            continue
        written[page] = site_path(root, page)
        text = page.read_text(encoding="utf-8")
        known = {link: found for link in links_of(text) if (found := _file_of(root, page, link))}
        waiting += [each for each in known.values() if each.suffix in {".md", *_LANGUAGES}]
        place = target / written[page]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_as_page(root, page, text, known), encoding="utf-8")
    return sorted(written.values())


def site_path(root: Path, page: Path) -> str:
    """Return where the site has a file of the repository."""
    path = page.relative_to(root)
    if path.parts[0] == "docs":
        return path.relative_to("docs").as_posix()
    return f"{ELSEWHERE}/{path.as_posix()}{'' if path.suffix == '.md' else '.md'}"


def links_of(text: str) -> Iterator[str]:
    """Yield the relative targets of a page's links, without their fragments; code is not looked at."""
    for found in _LINK.finditer(_FENCE.sub("", text)):
        if "://" not in found[2]:
            yield found[2]


def with_site_links(text: str, mended: Mapping[str, str]) -> str:
    """Return a page with other targets in its links."""
    return _LINK.sub(lambda found: f"{found[1]}{mended.get(found[2], found[2])}{found[3]}", text)


def with_contents(text: str) -> str:
    """Add to an index page its table of contents: the links to pages under each heading, the heading above them."""
    parts = _HEADING.split(text)
    written = [parts[0], _contents(parts[0], "")]
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        written += [f"## {heading}", body, _contents(body, heading)]
    return "".join(written)


def with_shell(text: str) -> str:
    """Call a console block without prompts what it is for a highlighter: a script, and not what a command printed."""
    return _CONSOLE.sub(lambda found: found[0] if "\n$ " in found[0] else f"```bash{found[1]}", text)


def _contents(text: str, caption: str) -> str:
    listed = "\n".join(line for line in text.splitlines() if line.startswith(("|", "- ")))  # prose links as it likes
    pages = {found["page"]: found["title"] for found in _LISTED.finditer(listed)}
    if not pages:
        return ""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    entries = [page if title.isdigit() else f"{title} <{page}>" for page, title in pages.items()]
    return "\n".join(["", "```{toctree}", *options, "", *entries, "```", "", ""])


def _as_page(root: Path, page: Path, text: str, known: Mapping[str, Path]) -> str:
    if page.suffix != ".md":
        name = page.relative_to(root).as_posix()
        return f"{_ORPHAN}# {name}\n\n````{_LANGUAGES[page.suffix]}\n{text}````\n"
    place = posixpath.dirname(site_path(root, page))
    mended = {link: posixpath.relpath(site_path(root, path), place or ".") for link, path in known.items()}
    if page == root / "docs" / "index.md":
        text += REFERENCE
    text = with_shell(with_site_links(text, mended))
    if page.name == "index.md":
        return with_contents(text)
    return text if page.is_relative_to(root / "docs") else _ORPHAN + text


def _file_of(root: Path, page: Path, link: str) -> Path | None:
    """Return the file that a link leads to; of a directory, the page that explains it."""
    found = (page.parent / link).resolve()
    if found.is_dir():
        found = next((found / name for name in ("index.md", "README.md") if (found / name).is_file()), found)
    if not found.is_file() or not found.is_relative_to(root) or found.suffix not in {".md", ".svg", *_LANGUAGES}:
        return None
    return found
