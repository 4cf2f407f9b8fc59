"""The how-to page about tests is a module of tests, and they pass: the plugin that runs the pages has no fixtures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "test-your-host.md"


def test_the_tests_that_the_page_shows_pass(postgres_url: str, tmp_path: Path):
    """All blocks one after the other, with the fixtures of the plugin, on a PostgreSQL that is there already."""
    text = PAGE.read_text(encoding="utf-8")
    module = "".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    (tmp_path / "test_desk.py").write_text(module, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_desk.py"]
    # By "CI" Hypothesis knows that the machine may be slow.
    env = {**os.environ, "SERVICE_ENGINE_TEST_POSTGRES": postgres_url, "CI": "true"}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(re.findall(r'^def test_', module, re.MULTILINE))} passed" in done.stdout
