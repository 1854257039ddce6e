"""The labelled columns keep their promises; reading the tables needs packages that tests do not install."""

from pathlib import Path

import pytest
import yaml
from benchmarks.catalogue import labelled

import assay.catalog


def _write(folder: Path, labels: str, half: str = "dev") -> None:
    other = next(name for name in labelled.HALVES if name != half)
    (folder / "types.csv").write_text("type,values\nage,years\ncount,things\n", encoding="utf-8")
    (folder / "tables.csv").write_text("package,table,path,format\nshop,users,shop/users.csv,csv\n", encoding="utf-8")
    (folder / f"{half}.csv").write_text("package,table,column,type,or\n" + labels, encoding="utf-8")
    (folder / f"{other}.csv").write_text("package,table,column,type,or\n", encoding="utf-8")


def test_the_labels_are_whole() -> None:
    labelled.check()


def test_the_halves_share_no_table_and_the_held_out_one_is_large_enough() -> None:
    dev, test = (labelled.labels_of(half) for half in labelled.HALVES)
    assert not {table for _, table in dev} & {table for _, table in test}
    assert sum(map(len, test.values())) >= 300
    assert max(len(labels) for labels in (*dev.values(), *test.values())) <= 14


def test_every_type_that_the_catalogue_knows_can_be_a_label() -> None:
    known = yaml.safe_load((Path(assay.catalog.__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8"))
    assert not {*known["keys"], *known["columns"]} - labelled.vocabulary()


def test_a_second_type_is_right_too_and_none_never_is() -> None:
    label = labelled.Label("code", "country")
    assert [label.accepts(found) for found in ("code", "country", "city", None, "")] == [True, True, False, False, False]


@pytest.mark.parametrize(("labels", "said"), [
    ("shop,users,age,years,\n", "there is no type 'years'"),
    ("shop,users,age,age,age\n", "another one or nothing"),
    ("shop,users,age,age,\nshop,users,age,count,\n", "labels a column twice"),
    ("shop,orders,n,count,\n", "differ in"),
])
def test_a_wrong_label_is_told(labels: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled, "FOLDER", tmp_path)
    monkeypatch.setattr(labelled, "half_of", lambda table: "dev")
    _write(tmp_path, labels)
    with pytest.raises(ValueError, match=said):
        labelled.check()


def test_a_table_in_the_wrong_half_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled, "FOLDER", tmp_path)
    wrong = next(half for half in labelled.HALVES if half != labelled.half_of("users"))
    _write(tmp_path, "shop,users,age,age,\n", wrong)
    with pytest.raises(ValueError, match="does not belong"):
        labelled.check()
