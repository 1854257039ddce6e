"""The sentences of the report, one file a language under `languages/`, with the same keys in each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

import yaml

_FOLDER = files("assay.inventory") / "languages"


def languages() -> list[str]:
    """Languages that the report speaks."""
    return sorted(f.name.removesuffix(".yaml") for f in _FOLDER.iterdir() if f.name.endswith(".yaml"))


@lru_cache(maxsize=8)
def texts(language: str) -> dict[str, str]:
    """Sentence by key.

    Raises:
        LookupError: If there are no texts in that language.
    """
    if language not in languages():
        raise LookupError(f"no texts in {language!r}: the report speaks {', '.join(languages())}")
    found: dict[str, str] = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return found


def speaker(language: str) -> Callable[..., str]:
    """A function from a text's key and its numbers to the sentence in `language`.

    Raises:
        LookupError: If there are no texts in that language.
    """
    sentences = texts(language)

    def say(key: str, **numbers: object) -> str:
        return sentences[key].format(**numbers)

    return say
