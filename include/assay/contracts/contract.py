"""What an artifact looks like, and the refusal of what doesn't."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from assay.errors import ContractError


@dataclass(frozen=True)
class Contract:
    """What an artifact looks like.

    Attributes:
        name: Folder name in shared storage.
        schema: Columns that every table of the artifact has, in this order.
        version: Raised whenever a column changes its meaning.
        ledger: True if it folds other artifacts in the order of partitions.
        open: True if tables carry further columns, which vary (snapshots, features).
        per: What the artifact is split by below its folder, such as "asset" or "use case".
    """

    name: str
    schema: pa.Schema
    version: int = 1
    ledger: bool = False
    open: bool = False
    per: str = ""

    def conform(self, table: pa.Table) -> pa.Table:
        """`table` with exactly the contract's columns in the contract's order and types.

        Raises:
            ContractError: If a column is missing, unknown, of another type, or null where it must not be.
        """
        missing = [n for n in self.schema.names if n not in table.column_names]
        if missing:
            raise ContractError(self.name, f"column {missing[0]!r} is missing")
        extra = [n for n in table.column_names if n not in self.schema.names]
        if extra and not self.open:
            raise ContractError(self.name, f"column {extra[0]!r} is not in the schema")
        for field in self.schema:
            if not field.nullable and table.column(field.name).null_count:
                raise ContractError(self.name, f"column {field.name!r} has nulls")
        fields = [*self.schema, *(table.schema.field(n) for n in extra)]
        try:
            out = table.select([f.name for f in fields]).cast(pa.schema(fields))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            raise ContractError(self.name, f"a column has another type ({error})") from error
        return out.replace_schema_metadata(table.schema.metadata)
