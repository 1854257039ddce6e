"""How numbers are written in reasons, the report and the terminal."""

from __future__ import annotations


def amount(value: float) -> str:
    """Money without its unit: whole above 100, two decimals above 1, two significant digits below."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 99.5:
        return f"{value:,.0f}"
    if size >= 1:
        return f"{value:.2f}"
    decimals = 2
    while decimals < 9 and round(size, decimals) < 10.0 ** (1 - decimals):
        decimals += 1
    text = f"{value:.{decimals}f}"
    return text if float(text) else "0"


def interval(low: float | None, high: float | None) -> str:
    """An interval without its unit; a dash where none is known."""
    return "–" if low is None or high is None else f"{amount(low)} to {amount(high)}"


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
