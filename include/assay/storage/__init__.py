"""The artifact store: whole artifacts or none, on any fsspec filesystem."""

from assay.storage.fingerprint import code_fingerprint, fingerprint
from assay.storage.store import ArtifactStore, Recipe, open_store

__all__ = ["ArtifactStore", "Recipe", "code_fingerprint", "fingerprint", "open_store"]
