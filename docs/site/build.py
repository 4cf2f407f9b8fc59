"""Build the documentation site: ``python -m docs.site.build OUT``.

The sources are put together in a directory of their own, so that nothing is generated between the files that people
write. Every warning is an error, and so is an address of another server in what was built.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from docs.site.checks import broken_links, count_links, outside_addresses
from docs.site.reference import write_reference
from docs.site.sources import copy_pages
from sphinx.cmd.build import build_main

ROOT: Final = Path(__file__).resolve().parents[2]


def build(out: Path, *options: str) -> int:
    """Build the site into a directory, and check it.

    Args:
        out: Where it goes; what is there is replaced.
        options: For Sphinx, as on its command line.

    Returns:
        The exit code: 0 when there was no warning, no broken link and no outside address.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="service-engine-site-") as directory:
        sources = Path(directory)
        copy_pages(ROOT, sources)
        write_reference(sources / "reference")
        shutil.rmtree(out, ignore_errors=True)
        strict = [
            "--fail-on-warning",
            "--keep-going",
            "--quiet",
            "--jobs=auto",
            "--builder=html",
            f"--conf-dir={ROOT / 'docs'}",
        ]
        failed = build_main([*strict, f"--doctree-dir={sources / '.doctrees'}", *options, directory, str(out)])
    found = [*outside_addresses(out), *broken_links(out)]
    for each in found:
        print(each, file=sys.stderr)
    pages = sum(1 for _ in out.rglob("*.html"))
    print(f"{pages} pages, {count_links(out)} links, {time.perf_counter() - started:.0f} s: {out / 'index.html'}")
    return 1 if failed or found else 0


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]), *sys.argv[2:]))
