from __future__ import annotations

from dataclasses import replace

from tests.inventory.test_actions import SOUND, UNVALUED

from assay.inventory.facts import FLAGS, MONEY, NUMBERS, TEXTS, WORDS


def test_every_word_is_told_of_any_asset() -> None:
    for facts in (SOUND, UNVALUED):
        assert tuple(facts.words()) == WORDS
        assert all(isinstance(word, str) for word in facts.words().values())


def test_every_fact_is_of_its_kind() -> None:
    assert all(isinstance(SOUND.of(name), float) for name in NUMBERS)
    assert all(UNVALUED.of(name) is None or isinstance(UNVALUED.of(name), str) for name in TEXTS)
    assert all(isinstance(SOUND.of(name), bool) for name in FLAGS)
    assert set(MONEY) < set(NUMBERS)


def test_what_is_made_of_the_value_is_unknown_with_it() -> None:
    assert (SOUND.loss, SOUND.net_value) == (-600.0, 597.5)
    assert (UNVALUED.loss, UNVALUED.net_value) == (None, None)
    assert replace(SOUND, share=None).words()["portion"] == ""
