"""Feature blocks, one kind per file; `assay.features.plan` decides which ones a use case gets."""

from assay.features.blocks.announced import Announced, AnnouncedNearby
from assay.features.blocks.attributes import Attributes
from assay.features.blocks.base import Block, Feature, Known, Token, tokens_from_json, tokens_to_json
from assay.features.blocks.events import EventHistory
from assay.features.blocks.lifted import LiftedHistory
from assay.features.blocks.links import Links, Validity
from assay.features.blocks.paths import LinkPath
from assay.features.blocks.sequence import EventSequence

__all__ = ["Announced", "AnnouncedNearby", "Attributes", "Block", "EventHistory", "EventSequence", "Feature", "Known",
           "LiftedHistory", "LinkPath", "Links", "Token", "Validity", "tokens_from_json", "tokens_to_json"]
