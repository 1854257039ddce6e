"""E-mail addresses: a form that nothing else has, so that few of them among other texts are enough."""

from __future__ import annotations

import re

from assay.contracts.enums import PersonalKind
from assay.profiling.personal.column import Column, Recogniser, never

EMAIL_INSIDE = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
_EMAIL = re.compile(EMAIL_INSIDE)


def is_email(text: str) -> bool:
    """Whether the whole text is an e-mail address."""
    return "@" in text and _EMAIL.fullmatch(text) is not None


def _shown(column: Column) -> bool:
    return column.holds(is_email, 0.05)


EMAIL = Recogniser(PersonalKind.EMAIL, never, _shown)
