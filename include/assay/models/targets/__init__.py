"""What a use case predicts, one kind per file: outputs of the network, loss, calibration, scores."""

from assay.models.targets.predictions import Prediction, Quantities

__all__ = ["Prediction", "Quantities"]
