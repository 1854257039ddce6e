"""Words, numbers and dates in the reader's language."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name

from assay.contracts.labels import parse_label
from assay.inventory.wording import amount, size, widest

FOLDER = Path(__file__).parent / "languages"
LOCALES = {"en": "en_US", "zh": "zh_Hans_CN"}
NONE = "–"


@lru_cache(maxsize=4)
def texts(language: str) -> dict[str, str]:
    """Text by key."""
    found: dict[str, str] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return found


def preferred(accepted: str) -> str:
    """The first language of an Accept-Language header that there are texts in, else English."""
    for entry in accepted.split(","):
        tag = entry.split(";")[0].strip().lower().split("-")[0]
        if tag in LOCALES:
            return tag
    return "en"


class Speaker:
    """Says things in one language.

    Attributes:
        language: `en` or `zh`.
    """

    def __init__(self, language: str) -> None:
        self.language = language if language in LOCALES else "en"
        self._texts, self._locale = texts(self.language), LOCALES[self.language]

    def t(self, key: str, **numbers: object) -> str:
        """A text with its numbers."""
        return self._texts[key].format(**numbers)

    def word(self, kind: str, value: object) -> str:
        """A word of a closed vocabulary, as it is where it has no translation."""
        return NONE if value in (None, "") else self._texts.get(f"{kind}_{value}", str(value))

    def date(self, partition: str | None) -> str:
        """A local day as it is written in this language."""
        day = parse_label(partition or "")
        return str(format_date(day, "medium", self._locale)) if day else (partition or NONE)

    def number(self, value: float | None) -> str:
        """A count."""
        return NONE if value is None else str(format_decimal(value, locale=self._locale))

    def percent(self, share: float | None) -> str:
        """A share, with one decimal below 10 %; what is not all is never written as 100 %."""
        if share is None:
            return NONE
        fine = abs(share) < 0.0995 or 0.995 <= share < 1
        shown = min(share, 0.999) if 0.9995 <= share < 1 else share
        return str(format_percent(shown, "#,##0.0%" if fine else "#,##0%", locale=self._locale))

    def amount(self, value: float | None, *beside: float | None) -> str:
        """Money without its unit, with the decimals that what stands beside it needs."""
        return NONE if value is None else amount(value, widest(*beside))

    def money(self, value: float | None, unit: str | None) -> str:
        """Money with its unit, e.g. $2,433 per week."""
        if value is None or not unit:
            return NONE
        currency, _, window = unit.partition("/")
        digits = amount(value)
        decimals = len(digits.partition(".")[2])
        pattern = "¤#,##0" + ("." + "0" * decimals if decimals else "")
        money = format_currency(value, currency, pattern, locale=self._locale, currency_digits=False)
        return self.t("per", money=money, window=self.window(window)) if window else str(money)

    def unit(self, unit: str | None) -> str:
        """A unit in words, e.g. US dollars per week."""
        currency, _, window = (unit or "").partition("/")
        if not window:
            return currency
        name = get_currency_name(currency, count=2, locale=self._locale)
        return self.t("per", money=name, window=self.window(window))

    def window(self, window: str) -> str:
        """A window in words."""
        number, _, what = window.partition(" ")
        return self.t("days", n=number) if what == "days" else self._texts.get(f"window_{window}", window)

    def size(self, n_bytes: int | None) -> str:
        """Bytes."""
        return NONE if n_bytes is None else size(n_bytes)

    def others(self) -> list[tuple[str, str]]:
        """Code and own name of the other languages."""
        return [(code, texts(code)["own_name"]) for code in LOCALES if code != self.language]

    def scripts(self) -> dict[str, Any]:
        """The texts that scripts say."""
        return {key.removeprefix("script_"): text for key, text in self._texts.items() if key.startswith("script_")}
