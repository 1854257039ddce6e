"""Estimators of the Shapley value, one file each: exact while all coalitions can be played, sampled beyond."""

from assay.valuation.estimators.base import BUDGET, Estimate, Play
from assay.valuation.estimators.choose import estimate, estimate_again, ways_to_join
from assay.valuation.estimators.kernel_shap import MOST_PLAYERS
from assay.valuation.estimators.permutations import sample_permutations

__all__ = ["BUDGET", "MOST_PLAYERS", "Estimate", "Play", "estimate", "estimate_again", "sample_permutations", "ways_to_join"]
