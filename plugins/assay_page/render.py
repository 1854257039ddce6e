"""Templates, and what all of them may use."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assay.inventory.charts import bars, spark
from assay_page.entry import PREFIX
from assay_page.figures import text_of
from assay_page.words import LOCALES, Speaker, preferred

COOKIE = "assay_language"
_YEAR_SECONDS = 365 * 24 * 3600


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
    # all that could end the script element is written otherwise in it
    made.globals.update(key_of=key_of, bars=bars, spark=spark, figure=lambda content: Markup(text_of(content)))
    made.filters.update(by_model=_by_model, main_metrics=_main)
    return made


def key_of(asset: str) -> str:
    """An asset's name as one part of an address, whatever it holds."""
    return urlsafe_b64encode(asset.encode()).decode().rstrip("=")


def asset_of(key: str) -> str:
    """The name again; a key that stands for none gives one that no asset has."""
    try:
        return urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()
    except ValueError:
        return ""


def _main(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Scores without those of single quantiles, which a chart tells better."""
    return [row for row in rows if not row["metric"].startswith(("below_p", "pinball_p"))]


def _by_model(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, str], dict[str, str]]]:
    """Window and metric, and beside them the score of each model."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        value = float(row["value"])
        shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
        found.setdefault((row["split"], row["metric"]), {})[row["model"]] = shown
    return sorted(found.items())


def page(request: Request, template: str, status: int, **content: Any) -> Response:
    """A page in the reader's language: the one asked for with `lang`, else the last one asked for, else the browser's."""
    asked = request.query_params.get("lang")
    language = next((known for known in (asked, request.cookies.get(COOKIE)) if known in LOCALES), None)
    say = Speaker(language or preferred(request.headers.get("accept-language", "")))
    root = str(request.scope.get("root_path") or PREFIX)
    here = request.url.path.removeprefix(root)

    def url(path: str, **query: Any) -> str:
        known = {name: value for name, value in query.items() if value not in (None, "", (), False)}
        return f"{root}{path}{'?' if known else ''}{urlencode(known, doseq=True)}"

    def again(**changes: Any) -> str:
        """This page with other parameters."""
        now = {name: request.query_params.getlist(name) for name in request.query_params if name != "lang"}
        return url(here, **(now | changes))

    html = _environment().get_template(template).render(
        say=say, t=say.t, url=url, again=again, root=root, airflow=root.removesuffix(PREFIX), **content)
    answer = Response(html, status, media_type="text/html; charset=utf-8")
    if asked in LOCALES:
        answer.set_cookie(COOKIE, str(asked), max_age=_YEAR_SECONDS, path=root or "/", httponly=True, samesite="lax",
                          secure=request.url.scheme == "https")
    return answer
