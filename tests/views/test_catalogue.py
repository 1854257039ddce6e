from __future__ import annotations

import pytest
from tests.inventory import builders as b
from tests.views.nights import EARLIER, open_shop, run, two_nights

from assay.contracts import schemas
from assay.errors import ArtifactMissing, ArtifactTooNew, AssetUnknown, StorageUnreachable
from assay.storage import ArtifactStore, Recipe
from assay.views.catalogue import catalogue, counts
from assay.views.reading import Published, Reader
from assay.views.selection import Selection, select


def test_a_row_says_all_that_a_list_shows(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    found = catalogue(Reader(shop.store), b.manifest())
    assert (found.partition, found.unit, len(found.rows)) == (b.PARTITION, "USD/week", 7)
    first = found.rows[0]
    assert (first["rank"], first["asset_id"], first["value"], first["owner"]) == (1, "landing.transactions", 8421.5,
                                                                                 "store-systems")
    assert first["trend"] == [[EARLIER, pytest.approx(0.9 * 8421.5)], [b.PARTITION, 8421.5]]
    assert first["forecast_low"] < first["forecast"] < first["forecast_high"]
    assert found.row("landing.demographics")["personal"] == ["email (email)", "<b>phone</b> (phone)"]
    assert found.total == pytest.approx(sum(worth[0] for worth in b.WORTH.values()))
    assert sum(row["share"] for row in found.rows if row["share"] is not None) == pytest.approx(1)
    assert found.row("landing.products_copy")["value"] is None
    assert counts(found) == {"assets": 7, "valued": 6, "to_do": sum(row["action"] != "keep" for row in found.rows)}
    assert found.notices == []


def test_columns_are_searched_too(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    found = catalogue(Reader(shop.store), b.manifest())
    rows = select(found.rows, found.texts, Selection("phone"))
    assert [row["asset_id"] for row in rows] == ["landing.demographics"]


def test_an_earlier_partition_knows_nothing_of_later_ones(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    found = catalogue(Reader(shop.store), b.manifest(), EARLIER)
    assert [day for day, _ in found.rows[0]["trend"]] == [EARLIER]


def test_a_night_without_all_use_cases_is_no_fall_in_value(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    shop.store.remove(shop.store.uri(schemas.VALUES, b.PLATFORM, EARLIER, b.CASE))
    assert [day for day, _ in catalogue(Reader(shop.store), b.manifest()).rows[0]["trend"]] == [b.PARTITION]


def test_a_new_night_shows_and_an_unknown_asset_is_told(tmp_path, monkeypatch):
    shop = open_shop(tmp_path, monkeypatch)
    run(shop, EARLIER)
    monkeypatch.setattr("assay.views.reading._FRESH_SECONDS", 0.0)
    reader = Reader(shop.store)
    assert catalogue(reader, b.manifest()).partition == EARLIER
    run(shop)
    assert catalogue(reader, b.manifest()).partition == b.PARTITION
    with pytest.raises(AssetUnknown, match=r"did you mean 'landing.coupons'"):
        catalogue(reader, b.manifest()).row("landing.coupon")


def test_what_an_older_version_wrote_is_shown_with_a_notice(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    table = shop.store.read(shop.store.get(schemas.ASSETS, b.PLATFORM, b.PARTITION)).drop_columns(["domain"])
    older = schemas.ASSETS.__class__("assets", table.schema)
    shop.store.publish(older, table, platform=b.PLATFORM, partition=b.PARTITION, recipe=Recipe((), "", "older"))
    found = catalogue(Reader(shop.store), b.manifest())
    assert found.rows[0]["domain"] is None and found.rows[0]["owner"] == "store-systems"
    (notice,) = found.notices
    assert notice == ("An older version of assay wrote assets of 2017-12-23, so some of it is missing here; run the partition "
                      "again to have all of it.")


def test_what_a_newer_version_wrote_is_refused(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    table = shop.store.read(shop.store.get(schemas.INVENTORY, b.PLATFORM, b.PARTITION))
    newer = schemas.INVENTORY.__class__("inventory", table.schema, version=99)
    shop.store.publish(newer, table, platform=b.PLATFORM, partition=b.PARTITION, recipe=Recipe((), "", "newer"))
    with pytest.raises(ArtifactTooNew, match="written by a newer assay"):
        catalogue(Reader(shop.store), b.manifest())


def test_before_the_first_night_it_says_so(tmp_path, monkeypatch):
    shop = open_shop(tmp_path, monkeypatch)
    with pytest.raises(ArtifactMissing, match="no inventory of corner_shop"):
        catalogue(Reader(shop.store), b.manifest())
    run(shop)
    with pytest.raises(ArtifactMissing, match="no inventory of corner_shop on 2001-01-01"):
        catalogue(Reader(shop.store), b.manifest(), "2001-01-01")


def test_a_storage_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not yours")

    monkeypatch.setattr(type(shop.store._fs), "glob", lambda *_, **__: [])
    monkeypatch.setattr(type(shop.store._fs), "ls", refuse)
    with pytest.raises(StorageUnreachable, match="can't be read .PermissionError: not yours.; check ASSAY_STORAGE"):
        catalogue(Reader(ArtifactStore(shop.store.root)), b.manifest())


def test_a_name_that_points_elsewhere_reads_nothing(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    published = Published(Reader(shop.store), b.PLATFORM, b.PARTITION)
    assert published.rows(schemas.INVENTORY)
    assert published.rows(schemas.PROFILES, "../inventory") == []
