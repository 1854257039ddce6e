"""References are light enough for DAG files, frozen, and survive Airflow's XCom."""

from __future__ import annotations

import dataclasses
import os
import pickle
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from tests.strategies import artifact_refs, case_refs, nights

from assay.contracts.refs import ArtifactRef, CaseRef, Night

INCLUDE = Path(__file__).parents[2] / "include"
REF = ArtifactRef("values", "shop/ds=2017-12-31/values/next_week", 8, "ab" * 32)
NIGHT = Night("shop", "2017-12-31", ("next_week",), False, "三点", REF, (("landing.a", "landing.b"), ("landing.c",)))

ROUND_TRIP = """
import json, sys
from airflow.sdk.serde import deserialize, serialize
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from tests.contracts.test_refs import NIGHT, REF
sent = [NIGHT, REF, [REF, REF], CaseRef("next_week", REF), CaseRef("stock", None, "no outcome yet")]
for thing in sent:
    back = deserialize(json.loads(json.dumps(serialize(thing))))
    assert back == thing, (back, thing)
    assert type(back) is type(thing), type(back)
assert isinstance(deserialize(serialize(NIGHT)).discovered, ArtifactRef)
assert isinstance(deserialize(serialize(CaseRef("next_week", REF))).ref, ArtifactRef)
print("ok")
"""


def python(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(INCLUDE), str(INCLUDE.parent)))
    return subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path} | settings,
                          capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["assay.contracts.refs", "assay.contracts.enums", "assay.contracts.labels", "assay.config"])
def test_what_dag_files_import_stays_light(module):
    heavy = "{'pyarrow', 'pandas', 'numpy', 'duckdb', 'fsspec', 'tensorflow', 'keras', 'great_expectations', 'airflow'}"
    done = python(f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))")
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.slow
def test_references_cross_xcom(tmp_path):
    done = python(ROUND_TRIP, AIRFLOW_HOME=str(tmp_path), AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES="airflow.* assay.*",
                  AIRFLOW__CORE__LOAD_EXAMPLES="False")
    assert done.stdout.strip().endswith("ok"), done.stderr


@pytest.mark.slow
def test_without_leave_airflow_refuses_them(tmp_path):
    done = python(ROUND_TRIP, AIRFLOW_HOME=str(tmp_path), AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES="airflow.*")
    assert done.returncode != 0
    assert "assay.contracts.refs.Night was not found in allow list" in done.stderr


@pytest.mark.parametrize("thing, field", [(REF, "uri"), (NIGHT, "partition"), (CaseRef("next_week", REF), "ref")])
def test_references_are_frozen(thing, field):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(thing, field, "other")


@given(nights())
def test_a_night_gets_its_types_back_from_plain_dicts_and_lists(night):
    plain = asdict(night) | {"use_cases": list(night.use_cases), "batches": [list(batch) for batch in night.batches]}
    assert Night(**plain) == night


@given(case_refs())
def test_a_case_gets_its_reference_back_from_a_plain_dict(case):
    assert CaseRef(**asdict(case)) == case


@given(artifact_refs())
def test_a_reference_can_be_copied_and_counted(ref):
    assert pickle.loads(pickle.dumps(ref)) == ref
    assert len({ref, ArtifactRef(**asdict(ref))}) == 1
