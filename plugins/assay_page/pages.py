"""The pages, made on the server: they are whole without scripts, which only add charts, shortcuts and the start of runs."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep, get_user
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from assay.config.manifest import Platform
from assay.views import exports, runs
from assay.views.asset import asset_view, data_docs
from assay.views.catalogue import catalogue, counts
from assay.views.models import models
from assay.views.money import money
from assay.views.reading import Published, Reader
from assay.views.selection import SORTS, select
from assay_page import figures
from assay_page.access import DAG, ReadablePlatform, ReadablePlatforms, ReaderDep, may, readable_platform
from assay_page.airflow_runs import newest_states, partition_of_run
from assay_page.api import AssetId, Partition, SelectionDep
from assay_page.entry import PREFIX
from assay_page.render import asset_of, page

router = APIRouter(dependencies=[Depends(get_user)], include_in_schema=False)
STATIC = Path(__file__).parent / "static"
ROWS = 100
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet"}
# Data Docs are pages of Great Expectations: no script runs in them, and nothing is fetched from elsewhere
_DOCS_POLICY = ("default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
                "form-action 'none'; base-uri 'none'; frame-ancestors 'self'")


def library() -> Path:
    """The file of the charts' library, which comes with its Python package and is found without importing that."""
    found = find_spec("plotly")
    return Path(found.origin if found and found.origin else "plotly").parent / "package_data" / "plotly.min.js"


@lru_cache(maxsize=1)
def _files() -> dict[str, tuple[Path, str]]:
    """Files that pages refer to, each with a version that changes with its content."""
    every = [*STATIC.iterdir(), library()]
    return {path.name: (path, hashlib.sha256(path.read_bytes()).hexdigest()[:12]) for path in every}


def _show(request: Request, template: str, reader: Reader, platform: Platform, platforms: list[Platform], *, tab: str,
          partition: str | None = None, status: int = 200, **content: Any) -> Response:
    """A page of a platform with its frame."""
    return page(request, template, status, versions={name: version for name, (_, version) in _files().items()}, tab=tab,
                platform=platform, platforms=platforms, partition=partition,
                partitions=reader.partitions(platform.platform)[::-1], **content)


@router.get("/")
def home(request: Request, platforms: ReadablePlatforms) -> Response:
    """The first platform's inventory."""
    if not platforms:
        raise HTTPException(404, "there is no platform whose runs you may read; ask for the permission to read its DAG runs, "
                                 "or write a manifest with python -m assay init")
    return _away(request, f"p/{platforms[0].platform}/inventory")


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A file that pages refer to."""
    if name not in _files():
        raise HTTPException(404, "there is no such file")
    path, _ = _files()[name]
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"cache-control": "private, max-age=31536000, immutable"})


@router.get("/dag/{dag_id}")
def of_dag(request: Request, dag_id: str, user: GetUserDep, session: SessionDep, run_id: str | None = None) -> Response:
    """The inventory that a DAG, or one of its runs, has made."""
    prefix, _, name = dag_id.partition("_")
    if prefix not in ("inventory", "decisions") or not name:
        raise HTTPException(404, f"{dag_id} makes no inventory: those that do are called {DAG.format('<platform>')}")
    platform = readable_platform(name, user)
    partition = partition_of_run(session, dag_id, run_id) if run_id else None
    return _away(request, f"p/{platform.platform}/inventory", partition=partition)


@router.get("/p/{platform}/inventory")
def inventory(request: Request, platform: ReadablePlatform, platforms: ReadablePlatforms, reader: ReaderDep,
              wanted: SelectionDep, partition: Partition = None, offset: Annotated[int, Query(ge=0)] = 0) -> Response:
    """The ranked assets."""
    if not reader.partitions(platform.platform):
        return _show(request, "empty.html.j2", reader, platform, platforms, tab="inventory")
    found = catalogue(reader, platform, partition)
    rows = select(found.rows, found.texts, wanted)
    return _show(request, "inventory.html.j2", reader, platform, platforms, tab="inventory", partition=found.partition,
                 found=found, counts=counts(found), rows=rows[offset:offset + ROWS], total=len(rows), offset=offset, size=ROWS,
                 wanted=wanted, sorts=SORTS, notices=found.notices)


@router.get("/p/{platform}/download.{form}")
def download(form: str, platform: ReadablePlatform, reader: ReaderDep, wanted: SelectionDep,
             partition: Partition = None) -> Response:
    """The rows that filters leave, all pages of them, as a file."""
    if form not in _FORMATS:
        raise HTTPException(404, f"there is no {form}: ask for {', '.join(_FORMATS)}")
    found = catalogue(reader, platform, partition)
    rows = select(found.rows, found.texts, wanted)
    if form == "parquet":
        content = exports.as_parquet(Published(reader, platform.platform, found.partition), rows)
    else:
        content = exports.as_csv(rows) if form == "csv" else exports.as_json(rows)
    name = f"{platform.platform}-{found.partition}.{form}"
    return Response(content, media_type=_FORMATS[form], headers={"content-disposition": f'attachment; filename="{name}"'})


@router.get("/p/{platform}/asset")
def asset(request: Request, platform: ReadablePlatform, platforms: ReadablePlatforms, reader: ReaderDep, asset_id: AssetId,
          partition: Partition = None) -> Response:
    """Everything that is known of one asset."""
    view = asset_view(reader, platform, asset_id, partition)
    return _show(request, "asset.html.j2", reader, platform, platforms, tab="asset", partition=view.partition, view=view,
                 figures=figures, notices=view.notices)


@router.get("/p/{platform}/docs/{key}/{partition}/{file:path}")
def docs(platform: ReadablePlatform, reader: ReaderDep, key: str, partition: str, file: str) -> Response:
    """A file of an asset's Data Docs, whose links to each other hold below their folder."""
    content = data_docs(reader, platform, asset_of(key), partition, file)
    kind = guess_type(file)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers={"content-security-policy": _DOCS_POLICY})


