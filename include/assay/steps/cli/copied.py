"""The report of a night, copied out of storage together with the Data Docs that it links."""

from __future__ import annotations

import shutil
from pathlib import Path

from assay.contracts.schemas import DATA_DOCS, INVENTORY, REPORT
from assay.inventory.beside import FOLDER, with_docs_beside
from assay.inventory.report import FILE
from assay.storage import ArtifactStore


def copy_report(store: ArtifactStore, platform: str, partition: str, report: Path) -> None:
    """Write a partition's report to `report`, and the Data Docs of its assets below `data_docs` in the same folder.

    Data Docs of the same asset that an earlier copy left there go.
    """
    folder = report.parent / FOLDER
    assets = store.read(store.get(INVENTORY, platform, partition), columns=["asset_id"]).column("asset_id").to_pylist()
    for asset in assets:
        docs = store.find(DATA_DOCS, platform, partition, asset)
        if docs is None:
            continue
        shutil.rmtree(folder / asset, ignore_errors=True)
        for place, content in store.read_all_files(docs).items():
            path = folder / asset / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_bytes(with_docs_beside(store.read_file(store.get(REPORT, platform, partition), FILE)))
