"""Who may see what: a platform's page is open to those who may read the runs of its DAG, and nothing at all without a login."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dag import DagModel
from fastapi import Depends, HTTPException

from assay.config import load_platform
from assay.config.load import find_platforms
from assay.config.manifest import Platform
from assay.errors import UnknownPlatform
from assay.storage import ArtifactStore, open_store
from assay.views.reading import Reader

DAG = "inventory_{}"


def may(user: Any, method: str, platform: str) -> bool:
    """Whether Airflow lets a user do something with the runs of a platform's DAG; backfills ask for the same."""
    dag_id = DAG.format(platform)
    details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
    manager = get_auth_manager()
    return bool(manager.is_authorized_dag(method=method, access_entity=DagAccessEntity.RUN, details=details, user=user))


def readable_platform(platform: str, user: GetUserDep) -> Platform:
    """The manifest of the platform in the path.

    Raises:
        HTTPException: 403 where the user may not read its runs, whether there is such a platform or not.
        UnknownPlatform: If there is none.
    """
    if not may(user, "GET", platform):
        raise HTTPException(403, "Forbidden")
    if platform not in find_platforms():
        raise UnknownPlatform(platform, tuple(known.platform for known in _permitted(user)), "ASSAY_PLATFORMS")
    return _manifest(platform)


def readable_platforms(user: GetUserDep) -> list[Platform]:
    """All platforms whose runs the user may read, by name."""
    return list(_permitted(user))


ReadablePlatform = Annotated[Platform, Depends(readable_platform)]
ReadablePlatforms = Annotated[list[Platform], Depends(readable_platforms)]


def _permitted(user: Any) -> Iterator[Platform]:
    for name in find_platforms():
        if may(user, "GET", name):
            yield _manifest(name)


def _manifest(name: str) -> Platform:
    """The manifest, read again only where its file has changed."""
    path = find_platforms()[name]
    told = path.stat()
    return _loaded(name, path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=64)
def _loaded(name: str, path: Path, changed: int, size: int) -> Platform:
    return load_platform(name)


def reader() -> Reader:
    """The one reader of the store that the environment names."""
    return _reader(open_store().root)


ReaderDep = Annotated[Reader, Depends(reader)]


@lru_cache(maxsize=4)
def _reader(root: str) -> Reader:
    return Reader(ArtifactStore(root))
