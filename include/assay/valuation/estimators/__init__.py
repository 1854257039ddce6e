"""Estimators of the Shapley value, one file each: exact while all coalitions can be played, sampled beyond."""

from assay.valuation.estimators.base import BUDGET, Estimate, Play
from assay.valuation.estimators.choose import estimate, estimate_again
from assay.valuation.estimators.permutations import sample_permutations

__all__ = ["BUDGET", "Estimate", "Play", "estimate", "estimate_again", "sample_permutations"]