@router.get("/p/{platform}/money")
def where_the_money_comes_from(request: Request, platform: ReadablePlatform, platforms: ReadablePlatforms, reader: ReaderDep,
                               partition: Partition = None) -> Response:
    """What earns how much, and what it costs."""
    if not reader.partitions(platform.platform):
        return _show(request, "empty.html.j2", reader, platform, platforms, tab="money")
    view = money(reader, platform, partition)
    return _show(request, "money.html.j2", reader, platform, platforms, tab="money", partition=view.partition, view=view,
                 figures=figures, notices=view.notices)


@router.get("/p/{platform}/models")
def how_good_models_are(request: Request, platform: ReadablePlatform, platforms: ReadablePlatforms, reader: ReaderDep,
                        partition: Partition = None) -> Response:
    """Champion against challengers, calibration, importance."""
    if not reader.partitions(platform.platform):
        return _show(request, "empty.html.j2", reader, platform, platforms, tab="models")
    view = models(reader, platform, partition)
    return _show(request, "models.html.j2", reader, platform, platforms, tab="models", partition=view.partition, view=view,
                 figures=figures, notices=view.notices)


@router.get("/p/{platform}/runs")
def all_runs(request: Request, platform: ReadablePlatform, platforms: ReadablePlatforms, reader: ReaderDep, user: GetUserDep,
             session: SessionDep) -> Response:
    """Partitions as a calendar, and where runs are started."""
    dag_id = DAG.format(platform.platform)
    days = runs.days(reader, platform.platform, runs=newest_states(session, dag_id))
    return _show(request, "runs.html.j2", reader, platform, platforms, tab="runs", dag_id=dag_id, months=runs.months(days),
                 days=days, may_trigger=may(user, "POST", platform.platform))


def problem(request: Request, status: int, sentence: str) -> Response:
    """A page that says what is wrong; it refers to nothing that would need a login."""
    style = (STATIC / "page.css").read_text(encoding="utf-8")
    return page(request, "problem.html.j2", status, code=status, sentence=sentence, style=style)


def _away(request: Request, path: str, **query: str | None) -> Response:
    known = {name: value for name, value in query.items() if value}
    root = request.scope.get("root_path") or PREFIX
    return RedirectResponse(f"{root}/{path}{'?' if known else ''}{urlencode(known)}")


