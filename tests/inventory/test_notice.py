"""What somebody is told of incidents."""

from __future__ import annotations

from assay.inventory.notice import notice, untold


def incident(asset: str, **changes) -> dict:
    return {"asset_id": asset, "partition": "2024-03-08", "opened": "2024-03-08", "status": "opened", "severity": "warning",
            "owner": None, "confirmed": True, "findings": 1, "affected_share": 0.5, "at_stake": 120.0, "unit": "EUR/week",
            "reason": "half of it is null", "reasons": ["half of it is null"]} | changes


def told(asset: str, *, resolved: bool = False, opened: str = "2024-03-08") -> dict:
    return {"asset_id": asset, "opened": opened, "resolved": resolved, "connection": "mail"}


A, B, OVER = incident("shop.a"), incident("shop.b", severity="critical", at_stake=None), incident("shop.c", status="resolved")


def test_each_incident_is_told_once_and_its_end_once():
    assert untold([A, B, OVER], [], 0) == [A, B]  # nobody was told that c began
    assert untold([A, B, OVER], [told("shop.a"), told("shop.b"), told("shop.c")], 0) == [OVER]
    assert untold([OVER], [told("shop.c"), told("shop.c", resolved=True)], 0) == []
    again = incident("shop.a", opened="2024-04-01")
    assert untold([again], [told("shop.a"), told("shop.a", resolved=True)], 0) == [again]


def test_warnings_of_little_money_are_left_out_critical_ones_never():
    assert untold([A, B], [], 500) == [B]
    assert untold([incident("shop.a", status="open", at_stake=800.0)], [], 500)  # it grew since it opened


def test_a_message_says_how_many_and_what_is_at_stake():
    old = incident("shop.d", reasons=["x", "y"], status="open", opened="2024-03-01")
    made = notice("Shop", "2024-03-08", [A, old, B, OVER])
    assert made.title == "Shop, 2024-03-08: 3 incidents, 1 resolved; 240 EUR/week at stake"
    assert made.lines == (
        "shop.a: warning, 120 EUR/week at stake: half of it is null",
        "shop.d: warning since 2024-03-01, 120 EUR/week at stake: half of it is null (and 1 more)",
        "shop.b: critical: half of it is null", "shop.c: resolved, was half of it is null")
    assert notice("Shop", "d", [OVER]).title == "Shop, d: 1 resolved"


def test_the_owner_is_named():
    assert notice("Shop", "d", [incident("shop.a", owner="Sales")]).lines[0].startswith("shop.a, of Sales: warning")


def test_texts_from_data_are_escaped_and_long_lists_cut():
    made = notice("Shop", "d", [incident("shop.a", reason="<script>x</script>")] * 30)
    assert "<script>" not in made.html and "&lt;script&gt;" in made.html and "<script>" in made.text
    assert len(made.lines) == 21 and made.lines[-1] == "and 10 more"
