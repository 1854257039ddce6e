"""The JSON API."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import msgspec
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import get_user
from fastapi import APIRouter, Depends, Query, Request, Response

from assay.contracts.enums import Action, AssetKind, AssetStatus
from assay.views import runs
from assay.views.asset import asset_view
from assay.views.catalogue import catalogue
from assay.views.models import models
from assay.views.money import money
from assay.views.selection import SORTS, Selection, select
from assay_page import described
from assay_page.access import DAG, ReadablePlatform, ReadablePlatforms, ReaderDep
from assay_page.airflow_runs import newest_states

MOST_ROWS = 1000
_ENCODER = msgspec.json.Encoder()
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": described.Problem, "description": text} for status, text in (
        (401, "no login"), (403, "no permission"), (404, "no such platform, partition or asset"),
        (409, "artifacts of a newer version"), (422, "a parameter that can't be used"), (503, "shared storage can't be read"))}

Partition = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="local day; by default the newest")]
AssetId = Annotated[str, Query(min_length=1, max_length=1000, description="as in the inventory")]


def selection(
    q: Annotated[str, Query(max_length=200, description="words that all occur in a row, its columns included")] = "",
    action: Annotated[list[Action] | None, Query()] = None,
    status: Annotated[list[AssetStatus] | None, Query()] = None,
    kind: Annotated[list[AssetKind] | None, Query()] = None,
    pii_level: Annotated[list[Literal["none", "indirect", "direct", "unknown"]] | None, Query()] = None,
    sort: Annotated[Literal[SORTS], Query()] = "rank",  # type: ignore[valid-type]
    descending: Annotated[bool, Query()] = False,
) -> Selection:
    """The rows that query parameters ask for."""
    return Selection(q, *(tuple(map(str, wanted or ())) for wanted in (action, status, kind, pii_level)), sort, descending)


SelectionDep = Annotated[Selection, Depends(selection)]
router = APIRouter(prefix="/api/v1", dependencies=[Depends(get_user)], responses=_PROBLEMS, tags=["assay"])


def answer(found: Any) -> Response:
    """`found` as JSON."""
    return Response(_ENCODER.encode(found), media_type="application/json")


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The description of this API."""
    return answer(request.app.openapi() | {"servers": [{"url": request.scope.get("root_path", "")}]})


@router.get("/platforms", responses={200: {"model": described.Platforms}})
def platforms(readable: ReadablePlatforms, reader: ReaderDep) -> Response:
    """Platforms whose runs the user may read."""
    known = [(entry, reader.partitions(entry.platform)) for entry in readable]
    return answer({"platforms": [
        {"platform": entry.platform, "title": entry.title or entry.platform, "currency": entry.currency,
         "partitions": len(days), "newest": days[-1] if days else None} for entry, days in known]})


@router.get("/platforms/{platform}/inventory", responses={200: {"model": described.Inventory}})
def inventory(platform: ReadablePlatform, reader: ReaderDep, wanted: SelectionDep, partition: Partition = None,
              offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100) -> Response:
    """The ranked assets of a partition, page by page."""
    found = catalogue(reader, platform, partition)
    rows = select(found.rows, found.texts, wanted)
    return answer({"platform": found.platform, "partition": found.partition, "unit": found.unit, "value": found.total,
                   "cost": found.cost, "total": len(rows), "offset": offset, "limit": limit, "notices": found.notices,
                   "rows": rows[offset:offset + limit]})


@router.get("/platforms/{platform}/asset", responses={200: {"model": described.AssetDetails}})
def asset(platform: ReadablePlatform, reader: ReaderDep, asset_id: AssetId, partition: Partition = None) -> Response:
    """Everything that is known of one asset."""
    return answer(dataclasses.asdict(asset_view(reader, platform, asset_id, partition)))


@router.get("/platforms/{platform}/partitions", responses={200: {"model": described.Days}})
def partitions(platform: ReadablePlatform, reader: ReaderDep, session: SessionDep, since: Partition = None,
               until: Partition = None) -> Response:
    """How partitions stand, day by day."""
    known = newest_states(session, DAG.format(platform.platform))
    return answer({"platform": platform.platform, "days": runs.days(reader, platform.platform, since, until, known)})


@router.get("/platforms/{platform}/money", responses={200: {"model": described.Money}})
def where_the_money_comes_from(platform: ReadablePlatform, reader: ReaderDep, partition: Partition = None) -> Response:
    """Values asset by asset and use case by use case, and what assets cost."""
    return answer(money(reader, platform, partition))


@router.get("/platforms/{platform}/models", responses={200: {"model": described.Models}})
def how_good_models_are(platform: ReadablePlatform, reader: ReaderDep, partition: Partition = None) -> Response:
    """Champion against challengers, scores, calibration and importance."""
    return answer(models(reader, platform, partition))
