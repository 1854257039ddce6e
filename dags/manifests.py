"""The place where a manifest, or its rules of advice, that can't be used show up in Airflow.

An import error hides every DAG of its file. So `inventory.py` leaves broken manifests out, and this file, which has no DAG,
fails with one sentence for each of them: the other platforms go on.
"""

from __future__ import annotations

from assay.config import find_platforms, load_platform
from assay.errors import ConfigError
from assay.inventory.advice import load_rules


def mistakes() -> list[ConfigError]:
    """What is wrong with each platform that can't be used as it is written down."""
    found = []
    for name in find_platforms():
        try:
            load_platform(name)
            load_rules(name)
        except ConfigError as error:
            found.append(error)
    return found


broken = mistakes()
if broken:  # Airflow's dag processor makes this an import error of this file
    for other in broken[1:]:
        broken[0].add_note(str(other))
    raise broken[0]
