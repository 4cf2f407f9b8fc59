"""Mutants: how many small mistakes, planted one at a time in the rules and the use cases, the tests find.

mutmut plants them, in a copy of the tree, and runs those tests that call the function at all, on the memory store. It
forks after everything was imported, so a mistake in what is called at import (what makes a field's validator, a table
of levels) has no effect there: what survives in such a function is run once more, alone and imported anew, by all tests
of the rules and the use cases. A mistake in the words of an error is not a logic mutant and not planted.

``--keep DIR`` goes on where an earlier run in that directory ended, and leaves what it found there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.figures import Figure, arguments, conclude, stopwatch

__all__ = ["main"]

_ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("src", "tests", "pyproject.toml")
_TESTS: Final = ("tests/domain", "tests/usecases", "tests/ports")
_ENVIRONMENT: Final = {"SERVICE_ENGINE_STORES": "memory", "SERVICE_ENGINE_PROFILE": "brief"}
_SURVIVED: Final = 0
_NOT_KILLED: Final = frozenset({_SURVIVED, 5, 33, None})
"""How mutmut's run of a mutant ends when no test failed: they passed, or there were none, or it was not run."""
_SCORE: Final = 95.0
_IMPORT = """
import importlib, pkgutil, sys
from service_engine import domain, usecases

called = set()
sys.setprofile(lambda frame, *_: called.add((frame.f_globals.get("__name__"), frame.f_code.co_name)))
for room in (domain, usecases):
    for each in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        importlib.import_module(each.name)
sys.setprofile(None)
print(*sorted(f"{module}.{name}" for module, name in called if str(module).startswith("service_engine.")))
"""
"""Imports all that is mutated, and prints which functions that calls; mutmut calls the true one `…__mutmut_orig`."""


def _copy(directory: Path) -> None:
    """Copy what is needed, so that nothing is planted in the tree itself."""
    for name in _COPIED:
        source, target = _ROOT / name, directory / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)


def _outcomes(directory: Path) -> Iterator[tuple[str, int | None]]:
    """Give every mutant's name, and the exit code of the tests that ran with it; None if none ran."""
    for file in sorted((directory / "mutants").rglob("*.meta")):
        yield from json.loads(file.read_text())["exit_code_by_key"].items()


def _called_at_import(directory: Path) -> frozenset[str]:
    """Return the functions that run while the mutated modules are imported, without the ending of a mutant's name."""
    environment = {**os.environ, "MUTANT_UNDER_TEST": "", "PYTHONPATH": "src"}
    told = subprocess.run(
        [sys.executable, "-c", _IMPORT], cwd=directory / "mutants", env=environment, check=True, stdout=subprocess.PIPE
    )
    return frozenset(name.removesuffix("__mutmut_orig") for name in told.stdout.decode().split())


def _survives_alone(directory: Path, mutant: str) -> bool:
    """Tell whether all tests pass with a mutant that was there before anything was imported."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *_TESTS]
    environment = {**os.environ, **_ENVIRONMENT, "MUTANT_UNDER_TEST": mutant, "PYTHONPATH": "src"}
    try:
        tested = subprocess.run(
            command, cwd=directory / "mutants", env=environment, check=False, capture_output=True, timeout=1_800
        )
    except subprocess.TimeoutExpired:
        return False
    return tested.returncode == _SURVIVED


def main(argv: Sequence[str] | None = None) -> int:
    """Plant them all, and print the share that was found, with the names of those that were not."""
    parser = arguments(__doc__)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, metavar="N", help="at the same time")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work there and leave it")
    given = parser.parse_args(argv)
    seconds = stopwatch()
    with ExitStack() as stack:
        directory = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.mkdir(parents=True, exist_ok=True)
        _copy(directory)
        subprocess.run(
            [sys.executable, "-m", "mutmut", "run", "--max-children", str(given.children)],
            cwd=directory,
            env={**os.environ, **_ENVIRONMENT},
            check=True,
        )
        outcomes = dict(_outcomes(directory))
        alive = sorted(mutant for mutant, code in outcomes.items() if code in _NOT_KILLED)
        early = _called_at_import(directory)
        suspects = [mutant for mutant in alive if mutant.rpartition("__mutmut_")[0] in early]
        with ThreadPoolExecutor(given.children) as pool:
            alone = pool.map(lambda mutant: _survives_alone(directory, mutant), suspects)
            killed = {mutant for mutant, survives in zip(suspects, alone, strict=True) if not survives}
        survivors = [mutant for mutant in alive if mutant not in killed]
    score = 100 * (1 - len(survivors) / len(outcomes))
    figure = Figure(
        name="mutants killed",
        reached=round(score, 1),
        goal=f"{_SCORE:g} %",
        holds=score >= _SCORE,
        seconds=seconds(),
        details={
            "mutants": len(outcomes),
            "survivors": len(survivors),
            "killed at import only": len(killed),
        },
    )
    return conclude(figure, given.json, survivors)


if __name__ == "__main__":
    sys.exit(main())
