from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.models import builders as b

from assay.contracts.refs import ArtifactRef, CaseRef
from assay.contracts.schemas import FEATURES, LABELS, WINDOW_FEATURES
from assay.errors import NotEnoughData
from assay.features.blocks import Token
from assay.features.windows import WindowRole
from assay.steps.cases import by_contract, case_ref, for_each_case, rows_of, window_parts, window_rows
from assay.storage import ArtifactStore, Recipe
from assay.storage import store as storage

OF_CUSTOMERS = Token("c", ("x.customers",), ("customer", "town"), (b.number("age"),))
OF_TOWNS = Token("t", ("x.weather",), ("town",), (b.number("rain"),))
REF = ArtifactRef("model", "x/ds=1/model/a", 0, "f")


def test_references_are_found_by_contract() -> None:
    gate = ArtifactRef("gate", "x", 1, "g")
    assert by_contract([REF, gate], "gate") == gate
    with pytest.raises(LookupError, match="no columns among"):
        by_contract([REF, gate], "columns")


def test_a_use_case_that_stopped_has_no_artifact() -> None:
    cases = [CaseRef("a", REF), CaseRef("b", None, "too short")]
    assert case_ref(cases, "a") == REF
    for name in ("b", "c"):
        with pytest.raises(NotEnoughData, match=f"use case {name}: an earlier step made nothing for it"):
            case_ref(cases, name)


def test_a_use_case_that_stops_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    def make(name: str) -> ArtifactRef:
        if name == "b":
            raise NotEnoughData("b", "history is too short", "run a later partition")
        return ArtifactRef("values", name, 0, "")

    found = for_each_case(["a", "b", "c"], (), make)
    reason = "use case b: history is too short; run a later partition"
    assert found == [CaseRef("a", ArtifactRef("values", "a", 0, "")), CaseRef("b", None, reason),
                     CaseRef("c", ArtifactRef("values", "c", 0, ""))]
    assert reason in caplog.text


def test_the_reason_is_handed_on_without_another_try() -> None:
    before = [CaseRef("a", REF), CaseRef("b", None, "why")]
    made: list[str] = []
    found = for_each_case(["a", "b"], before, lambda name: made.append(name) or REF)
    assert found == [CaseRef("a", REF), CaseRef("b", None, "why")] and made == ["a"]


def test_only_want_of_data_stops_quietly() -> None:
    with pytest.raises(ZeroDivisionError):
        for_each_case(["a"], (), lambda _: ArtifactRef("x", "", 1 // 0, ""))


def test_lines_of_a_role_come_oldest_first() -> None:
    rows = [{"use_case": "a", "window": window, "cutoff": cutoff, "uri": "", "fingerprint": "", "row_count": 1,
             "texts": [], "things": [], "labels_uri": None, "labels_fingerprint": None}
            for window, cutoff in [("train", "2017-02-06"), ("serve", "2017-03-01"), ("train", "2017-01-30")]]
    index = pa.Table.from_pylist(rows, schema=FEATURES.schema)
    assert [row["cutoff"] for row in rows_of(index, WindowRole.TRAIN)] == ["2017-01-30", "2017-02-06"]
    assert rows_of(index, WindowRole.OUTCOME) == []


def line(store: ArtifactStore, cutoff: str | None, window: str, *, labelled: bool) -> dict:
    """A published window of 200 customers in 20 towns, every third of them with an outcome worth its number."""
    customers = b.table_of([OF_CUSTOMERS], {"customer": np.arange(200), "town": np.arange(200) % 20,
                                            OF_CUSTOMERS.column(b.number("age")): np.arange(200, dtype=np.float32)})
    towns = b.table_of([OF_TOWNS], {"town": np.arange(20), OF_TOWNS.column(b.number("rain")): np.arange(20, dtype=np.float32)})
    where = {"platform": "p", "partition": "2017-01-01", "recipe": Recipe((), "", "")}
    features = store.publish(WINDOW_FEATURES, b.window(["customer", "town"], customers).rows, name="a", **where)
    things = store.publish(WINDOW_FEATURES, towns, name="a/town", **where)
    happened = np.arange(0, 200, 3)
    labels = store.publish(LABELS, pa.table({"customer": happened, "town": happened % 20, "y": np.ones(67, np.float32),
                                             "amount": happened.astype(np.float32)}), name="a", **where)
    return {"window": window, "cutoff": cutoff, "uri": features.uri, "row_count": 200, "fingerprint": features.fingerprint,
            "texts": [], "things": [{"of": "town", "uri": things.uri, "fingerprint": things.fingerprint}],
            "labels_uri": labels.uri if labelled else None, "labels_fingerprint": labels.fingerprint}


def test_rows_of_a_window_with_their_outcomes(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path.as_uri())
    features, y, amount = window_rows(store, line(store, "2017-01-01", "train", labelled=True))
    assert features.rows.num_rows == 200 and {of: len(table) for of, table in features.things.items()} == {"town": 20}
    assert np.array_equal(y, np.arange(200) % 3 == 0) and np.array_equal(amount, y * np.arange(200))
    assert features.tokens == (OF_TOWNS, OF_CUSTOMERS) and features.channels == {}
    _, y, amount = window_rows(store, line(store, "2017-01-01", "serve", labelled=False))
    assert not y.any() and not amount.any() and len(y) == 200


def test_without_time_a_window_is_its_share_of_the_entities(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path.as_uri())
    seen: list[int] = []
    for role in ("train", "validate", "outcome"):
        features, y, amount = window_rows(store, line(store, None, role, labelled=True))
        keys = features.rows.column("customer").to_numpy()
        assert np.array_equal(y, keys % 3 == 0) and np.array_equal(amount, y * keys)
        assert features.entity == ["customer", "town"]
        assert features.things["town"].column("town").to_pylist() == sorted(set(keys % 20))
        seen += keys.tolist()
    assert sorted(seen) == list(range(200))


@pytest.mark.parametrize("cutoff", ["2017-01-01", None], ids=["with time", "without"])
@pytest.mark.parametrize("labelled", [True, False])
def test_parts_of_a_window_put_together_are_its_rows(cutoff: str | None, labelled: bool, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_ROW_GROUP", 64)
    store = ArtifactStore(tmp_path.as_uri())
    row = line(store, cutoff, "train", labelled=labelled)
    features, y, amount = window_rows(store, row)
    parts = list(window_parts(store, row))
    sizes = [part.rows.num_rows for part, _, _ in parts]
    assert len(sizes) == 4 and sum(sizes) == len(y) and max(sizes) <= 64
    assert pa.concat_tables(part.wide() for part, _, _ in parts).equals(features.wide())
    assert all(part.wide().schema.equals(features.wide().schema, check_metadata=True) for part, _, _ in parts)
    assert np.array_equal(np.concatenate([part for _, part, _ in parts]), y)
    assert np.array_equal(np.concatenate([part for _, _, part in parts]), amount) and amount.any() == labelled
