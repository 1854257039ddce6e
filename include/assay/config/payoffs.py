"""What decisions earn: the payoffs that a use case may have."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from assay.config.frozen import Frozen


class CapturedSales(Frozen):
    """Show the `top_k` items with the highest expected sales: margin × realised sales of what was shown."""

    type: Literal["captured_sales"]
    top_k: int = Field(ge=1, le=1000)
    margin: float = Field(gt=0, le=1)
    incrementality: float = Field(default=1.0, gt=0, le=1)  # share of the sales reached that showing them caused


class Replay(Frozen):
    """Show the `top_k` items with the highest expected sales: margin × sales that a log of randomised exposure speaks for."""

    type: Literal["replay"]
    top_k: int = Field(ge=1, le=1000)
    margin: float = Field(gt=0, le=1)
    incrementality: float = Field(default=1.0, gt=0, le=1)
    exposures: str  # asset with a row for each item that was shown to a user
    propensity: str  # its column with the chance of that


class CostMatrix(Frozen):
    """Accept an entity below the risk threshold that the costs imply, refuse it above; refusing earns nothing.

    `gain_accept` and `loss_accept` are shares of the outcome's amount: earned where it did not happen, lost where it did.
    """

    type: Literal["cost_matrix"]
    gain_accept: float = Field(gt=0)
    loss_accept: float = Field(gt=0)
    incrementality: float = Field(default=1.0, gt=0, le=1)


class Newsvendor(Frozen):
    """Stock the critical fractile of the predicted demand: what the last unit earns is then what it costs, in expectation.

    Shares of the unit price: `margin` of each unit sold; `holding` and `spoilage` of each that is left after the window.
    """

    type: Literal["newsvendor"]
    margin: float = Field(gt=0, le=1)
    holding: float = Field(ge=0, le=1)
    spoilage: float = Field(ge=0, le=1)
    incrementality: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _leftovers_cost(self) -> Newsvendor:
        if self.holding + self.spoilage == 0:
            raise ValueError("holding or spoilage has to cost something: else no stock is too large")
        return self

    @property
    def fractile(self) -> float:
        """The quantile of demand that is stocked, 0..1."""
        return self.margin / (self.margin + self.holding + self.spoilage)
