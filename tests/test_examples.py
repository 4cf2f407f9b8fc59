"""What the examples promise; ``nox -s hosts`` runs their own tests, each in its folder, with the built wheel."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_a_store_is_certified_in_under_30_lines():
    """As the test kit says."""
    assert len((EXAMPLES / "json_store" / "test_json_store.py").read_text(encoding="utf-8").splitlines()) < 30


def test_every_example_is_run_and_named():
    """By the session ``hosts``, and in the list of them."""
    folders = sorted(each.name for each in EXAMPLES.iterdir() if each.is_dir() and not each.name.startswith((".", "_")))
    sessions = (EXAMPLES.parent / "noxfile.py").read_text(encoding="utf-8")
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in folders if f'"{name}"' not in sessions or f"[{name}]" not in listed] == []
