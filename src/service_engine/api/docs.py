"""The page at ``/docs``: the API's own description as one plain document, made by the application itself.

It needs no script and no outside address, so it works offline, prints, and cannot leak what is read to anybody.

Source: contract part A "Rules" (API pages served by the application itself).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

__all__ = ["add_docs", "render"]

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul { columns: 18rem; list-style: none; padding: 0; }
nav a { text-decoration: none; }
section { border-top: 1px solid #8885; margin-top: 2rem; }
h3 code { font-size: 1.1em; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8883; }
pre { overflow-x: auto; background: #8881; padding: .6rem; border-radius: .3rem; max-height: 24rem; }
summary { cursor: pointer; }
"""


def add_docs(app: FastAPI) -> None:
    """Serve the page at ``/docs``; it is rendered when it is first asked for."""
    pages: list[str] = []

    def docs() -> Response:
        if not pages:
            pages.append(render(app.openapi()))
        return HTMLResponse(pages[0], headers=_HEADERS)

    app.add_api_route("/docs", docs, methods=["GET"], include_in_schema=False)


def render(description: Mapping[str, Any]) -> str:
    """Return an OpenAPI description as an HTML document.

    Example:
        >>> page = render({"info": {"title": "Shop", "version": "1"}, "paths": {}})
        >>> page.splitlines()[0], "<h1>Shop 1</h1>" in page
        ('<!doctype html>', True)
    """
    info = description["info"]
    title = escape(f"{info['title']} {info['version']}")
    operations = list(_operations(description))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>',
            f"<header><h1>{title}</h1>",
            *(f"<p>{escape(each)}</p>" for each in info.get("description", "").split("\n\n")),
            '<p>The same for machines: <a href="openapi.json">openapi.json</a></p></header>',
            "<nav><ul>",
            *(f'<li><a href="#{_anchor(*each[:2])}">{_heading(*each[:2])}</a></li>' for each in operations),
            "</ul></nav><main>",
            *(line for method, path, operation in operations for line in _section(method, path, operation)),
            "</main></body></html>",
        ]
    )


def _operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _anchor(method: str, path: str) -> str:
    return f"{method.lower()}{path.replace('/', '-').replace('{', '').replace('}', '')}"


def _heading(method: str, path: str) -> str:
    return f'<code><span class="method">{method}</span>{escape(path)}</code>'


def _section(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section id="{_anchor(method, path)}"><h3>{_heading(method, path)}</h3>'
    yield f"<p><strong>{escape(operation['summary'])}.</strong> {escape(operation.get('description', ''))}</p>"
    yield f"<p>{'Needs a token.' if operation.get('security') else 'Public.'}</p>"
    yield from _parameters(operation.get("parameters", []))
    yield from _body(operation.get("requestBody"))
    yield f"<pre>{escape(_command(method, path, operation))}</pre>"
    for status, answer in operation["responses"].items():
        yield from _answer(status, answer)
    yield "</section>"


def _parameters(parameters: list[Mapping[str, Any]]) -> Iterator[str]:
    if parameters:
        rows = [(each["name"], each["in"], _kind(each["schema"]), each.get("description", "")) for each in parameters]
        yield f"<details><summary>Parameters ({len(rows)})</summary>"
        yield from _table(("Name", "In", "Type", "Meaning"), rows)
        yield "</details>"


def _body(body: Mapping[str, Any] | None) -> Iterator[str]:
    if body is not None:
        schema = body["content"]["application/json"]["schema"]
        required = schema.get("required", [])
        yield f"<details open><summary>Body</summary><p>{escape(schema.get('description', ''))}</p>"
        yield from _table(
            ("Field", "Required", "Type"),
            [(name, "yes" if name in required else "", _kind(each)) for name, each in schema["properties"].items()],
        )
        yield "</details>"


def _answer(status: str, answer: Mapping[str, Any]) -> Iterator[str]:
    example = answer.get("content", {}).get("application/json", {}).get("example")
    if example is None:
        yield f"<p><code>{escape(status)}</code> {escape(answer['description'])}</p>"
    else:
        yield f"<details><summary><code>{escape(status)}</code> {escape(answer['description'])}</summary>"
        yield f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre></details>"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield "<table><tr>" + "".join(f'<th scope="col">{each}</th>' for each in head) + "</tr>"
    for name, *others in rows:
        cells = "".join(f"<td>{escape(each)}</td>" for each in others)
        yield f"<tr><td><code>{escape(name)}</code></td>{cells}</tr>"
    yield "</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "items" in schema:
        return f"array of {_kind(schema['items'])}"
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    return " ".join([schema.get("format", schema.get("type", "any")), *limits])


_LIMITS: Final = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "of at least",
    "maxLength": "of at most",
    "default": "default",
}


def _command(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """Return the request as a shell would send it."""
    parts = [f"curl -X {method} http://localhost:8000{path}"]
    if operation.get("security"):
        parts.append("-H 'Authorization: Bearer TOKEN'")
    if "requestBody" in operation:
        example = json.dumps(operation["requestBody"]["content"]["application/json"]["example"], ensure_ascii=False)
        parts += ["-H 'Content-Type: application/json'", f"-d '{example}'"]
    return " \\\n  ".join(parts)
