"""References, enums and Arrow schemas of everything that assay publishes.

`refs` and `enums` stay free of pyarrow, since DAG files import them at parse time; `schemas` needs it.
"""
