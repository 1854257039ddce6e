from __future__ import annotations

import pytest
from tests.inventory import builders as b
from tests.views.nights import EARLIER, open_shop, two_nights

from assay.errors import PartitionError
from assay.views.reading import Reader
from assay.views.runs import days


def statuses(found):
    return {day["partition"]: day["status"] for day in found}


def test_every_day_between_the_first_and_the_last_is_told(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    found = days(Reader(shop.store), b.PLATFORM)
    assert [day["partition"] for day in found][::7] == [EARLIER, b.PARTITION]
    assert statuses(found)["2017-12-17"] == "missing"
    last = found[-1]
    assert (last["status"], last["troubled"]) == ("degraded", ["landing.promotions"])
    assert (last["assets"], last["unit"]) == (7, "USD/week")
    assert last["value"] == pytest.approx(sum(worth[0] for worth in b.WORTH.values()))


def test_airflows_runs_are_told_where_storage_has_nothing(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    runs = {"2017-12-17": "failed", "2017-12-18": "queued", "2017-12-25": "success", b.PARTITION: "running", EARLIER: "failed"}
    found = statuses(days(Reader(shop.store), b.PLATFORM, runs=runs))
    assert found["2017-12-17"] == "failed" and found["2017-12-18"] == "running"
    assert "2017-12-25" not in found  # it was skipped: the source has no such day
    assert found[b.PARTITION] == "running" and found[EARLIER] == "failed"


def test_bad_ranges(tmp_path, monkeypatch):
    shop = open_shop(tmp_path, monkeypatch)
    reader = Reader(shop.store)
    assert days(reader, b.PLATFORM) == []
    assert days(reader, b.PLATFORM, runs={"2018-01-01": "success"}) == []
    assert [day["status"] for day in days(reader, b.PLATFORM, runs={"2018-01-01": "failed"})] == ["failed"]
    shop = two_nights(tmp_path / "again", monkeypatch)
    with pytest.raises(PartitionError, match="is not a date"):
        days(Reader(shop.store), b.PLATFORM, since="yesterday")
    with pytest.raises(PartitionError, match="more than 3,660 days"):
        days(Reader(shop.store), b.PLATFORM, since="1900-01-01")
    assert days(Reader(shop.store), b.PLATFORM, since="2018-01-01") == []
