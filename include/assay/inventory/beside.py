"""Where pages of Data Docs lie, seen from a report: in storage, and beside a copy of it."""

from __future__ import annotations

from urllib.parse import quote

FOLDER = "data_docs"
_UP = "../../"  # from the report's own folder of files to the partition's


def docs_link(asset_id: str, place: str) -> str:
    """The address of a page of an asset's Data Docs from the report in the same partition of storage.

    It names no root, so it holds wherever the storage is moved.

    Args:
        asset_id: The asset.
        place: Of the page below the folder of the asset's `data_docs`.
    """
    return f"{_UP}{FOLDER}/{quote(asset_id)}/{quote(place)}"


def with_docs_beside(page: bytes) -> bytes:
    """A report whose links lead to Data Docs in a folder beside it, which holds an asset's below its name."""
    return page.replace(f'href="{_UP}{FOLDER}/'.encode(), f'href="{FOLDER}/'.encode())
