"""Hypothesis strategies for what assay publishes: tables of every contract, and what a source may call things."""

from __future__ import annotations

import string
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.contracts.schemas import CONTRACTS

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
PARTITIONS = st.dates().map(lambda day: day.isoformat())
DIGESTS = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Python values of an Arrow type that occurs in a contract."""
    if pa.types.is_string(kind):
        return st.text(max_size=12)
    if pa.types.is_int64(kind):
        return st.integers(-(2**63), 2**63 - 1)
    if pa.types.is_floating(kind):
        return st.floats(allow_nan=False, width=32 if kind == pa.float32() else 64)
    if pa.types.is_boolean(kind):
        return st.booleans()
    if pa.types.is_list(kind):
        return st.lists(values(kind.value_type), max_size=3)
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({field.name: values(field.type) for field in kind})
    raise NotImplementedError(f"no strategy for {kind}")


@st.composite
def tables(draw: st.DrawFn, contract: Contract, *, most_rows: int = 5) -> pa.Table:
    """A table that matches `contract`; an open contract's tables carry further columns."""
    fields = list(contract.schema)
    if contract.open:
        extra = draw(st.lists(NAMES.map("x_{}".format), unique=True, min_size=0 if fields else 1, max_size=3))
        fields += [pa.field(name, draw(st.sampled_from([pa.string(), pa.int64(), pa.float64(), pa.bool_()])))
                   for name in extra]
    count = draw(st.integers(0, most_rows))
    arrays = []
    for field in fields:
        cell = values(field.type)
        cells = draw(st.lists(st.none() | cell if field.nullable else cell, min_size=count, max_size=count))
        arrays.append(pa.array(cells, field.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def contracts_with_tables() -> st.SearchStrategy[tuple[Contract, pa.Table]]:
    """A contract, and a table that matches it."""
    return st.sampled_from(list(CONTRACTS.values())).flatmap(
        lambda contract: st.tuples(st.just(contract), tables(contract)))


def artifact_refs() -> st.SearchStrategy[ArtifactRef]:
    """References to artifacts."""
    return st.builds(ArtifactRef, contract=st.sampled_from(sorted(CONTRACTS)), row_count=st.integers(0, 2**40),
                     uri=st.text(alphabet=string.printable, max_size=40), fingerprint=DIGESTS)


def nights() -> st.SearchStrategy[Night]:
    """What `discover` hands on."""
    batches = st.lists(st.lists(NAMES, max_size=3).map(tuple), max_size=4).map(tuple)
    return st.builds(Night, platform=NAMES, partition=PARTITIONS, use_cases=st.lists(NAMES, max_size=3).map(tuple),
                     retrain=st.booleans(), note=st.text(max_size=30), discovered=artifact_refs(), batches=batches,
                     retune=st.booleans(), audit=st.booleans())


def case_refs() -> st.SearchStrategy[CaseRef]:
    """What a step hands on for a use case: an artifact, or the reason why there is none."""
    stopped = st.builds(CaseRef, use_case=NAMES, ref=st.none(), reason=st.text(min_size=1, max_size=30))
    return st.builds(CaseRef, use_case=NAMES, ref=artifact_refs()) | stopped
