"""Payoffs: what a decision that follows the model's predictions earns on realised outcomes, one file each."""

from assay.valuation.payoffs.base import Payoff, Prediction, Quantities
from assay.valuation.payoffs.captured_sales import CapturedSales
from assay.valuation.payoffs.cost_matrix import CostMatrix
from assay.valuation.payoffs.newsvendor import Newsvendor
from assay.valuation.payoffs.replay import Replay

__all__ = ["CapturedSales", "CostMatrix", "Newsvendor", "Payoff", "Prediction", "Quantities", "Replay"]
