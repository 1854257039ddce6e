"""Which partitions expectations compare with: a function of labels, with nothing out of sight and nothing still to come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from tests.steps.test_profile import PLATFORM, history

from assay.contracts.refs import Night
from assay.contracts.schemas import DISCOVERED
from assay.quality.suite import Suite, parse_suite
from assay.quality.terms import Reference
from assay.steps.compared import Compared, Sight
from assay.steps.frame import open_frame
from assay.storage import ArtifactStore, Recipe, open_store

PARTITION, ASSET = "2017-12-30", "landing.promotions"
DAYS = ["2017-11-27", "2017-12-04", "2017-12-11", "2017-12-18", "2017-12-25"]


def suite(*more: str) -> Suite:
    entries = [
        "expectation: expect_table_row_count_to_be_between, min_value: 1",
        "expectation: expect_column_distribution_to_resemble_earlier_partitions, column: a, max_distance: 0.2, partitions: 3",
        "expectation: expect_column_values_to_exist_in_asset, column: a, asset: landing.products, to_column: b", *more]
    text = "".join(f"- {{{entry}, severity: critical, dimension: accuracy}}\n" for entry in entries)
    return parse_suite(Path("suite.yaml"), text)


@pytest.fixture
def store(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return open_store()


@pytest.fixture
def sight(store: ArtifactStore, small_landing: Path) -> Iterator[Sight]:
    """Five weeks of promotions, three of products, of which the first is missing."""
    history(store, small_landing, "promotions", PARTITION, DAYS)
    history(store, small_landing, "products", PARTITION, DAYS[1:4])
    row = dict.fromkeys(DISCOVERED.schema.names) | {"asset_id": "landing.products", "source_partition": "", "status": "ok"}
    found = store.publish(DISCOVERED, discovered(row), platform=PLATFORM, partition=PARTITION, recipe=Recipe((), "", ""))
    with open_frame("check", PLATFORM, PARTITION, ()) as frame:
        yield Sight(frame, Night(PLATFORM, PARTITION, (), False, "", found, ()))


def discovered(row: dict[str, object]) -> pa.Table:
    """The one row, with something empty wherever a column must not be null."""
    empty = {field.name: [] if pa.types.is_list(field.type) else "" if pa.types.is_string(field.type) else 0
             for field in DISCOVERED.schema if not field.nullable and row[field.name] is None}
    return pa.Table.from_pylist([row | empty], schema=DISCOVERED.schema)


def labels(compared: Compared, reference: Reference) -> list[str]:
    return [files[0].split("/ds=")[1].split("/")[0] for files in compared.others[reference].files]


def test_each_label_has_its_own_partitions_before_it(sight: Sight):
    found = [sight.compare(ASSET, day, suite()) for day in DAYS]
    assert [one.left_out for one in found] == [("2", "3"), ("2",), ("2",), (), ()]
    assert [len(one.suite.expectations) for one in found if one.suite] == [1, 2, 2, 3, 3]
    key, earlier = Reference("landing.products"), Reference(None, 3)
    assert [labels(one, key) for one in found[1:]] == [[DAYS[1]], [DAYS[2]], [DAYS[3]], [DAYS[3]]]
    assert [labels(one, earlier) for one in found[3:]] == [DAYS[:3], DAYS[1:4]]
    assert [len(one.fingerprints) for one in found] == [0, 1, 1, 4, 4]


def test_a_label_that_is_known_ahead_waits(sight: Sight):
    assert sight.compare(ASSET, "2018-01-01", suite()).left_out == ("2", "3")


def test_expectations_on_the_partition_alone_compare_with_nothing(sight: Sight):
    assert sight.compare(ASSET, DAYS[0], None) == Compared(None)
    alone = Suite(expectations=suite().expectations[:1])
    assert sight.compare(ASSET, DAYS[0], alone) == Compared(alone)


def test_an_asset_that_is_misspelt_stays_in_force_and_two_that_ask_for_the_same_share_it(sight: Sight):
    more = suite("expectation: expect_column_values_to_exist_in_asset, column: b, asset: landing.product, to_column: b",
                 "expectation: expect_column_values_to_exist_in_asset, column: b, asset: landing.products, to_column: c")
    found = sight.compare(ASSET, DAYS[0], more)
    assert found.left_out == ("2", "3", "5") and not found.others
    assert sight.compare(ASSET, DAYS[4], more).left_out == () and len(sight.compare(ASSET, DAYS[4], more).others) == 2
