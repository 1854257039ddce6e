"""What all parts of a manifest are."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A part of a manifest: it can't be changed, has no other keys, and takes no type for another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
