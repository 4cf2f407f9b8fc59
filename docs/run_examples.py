"""Runs the code blocks of README.md and docs/: a pytest plugin (``nox -s docs``).

``python`` blocks run one after the other in one namespace per page, in an empty directory. ``console`` blocks run line
by line in the same directory: ``service-engine serve`` stays up until the end of the page, on a port that is free; a
token that a command prints as JSON is ``$TOKEN`` for the next. The lines that install something or run nox are what CI
itself does; of those only the names are checked.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0


def enter(namespace: dict[str, Any]) -> None:
    """Go to an empty directory."""
    directory = tempfile.TemporaryDirectory(prefix="service-engine-docs-")
    namespace["_page"] = {
        "from": Path.cwd(),
        "directory": directory,
        "env": {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        "ports": {},
        "servers": [],
    }
    os.chdir(directory.name)


def leave(namespace: dict[str, Any]) -> None:
    """End what was started, and go back."""
    page = namespace["_page"]
    os.chdir(page["from"])
    for server in page["servers"]:
        server.terminate()
        server.wait(PATIENCE)
    page["directory"].cleanup()


def run_console(example: Example) -> None:
    """Run the lines of one block."""
    page = example.namespace["_page"]
    for line in example.parsed.replace("\\\n", " ").splitlines():
        command = line.removeprefix("$ ").removesuffix("&").strip()
        if not command or command.startswith("#"):
            continue
        if re.search(r"\b(pip install|nox|git)\b", command):
            _check_names(command)
        elif re.match(r"service-engine serve\b", command):
            _serve(command, page)
        else:
            _run(command, page)


def _check_names(command: str) -> None:
    sessions = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE))
    named = re.findall(r"nox -s ((?:[a-z]\w*\s*)+)", command)
    for session in " ".join(named).split():
        assert session in sessions, f"{session} is not a session of the noxfile"


def _serve(command: str, page: dict[str, Any]) -> None:
    wanted = re.search(r"--port (\d+)", command)
    said = wanted.group(1) if wanted else "8000"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page["ports"][said] = str(port)
    words = _on_our_ports(command, page) if wanted else f"{command} --port {port}"
    page["servers"].append(subprocess.Popen(["bash", "-c", f"exec {words}"], env=page["env"]))
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert page["servers"][-1].poll() is None, f"{command} ended"
        assert time.monotonic() < deadline, f"{command} does not answer"
        time.sleep(0.05)


def _run(command: str, page: dict[str, Any]) -> None:
    assigned = re.fullmatch(r"(?P<name>[A-Z_]+)=\$\((?P<command>.*)\)", command)
    script = _on_our_ports(assigned["command"] if assigned else command, page).replace(
        "curl ", "curl --silent --show-error --fail "
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=page["env"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    if assigned:
        page["env"][assigned["name"]] = done.stdout.strip()
        return
    try:
        printed = json.loads(done.stdout)
    except ValueError:
        return
    if isinstance(printed, dict) and isinstance(printed.get("token"), str):
        page["env"]["TOKEN"] = printed["token"]


def _on_our_ports(command: str, page: dict[str, Any]) -> str:
    for said, port in page["ports"].items():
        command = command.replace(said, port)
    return command


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=run_console),
        CodeBlockParser(language="bash", evaluator=run_console),
        CodeBlockParser(language="sh", evaluator=run_console),
        SkipParser(),
    ],
    path=str(ROOT),
    patterns=["README.md", "CONTRIBUTING.md", "docs/*.md", "docs/*/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
