"""Both REST APIs by a stand-in that answers as they are documented, and every way in which a server may fail."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sources.catalogues.stand_in import TOKEN, Answer, Query, serving
from tests.sources.catalogues.stand_in import datahub as datahub_server
from tests.sources.catalogues.stand_in import openmetadata as openmetadata_server

from assay.errors import AssayError, SourceUnavailable, UnreadableData
from assay.sources.catalogues import datahub, openmetadata, rest
from assay.sources.catalogues.documents import Document, read_documents
from assay.sources.catalogues.rest import RestApi

FOLDER = Path(__file__).parents[2] / "data" / "catalogues"
ENTITIES = json.loads((FOLDER / "datahub" / "entities.json").read_text(encoding="utf-8"))
TABLES = json.loads((FOLDER / "openmetadata" / "tables.json").read_text(encoding="utf-8"))
LINEAGE = json.loads((FOLDER / "openmetadata" / "lineage.json").read_text(encoding="utf-8"))
LINEAGES = {LINEAGE["entity"]["id"]: LINEAGE}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_PAUSE_SECONDS", 0.0)


def fetched(address: str, fetch: Callable[[RestApi], list[Document]], token: str | None = TOKEN) -> list[Document]:
    with RestApi(address, token, "check connection crm") as api:
        return fetch(api)


def refused(address: str, fetch: Callable[[RestApi], list[Document]], kind: type[AssayError], token: str | None = TOKEN) -> str:
    """The one sentence that a failure is."""
    with pytest.raises(kind) as raised:
        fetched(address, fetch, token)
    said = str(raised.value)
    assert "check connection crm" in said
    assert "\n" not in said
    assert "secret" not in said
    return said


def test_datahub_says_by_pages_what_its_files_say() -> None:
    with serving(datahub_server(ENTITIES)) as (address, asked):
        documents = fetched(address, datahub.fetch)
    assert datahub.read(documents).tables == datahub.read(read_documents(str(FOLDER / "datahub" / "proposals.json"))[0]).tables
    assert [query.get("scrollId") for _, query in asked] == [None, ["2"], ["4"]]
    assert "upstreamLineage" in asked[0][1]["aspects"]


@pytest.mark.parametrize("old", [False, True])
def test_openmetadata_says_by_pages_what_its_files_say(old: bool) -> None:
    with serving(openmetadata_server(TABLES, LINEAGES, old=old)) as (address, asked):
        documents = fetched(address, openmetadata.fetch)
    assert openmetadata.read(documents).tables == openmetadata.read(read_documents(str(FOLDER / "openmetadata"))[0]).tables
    pages = [query for path, query in asked if path == "/api/v1/tables"]
    assert [query.get("after") for query in pages] == [None, None, ["2"], ["4"]]
    assert pages[-1]["fields"] == [f"{'owner' if old else 'owners'},tags,columns,tableConstraints"]


def test_a_server_that_stumbles_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    stumbles = [503, 429]

    def answer(path: str, query: Query) -> Answer:
        return (stumbles.pop(), {}) if stumbles else datahub_server(ENTITIES)(path, query)

    with caplog.at_level(logging.DEBUG), serving(answer) as (address, asked):
        assert len(fetched(address, datahub.fetch)) == len(ENTITIES)
    assert len(asked) == 5
    assert "which may pass" in caplog.text
    assert TOKEN not in caplog.text


def test_a_failure_in_the_middle_of_paging_is_one_sentence() -> None:
    def answer(path: str, query: Query) -> Answer:
        return (500, b"stack trace with zq") if "scrollId" in query else datahub_server(ENTITIES)(path, query)

    with serving(answer) as (address, asked):
        said = refused(address, datahub.fetch, SourceUnavailable)
    assert f"source {address} can't be listed (/openapi/v3/entity/dataset gave 500, 4 times)" in said
    assert "zq" not in said
    assert len(asked) == 5


@pytest.mark.parametrize("fetch", [datahub.fetch, openmetadata.fetch])
@pytest.mark.parametrize("token", [None, "wrong-secret"])
def test_a_token_that_is_refused_is_one_sentence_and_asked_for_once(
        fetch: Callable[[RestApi], list[Document]], token: str | None) -> None:
    with serving(datahub_server(ENTITIES)) as (address, asked):
        assert "gave 401: the token is missing or not known" in refused(address, fetch, SourceUnavailable, token)
    assert len(asked) <= 2


@pytest.mark.parametrize("token", ["two secret words", "secret\nline", "secret令牌"])
def test_a_token_that_no_header_holds_is_never_quoted(token: str) -> None:
    assert "characters that no token has" in refused("http://127.0.0.1:9", datahub.fetch, SourceUnavailable, token)


def test_an_unreachable_host_is_one_sentence() -> None:
    assert "gave no answer" in refused("http://127.0.0.1:9", datahub.fetch, SourceUnavailable)
    assert "127.0.0.1:9" in refused("http://127.0.0.1:9", openmetadata.fetch, SourceUnavailable)


def test_a_server_that_keeps_silent_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr(rest, "_TRIES", 2)

    def answer(path: str, query: Query) -> Answer:
        time.sleep(0.3)
        return 200, {}

    with serving(answer) as (address, _):
        assert "gave no answer within" in refused(address, datahub.fetch, SourceUnavailable)


def test_another_api_is_one_sentence() -> None:
    with serving(lambda path, query: (404, {})) as (address, _):
        assert "gave 404: there is no such API" in refused(address, datahub.fetch, SourceUnavailable)
    with serving(lambda path, query: (302, {})) as (address, _):
        assert "gave 302" in refused(address, openmetadata.fetch, SourceUnavailable)


@pytest.mark.parametrize(("body", "says"), [
    (b"<html>log in</html>", "the answer is no JSON"), ([], "the answer is no JSON object"),
    ({"results": []}, "the answer lists no objects under"),
    ({"entities": [1], "data": [1]}, "the answer lists no objects under"),
    ({"entities": [{"urn": "x"}], "data": [{"id": "x"}], "scrollId": "same", "paging": {"after": "same"}},
     "its pages go round in a circle")])
@pytest.mark.parametrize("fetch", [datahub.fetch, openmetadata.fetch])
def test_an_answer_of_another_shape_is_one_sentence(fetch: Callable[[RestApi], list[Document]], body: Any, says: str) -> None:
    with serving(lambda path, query: (200, body)) as (address, _):
        assert says in refused(address, fetch, UnreadableData)


def test_paging_of_another_shape_is_one_sentence() -> None:
    with serving(lambda path, query: (200, {"data": [], "paging": "next"})) as (address, _):
        assert "doesn't tell where the next page begins" in refused(address, openmetadata.fetch, UnreadableData)
