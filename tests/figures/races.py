"""The races of tests/test_races.py and tests/test_billing_races.py, over and over, and their naive forms.

In a race thirty-two threads start at the same moment, on SQLite and on PostgreSQL; a round is each race once on each
database. A naive form is the same without what makes it safe, and its test passes only if it breaks.

Nothing of service_engine may be imported here before pytest starts: it rewrites the assertions of its own test kit.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import define, field
from tests.figures import Figure, arguments, conclude, stopwatch

ROOT = Path(__file__).parents[2]
FILES = ("tests/test_races.py", "tests/test_billing_races.py")
_ROUND = "round of the figure"


@define(slots=False)
class Rounds:
    """A plugin of pytest: lets every test run so often, and counts how they come out."""

    rounds: int
    races: int = 0
    naive: int = 0
    failures: list[str] = field(factory=list)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run it once more for each round."""
        metafunc.fixturenames.append("_round")
        metafunc.parametrize("_round", range(self.rounds), ids=[f"{_ROUND} {each}" for each in range(self.rounds)])

    @pytest.fixture
    def _round(self, request: pytest.FixtureRequest) -> int:
        number: int = request.param
        return number

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count it."""
        if report.outcome != "passed":
            self.failures.append(f"{report.nodeid} ({report.when}): {report.outcome}")
        elif report.when == "call" and "naively" in report.nodeid:
            self.naive += 1
        elif report.when == "call":
            self.races += 1


def main(words: list[str] | None = None) -> int:
    """Measure, and print the figure."""
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how many (default: %(default)s)")
    parser.add_argument("files", nargs="*", default=[str(ROOT / file) for file in FILES], help="other files of races")
    parser.add_argument("--only", default="", metavar="WORDS", help="the races whose names fit, as for pytest -k")
    options = parser.parse_args(words)
    seconds = stopwatch()
    counted = Rounds(options.rounds)
    chosen: Sequence[str] = ["-k", options.only] if options.only else []
    settings = ["-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", "--tb=short"]
    code = pytest.main([*settings, *chosen, *options.files], plugins=[counted])
    figure = Figure(
        name="races, 32 at once",
        reached=counted.races,
        goal=f"{options.rounds} rounds without a failure",
        holds=code == pytest.ExitCode.OK and counted.races > 0 and not counted.failures,
        seconds=seconds(),
        details={"rounds": options.rounds, "naive forms broken": counted.naive, "failures": len(counted.failures)},
    )
    return conclude(figure, options.json, counted.failures[:50])


if __name__ == "__main__":
    sys.exit(main())
