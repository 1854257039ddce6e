"""The manifest of a platform: frozen strict models and their loader."""

from assay.config.load import find_platforms, load_platform, usable_platforms
from assay.config.manifest import AssetOverride, Outcome, Platform, UseCase

__all__ = ["AssetOverride", "Outcome", "Platform", "UseCase", "find_platforms", "load_platform", "usable_platforms"]
