"""What documents for machines have in common: nothing is written of what is not known, and keys are in camel case."""

from __future__ import annotations

from typing import Any

_NOTHING: tuple[Any, ...] = (None, "", [], {})


def known(node: dict[str, Any]) -> dict[str, Any]:
    """The node without entries of which nothing is known; a 0 and a False are something."""
    return {name: value for name, value in node.items() if not any(value is none or value == none for none in _NOTHING)}


def camel(name: str) -> str:
    """The name of a column as a key: `ci_low` becomes `ciLow`."""
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
