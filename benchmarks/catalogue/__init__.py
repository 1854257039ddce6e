"""What the catalogue is measured by: one module a part, each with `measure() -> list[dict]`."""
