from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.inventory import builders as b
from tests.inventory.test_ranking import FORECASTS, evidence

from assay.contracts import schemas
from assay.inventory.beside import docs_link, with_docs_beside
from assay.inventory.ranking import rank
from assay.inventory.report import Findings, build_report

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Collects tags and fails on one that is closed in the wrong place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [v or "" for k, v in attrs if k in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def findings(**changes: object) -> Findings:
    shown = evidence()
    made = Findings(
        inventory=rank(shown, b.manifest(), b.RULES),
        assets=shown.assets, columns=b.columns(), states=b.states(), checks=b.checks(),
        values=shown.values, stopped={}, history={b.CASE: {"2017-12-16": b.values(0.9), b.PARTITION: b.values()}},
        forecasts=FORECASTS, scores=schemas.FORECAST_SCORES.schema.empty_table(), metrics={b.CASE: b.metrics()},
        column_values={b.CASE: b.column_values()}, usage=shown.usage, coverage=schemas.LOG_COVERAGE.schema.empty_table(),
        incidents=schemas.INCIDENTS.schema.empty_table(), suspects=schemas.SUSPECTS.schema.empty_table(),
        late=schemas.LATE_DATA.schema.empty_table(),
        docs={"landing.transactions": docs_link("landing.transactions", "files-0a/index.html")},
        quality={"2017-12-16": b.scores(0.9), b.PARTITION: b.scores()},
        earlier=("2017-12-16", rank(evidence(values={b.CASE: b.values(0.9)}), b.manifest(), b.RULES)))
    return replace(made, **changes)  # type: ignore[arg-type]


INCIDENT = {"asset_id": "landing.transactions", "partition": b.PARTITION, "opened": "2017-12-16", "status": "open",
            "severity": "critical", "owner": "Sales", "confirmed": True, "findings": 2, "affected_share": 0.25,
            "at_stake": 2105.0, "unit": "USD/week", "reason": "<b>torn</b> file", "reasons": ["<b>torn</b> file", "another"]}


def page(made: Findings, **manifest: object) -> tuple[str, Page]:
    text = build_report(made, b.manifest(**manifest), b.PARTITION).decode()
    parsed = Page()
    parsed.feed(text)
    assert parsed.open == []
    return text, parsed


SUSPECT = {"asset_id": "landing.products", "source_partition": b.PARTITION, "kind": "variant", "columns": ["size"],
           "dimension": "conformity", "rows": 1204, "share": 0.01, "example": "'12  <b>OZ'", "instead": "'12 OZ'",
           "reason": "'12  <b>OZ' is written otherwise than '12 OZ'", "found_in": ["row 7, product_id 3", "row 9"]}


def test_suspects_are_told_with_the_row_in_which_they_are_found() -> None:
    many = [SUSPECT | {"example": str(n), "reason": f"reason {n}", "rows": n} for n in range(1, 6)]
    text, _ = page(findings(suspects=b.table(schemas.SUSPECTS, [SUSPECT, *many])))
    assert "&#39;12  &lt;b&gt;OZ&#39; is written" in text and "1,204" in text and "row 7, product_id 3" in text
    assert "reason 5" in text and "reason 2" not in text and "and 3 more of this kind" in text
    assert "No value looks wrong." in page(findings())[0]


def test_late_data_is_told_with_the_nights_to_run_again() -> None:
    row = {"asset_id": "landing.coupons", "source_partition": "2017-12-16", "kind": "changed",
           "affected": ["2017-12-16", "2017-12-20"]}
    text, _ = page(findings(late=b.table(schemas.LATE_DATA, [row] * 12)))
    assert "landing.coupons 2017-12-16 changed after 2 nights had been run, 2017-12-16 to 2017-12-20" in text
    assert "and 2 more" in text and "Came late" not in page(findings())[0]


def test_quality_is_told_by_dimension_and_only_a_whole_score_is_100() -> None:
    text, _ = page(findings(quality={b.PARTITION: b.scores(0.9999)}))
    assert ">99%</td>" in text and ">100%</td>" in text and "Completeness" in text


def test_incidents_are_told_with_what_they_put_at_stake() -> None:
    resolved = INCIDENT | {"asset_id": "landing.coupons", "status": "resolved", "at_stake": None, "reasons": []}
    text, _ = page(findings(incidents=b.table(schemas.INCIDENTS, [INCIDENT, resolved])))
    assert "&lt;b&gt;torn&lt;/b&gt; file and 1 more" in text and "2,105" in text and "25%" in text
    assert "still open" in text and "Was: &lt;b&gt;torn" in text
    assert "Nothing is wrong." in page(findings())[0]


def test_the_page_tells_the_whole_story_and_fetches_nothing() -> None:
    text, parsed = page(findings())
    for words in ("Corner shop", "simulated from no real shop", "11,877",
                  "11,426 to 12,328", "landing.transactions.(rows and keys)", "USD/week", "7,900 to 8,960", "2017-12-16",
                  "not distinguishable from 0", "unvalued", "sales reached, not sales caused", "base_rate", "torn file",
                  "No forecast has reached its window yet.", "table row count to be between"):
        assert words in text
    assert not {"script", "link", "img"} & set(parsed.tags)
    assert all(source.startswith("../../data_docs/") for source in parsed.sources)
    assert "http" not in text
    assert parsed.tags.count("tr") > 20


def test_checks_lead_to_their_data_docs_where_there_are_any() -> None:
    text, _ = page(findings())
    address = "data_docs/landing.transactions/files-0a/index.html"
    assert f'<a href="../../{address}">column values to be between</a>' in text
    assert text.count(f'href="../../{address}"') == 2 and text.count("<a ") == 2  # the failed check, the score
    beside = with_docs_beside(text.encode()).decode()
    assert beside.count(f'href="{address}"') == 2 and "../" not in beside
    bare, _ = page(findings(docs={}))
    assert "Data Docs" not in bare and "<a " not in bare


def test_what_comes_from_data_is_escaped() -> None:
    text, _ = page(findings(), title="<i>Shop</i>", note="a & b <script>")
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "&lt;b&gt;phone&lt;/b&gt;" in text
    assert "&lt;i&gt;Shop" in text


def test_without_values_the_page_says_why() -> None:
    stopped = {b.CASE: "no outcome window has closed yet"}
    bare = rank(evidence(values={}, stopped=stopped, forecasts=schemas.FORECASTS.schema.empty_table()), b.manifest(), b.RULES)
    text, _ = page(findings(inventory=bare, values={}, stopped=stopped, history={}, metrics={}, column_values={}, earlier=None,
                            forecasts=schemas.FORECASTS.schema.empty_table(), checks=schemas.CHECKS.schema.empty_table()))
    assert "No asset is valued tonight" in text
    assert "next_week was not valued: no outcome window has closed yet" in text
    assert "No check ran." in text
    assert "What moved since" not in text


def test_equal_findings_give_equal_bytes() -> None:
    assert build_report(findings(), b.manifest(), b.PARTITION) == build_report(findings(), b.manifest(), b.PARTITION)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LookupError, match="the report speaks"):
        build_report(findings(), b.manifest(), b.PARTITION, "xx")
