from __future__ import annotations

import string

import pytest

from assay.inventory.texts import languages, speaker, texts


def numbers(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_the_same_with_the_same_numbers(language: str) -> None:
    assert {k: numbers(v) for k, v in texts(language).items()} == {k: numbers(v) for k, v in texts("en").items()}


def test_a_sentence_is_filled_and_a_missing_language_is_named() -> None:
    assert speaker("en")("night", partition="2017-12-23") == "Night of 2017-12-23"
    with pytest.raises(LookupError, match="no texts in 'xx': the report speaks .*en"):
        speaker("xx")
