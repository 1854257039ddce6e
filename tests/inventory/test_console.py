from __future__ import annotations

import io

import pyarrow as pa
import pytest
from rich.console import Console
from tests.inventory import builders as b
from tests.inventory.test_ranking import evidence

from assay.contracts import schemas
from assay.contracts.schemas import INVENTORY
from assay.inventory.console import render, summary
from assay.inventory.ranking import rank


def printed(inventory: pa.Table, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(render(inventory, title="Corner [shop]", caption="Sales reached."))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    lines = printed(rank(evidence(), b.manifest(), b.RULES), width)
    text = "\n".join(lines)
    assert all(len(line) <= width for line in lines)
    assert "…" not in text
    assert "Corner [shop]" in text
    for word in ("8,422", "7,900 to 8,960", "USD/week", "degraded", "invest", "repair", "merge", "protect", "97%"):
        assert word in text


def test_an_unvalued_asset_is_never_shown_as_zero() -> None:
    row = next(line for line in printed(rank(evidence(), b.manifest(), b.RULES), 160) if "landing.products_copy" in line)
    assert "unvalued" in row
    assert row.split()[:4] == ["7", "landing.products_copy", "unvalued", "–"]


def test_an_empty_inventory_is_a_table_without_rows() -> None:
    assert "asset" in "\n".join(printed(INVENTORY.schema.empty_table(), 80))


def test_the_total_and_its_parts_are_told_in_one_line() -> None:
    stock_keeping = b.MANIFEST["use_cases"][0] | {"name": "stock"}
    stock = b.table(schemas.VALUES, [b.value_row("landing.products", 10.0, 8.0, 12.0, case="stock"),
                                     b.value_row("landing.campaigns", None, case="stock", reason="nothing names the entity")])
    values = {b.CASE: b.values(), "stock": stock}
    own = sum(worth[0] for worth in b.WORTH.values())
    inventory = rank(evidence(values=values), b.manifest(use_cases=[*b.MANIFEST["use_cases"], stock_keeping]), b.RULES)
    assert summary(inventory, values) == f"total: {own + 10:,.0f} USD/week ({b.CASE} {own:,.0f} USD/week, stock 10.00 USD/week)"
    assert summary(INVENTORY.schema.empty_table(), {}) == ""
