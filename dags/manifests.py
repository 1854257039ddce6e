"""The place where a manifest that can't be used shows up in Airflow.

An import error hides every DAG of its file. So `inventory.py` leaves broken manifests out, and this file, which has no DAG,
fails with one sentence for each of them: the other platforms go on.
"""

from __future__ import annotations

from assay.config import find_platforms, load_platform
from assay.errors import AssayError, ConfigError


def mistakes() -> list[str]:
    """One sentence for every manifest that can't be used."""
    found = []
    for name in find_platforms():
        try:
            load_platform(name)
        except AssayError as error:
            found.append(str(error))
    return found


broken = mistakes()
if broken:  # Airflow's dag processor turns this into an import error of this file
    raise ConfigError("the platforms' manifests", "; ".join(broken), "their DAGs are left out until they are mended")
