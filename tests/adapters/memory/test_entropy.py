"""Ids and randomness for real use, and the record of them."""

from __future__ import annotations

from service_engine.adapters.entropy import RecordedEntropy, SystemEntropy
from service_engine.testing import SeededEntropy


def test_ids_only_grow_and_are_unique(at_once):
    """Also those of one millisecond, and among threads."""
    entropy = SystemEntropy()
    batches = at_once(8, lambda _: [entropy.new_id() for _ in range(2_000)])
    assert all(batch == sorted(batch) for batch in batches)
    ids = {each for batch in batches for each in batch}
    assert len(ids) == 16_000
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}


def test_characters_and_integers_are_what_was_asked_for():
    """Every character and both ends come up, and nothing else."""
    entropy = SystemEntropy()
    assert set(entropy.characters("abc", 1_000)) == set("abc")
    assert entropy.characters("abc", 0) == ""
    assert {entropy.integer(3, 5) for _ in range(1_000)} == {3, 4, 5}


def test_a_record_is_repeated_question_by_question():
    """A second try that asks in another order, and more, gets the first try's answers and then new ones."""
    entropy = RecordedEntropy(SeededEntropy())

    def first():
        return entropy.new_id(), entropy.integer(1, 10**9), entropy.characters("AB", 40), entropy.new_id()

    one, number, text, two = first()
    entropy.rewind()
    assert entropy.characters("AB", 40) == text
    assert entropy.characters("AB", 41) != text
    assert entropy.characters("AB", 40) != text
    assert [entropy.new_id(), entropy.new_id()] == [one, two]
    assert entropy.integer(1, 10**9) == number
    assert entropy.integer(1, 10**9) != number
    assert entropy.new_id() not in {one, two}


def test_a_repeated_answer_draws_nothing():
    """The source is asked for new values only, so other users of it are not disturbed by a second try."""
    source, twin = SeededEntropy(), SeededEntropy()
    entropy, drawn = RecordedEntropy(source), [twin.new_id() for _ in range(3)]
    assert [entropy.new_id(), entropy.new_id()] == drawn[:2]
    entropy.rewind()
    assert [entropy.new_id(), entropy.new_id()] == drawn[:2]
    assert source.new_id() == drawn[2]
