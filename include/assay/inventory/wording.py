"""How numbers are written in reasons, the report and the terminal."""

from __future__ import annotations


def amount(value: float, beside: float = 0.0) -> str:
    """Money without its unit: whole above 100, two decimals above 1, two significant digits below.

    Args:
        value: Money.
        beside: The largest number that stands beside it, whose decimals are enough.
    """
    size = max(abs(value), abs(beside))
    if value == 0 or size == 0:
        return "0"
    decimals = 0 if size >= 99.5 else 2
    while size < 1 and decimals < 9 and round(size, decimals) < 10.0 ** (1 - decimals):
        decimals += 1
    text = f"{value:,.{decimals}f}"
    return text if float(text.replace(",", "")) else "0"


def interval(low: float | None, high: float | None) -> str:
    """An interval without its unit; a dash where none is known."""
    return "–" if low is None or high is None else f"{amount(low, high)} to {amount(high, low)}"


def widest(*ends: float | None) -> float:
    """The largest magnitude among numbers that stand together, 0 if none is known."""
    return max((abs(end) for end in ends if end is not None), default=0.0)


def percent(share: float) -> str:
    """A share as whole percent, with one decimal below 10 %."""
    return f"{share:.0%}" if abs(share) >= 0.0995 else f"{share:.1%}"


def size(n_bytes: int) -> str:
    """Bytes in decimal units, as storage is billed."""
    value = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 99.5 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"


def money_unit(currency: str, window_days: int) -> str:
    """Currency and window, e.g. `USD/week`."""
    named = {1: "day", 7: "week"}
    return f"{currency}/{named.get(window_days, f'{window_days} days')}"
