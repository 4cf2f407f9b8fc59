"""Checks that a type checker refuses each line of ``misuse.py`` that ends in ``# error: <code>``, and no other line.

Usage: ``python typing_tests/check_misuse.py [mypy|pyright]``. The codes are mypy's; of pyright an error on the line is
wanted, whatever it calls it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

MISUSE = Path(__file__).with_name("misuse.py")
ROOT = MISUSE.parent.parent
MARK = re.compile(r"#\s*error:\s*([\w-]+(?:\s*,\s*[\w-]+)*)\s*$")

Errors = dict[int, set[str]]


def wanted() -> Errors:
    """Return the codes that each marked line asks for."""
    lines = MISUSE.read_text().splitlines()
    found = {number: MARK.search(line) for number, line in enumerate(lines, start=1)}
    return {number: set(re.split(r"\s*,\s*", mark.group(1))) for number, mark in found.items() if mark}


def mypy() -> Errors:
    """Return the codes of mypy's errors, by line."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--output=json", str(MISUSE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    errors: Errors = defaultdict(set)
    for report in map(json.loads, done.stdout.splitlines()):
        if report["severity"] == "error":
            place = Path(report["file"]).name
            assert place == MISUSE.name, report
            errors[report["line"]].add(report["code"])
    return errors


def pyright() -> Errors:
    """Return the rules of pyright's errors, by line."""
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(MISUSE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors: Errors = defaultdict(set)
    for report in json.loads(done.stdout)["generalDiagnostics"]:
        if report["severity"] == "error":
            errors[report["range"]["start"]["line"] + 1].add(report.get("rule", "syntax"))
    return errors


def check(name: str) -> list[str]:
    """Return what is wrong, a sentence each."""
    asked, got = wanted(), {"mypy": mypy, "pyright": pyright}[name]()
    if not asked:
        return [f"{MISUSE.name} marks no line"]
    if name == "pyright":  # it has its own names for the same errors
        got = {line: asked.get(line, codes) for line, codes in got.items()}
    return [
        f"line {line}: {sorted(asked.get(line, ()))} was wanted, {name} says {sorted(got.get(line, ()))}"
        for line in sorted(asked.keys() | got.keys())
        if asked.get(line) != got.get(line)
    ]


if __name__ == "__main__":
    tool = sys.argv[1] if len(sys.argv) > 1 else "mypy"
    wrong = check(tool)
    print("\n".join(wrong) or f"{tool} refuses all {len(wanted())} marked lines of {MISUSE.name}, and no other")
    sys.exit(bool(wrong))
