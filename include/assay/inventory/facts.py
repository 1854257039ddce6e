"""What rules of advice may look at, and the words in which their sentences may tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assay.contracts.enums import AssetStatus, ValueStatus
from assay.inventory.wording import amount, interval, percent, widest

Value = float | str | bool | None


@dataclass(frozen=True)
class Facts:
    """What is known of one asset; money per window in the inventory's `unit`. A fact that is None is not known.

    Attributes:
        asset_id: The asset.
        unit: Currency and window.
        cost_unit: The same, or currency and night where values are per sample.
        status: An `AssetStatus`.
        state_reason: Why it is neither ok nor unchanged, empty otherwise.
        value: None where unvalued.
        ci_low: 2.5 % point, None where unknown.
        ci_high: 97.5 % point, None where unknown.
        value_status: A `ValueStatus`.
        value_reason: Why it is unvalued, empty otherwise.
        share: Value as a share of all assets' value, None where that makes no sense.
        forecast: Median of the next window's value, None without forecast.
        present_value: Discounted value less cost, in currency, None without forecast.
        quality: 0..1, higher is better, None where nothing was checked.
        pii_level: none, indirect, direct or unknown.
        duplicate_of: The asset that it copies, None otherwise.
        cost: Bytes stored and read.
        usage: used, idle, unused or unclear, by the query log; None where there is no log.
        usage_words: The same as a phrase, empty without a log.
        in_use_case: Whether any use case may read it.
    """

    asset_id: str
    unit: str
    cost_unit: str
    status: str
    state_reason: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    value_status: str
    value_reason: str
    share: float | None
    forecast: float | None
    present_value: float | None
    quality: float | None
    pii_level: str
    duplicate_of: str | None
    cost: float
    usage: str | None
    usage_words: str
    in_use_case: bool

    @property
    def loss(self) -> float | None:
        """What it costs the decision: its value with the sign turned round."""
        return None if self.value is None else -self.value

    @property
    def net_value(self) -> float | None:
        """Value less cost."""
        return None if self.value is None else self.value - self.cost

    def of(self, name: str) -> Value:
        """The fact of that name, one of `NUMBERS`, `TEXTS` and `FLAGS`."""
        found: Value = getattr(self, name)
        return found

    def words(self) -> dict[str, str]:
        """Every word that a sentence may name, by its name in `WORDS`."""
        worth = self._worth()
        within = "" if self.value is None or self.ci_low is None else f" ({interval(self.ci_low, self.ci_high)})"
        return {
            "asset_id": self.asset_id, "status": self.status, "problem": _said(self.state_reason),
            "worth": worth, "worth_within": f"{worth}{within}", "portion": self._portion(),
            "upkeep": f"{amount(self.cost)} {self.cost_unit}", "forecast": _money(self.forecast),
            "present_value": _money(self.present_value),
            "quality": "not known" if self.quality is None else percent(self.quality),
            "pii_level": self.pii_level, "duplicate_of": self.duplicate_of or "no other asset",
            "value_reason": _said(self.value_reason), "usage": self.usage_words or "not in any query log"}

    def _worth(self) -> str:
        if self.value is None:
            return "no known value"
        return f"{amount(self.value, widest(self.ci_low, self.ci_high))} {self.unit}"

    def _portion(self) -> str:
        """The share, ready to follow a value."""
        return "" if self.share is None else f", {percent(self.share)} of all value"


MONEY = ("value", "ci_low", "ci_high", "loss", "forecast", "present_value", "cost", "net_value")
NUMBERS = (*MONEY, "share", "quality")
# a text's vocabulary; None where any text may stand
TEXTS: Mapping[str, tuple[str, ...] | None] = MappingProxyType({
    "status": tuple(map(str, AssetStatus)), "value_status": tuple(map(str, ValueStatus)),
    "pii_level": ("none", "indirect", "direct", "unknown"), "usage": ("used", "idle", "unused", "unclear"),
    "duplicate_of": None})
FLAGS = ("in_use_case",)
WORDS = ("asset_id", "status", "problem", "worth", "worth_within", "portion", "upkeep", "forecast", "present_value", "quality",
         "pii_level", "duplicate_of", "value_reason", "usage")


def _said(reason: str) -> str:
    """A reason as part of a sentence."""
    return reason.rstrip(". ") or "no reason was recorded"


def _money(value: float | None) -> str:
    return "not known" if value is None else amount(value)
