"""The programs of the figures of isolation and bad input, in their shortest form: they count, and they find faults."""

import json

import pytest
from tests.figures import Figure, agreement, conclude, inputs, interference, probes


def printed(capsys):
    """Return the last line that was printed: the figure."""
    return capsys.readouterr().out.splitlines()[-1]


def test_a_figure_is_printed_and_kept(tmp_path, capsys):
    """One line each, and one more element of the list in the file; the exit code says whether the goal was met."""
    file = tmp_path / "figures.json"
    good = Figure(name="kills", reached=20, goal="20", holds=True, seconds=1.25, details={"lost": 0})
    bad = Figure(name="kills", reached=1000, goal="2,000", holds=False, seconds=2)
    assert [conclude(good, file), conclude(bad, file, ["one was lost"])] == [0, 1]
    assert capsys.readouterr().out.splitlines() == [
        "kills: 20 (goal 20: met) in 1.2 s, lost 0",
        "  one was lost",
        "kills: 1,000 (goal 2,000: NOT met) in 2.0 s",
    ]
    assert [each["reached"] for each in json.loads(file.read_text())] == [20, 1000]


def test_probes(capsys):
    """Ids of deleted things in each slot, on memory; the rest is in tests/api/test_isolation.py."""
    assert probes.main(["--stores", "memory", "--kinds", "deleted foreign", "own deleted"]) == 0
    assert printed(capsys).startswith("cross-organisation probes: 130 (goal 124 with 0 leaks: met)")


@pytest.mark.parametrize("leak", probes.SHOWN)
def test_probes_find_a_leak(capsys, leak):
    """A look-up that forgets the organisation is found."""
    assert probes.main(["--kinds", "live foreign", "--leak", leak]) == 1
    assert "NOT met" in printed(capsys)


REQUESTS = ["--count", "40", "--seed", "1", "--schemathesis", "0", "--stores", "memory", "--workers", "1"]


def test_inputs(capsys):
    """Some requests of our own making; those of Schemathesis need a group that tests do not have."""
    assert inputs.main(REQUESTS) == 0
    assert "goal 40 with 0 answers of 5xx and 0 out of shape: met" in printed(capsys)


def test_inputs_find_a_failure(capsys):
    """A store that fails now and then is found."""
    assert inputs.main([*REQUESTS, "--failing"]) == 1
    assert "5xx" in printed(capsys)


def test_agreement(capsys):
    """A few steps on memory and SQLite."""
    assert agreement.main(["--steps", "40", "--seed", "1", "--stores", "sqlite"]) == 0
    assert "goal 40 with 0 differences: met" in printed(capsys)


def test_agreement_finds_a_difference(capsys):
    """A store that loses an order is found."""
    assert agreement.main(["--steps", "5000", "--seed", "1", "--fault", "tag order lost"]) == 1
    assert "differences 1" in printed(capsys)


def test_interference(capsys):
    """A few steps of two organisations, on memory."""
    assert interference.main(["--steps", "40", "--seed", "1", "--stores", "memory"]) == 0
    assert "goal 40 with 0 leaks: met" in printed(capsys)


def test_interference_finds_a_leak(capsys):
    """A table that the organisations share is found."""
    assert interference.main(["--steps", "5000", "--seed", "1", "--leak", "one table of tags"]) == 1
    assert "leaks 1" in printed(capsys)
