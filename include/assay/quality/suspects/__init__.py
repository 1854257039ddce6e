"""Values that are probably wrong, found without any rule: typos, odd forms, outliers, broken dependencies, contradictions."""

from assay.quality.suspects.find import find_suspects as find_suspects
from assay.quality.suspects.suspect import Suspect as Suspect
from assay.quality.suspects.suspect import dimensions as dimensions
