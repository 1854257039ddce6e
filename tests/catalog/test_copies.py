from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.catalog.copies import copies_of
from assay.contracts.schemas import RELATIONS


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_of_each_group_of_copies_the_first_by_name_stays(pairs: list[tuple[str, str]]) -> None:
    made = pa.Table.from_pylist([
        {"kind": "duplicate", "from_asset": x, "from_columns": ["k"], "to_asset": y, "to_columns": ["k"], "coverage": 1.0,
         "confidence": 1.0} for x, y in pairs], schema=RELATIONS.schema)
    copies = copies_of(made)
    groups: dict[str, set[str]] = {x: {x} for x in "abcdef"}
    for x, y in pairs:
        joined = groups[x] | groups[y]
        for member in joined:
            groups[member] = joined
    assert copies == {x: min(groups[x]) for x in "abcdef" if x != min(groups[x])}
