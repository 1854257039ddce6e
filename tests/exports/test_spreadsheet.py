from __future__ import annotations

import csv
import dataclasses
import io

from tests.exports import builders as e
from tests.inventory import builders as b

from assay.exports import Described
from assay.exports.spreadsheet import FILE, HEAD, spreadsheet


def lines(described: Described) -> list[dict[str, str]]:
    (content,) = spreadsheet(described).values()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_one_line_an_asset_the_most_valuable_first(described: Described) -> None:
    assert list(spreadsheet(described)) == [FILE]
    found = lines(described)
    assert tuple(found[0]) == HEAD and len(set(HEAD)) == len(HEAD)
    assert [int(line["rank"]) for line in found] == list(range(1, len(b.ASSETS) + 1))
    first = found[0]
    assert (first["asset_id"], float(first["value"]), first["owner"]) == (e.SALES, 8421.5, "store-systems")
    assert {line["value"] for line in found if line["value_status"] == "unvalued"} == {""}


def test_numbers_are_read_back_as_they_are(described: Described) -> None:
    worth = {asset.asset_id: asset.worth for asset in described.assets}
    for line in lines(described):
        for name in ("value", "ci_low", "cost", "net_value"):
            known = worth[line["asset_id"]][name]
            assert line[name] == "" if known is None else float(line[name]) == known


def test_no_text_is_a_formula_and_quotes_hold(described: Described) -> None:
    (first, *others) = described.assets
    said = {"description": '=HYPERLINK("http://x","a, b")\nsecond 行', "owner": "-x", "tier": "@sum",
            "potential_uses": ["+1", "b"]}
    changed = dataclasses.replace(first, facts={**first.facts, **said})
    (line,) = [line for line in lines(dataclasses.replace(described, assets=(changed, *others)))
               if line["asset_id"] == first.asset_id]
    assert line["description"] == "'" + said["description"]
    assert (line["owner"], line["tier"], line["potential_uses"]) == ("'-x", "'@sum", "'+1; b")
    assert line["value"] == "-212.0"  # a number is one, whatever its sign
