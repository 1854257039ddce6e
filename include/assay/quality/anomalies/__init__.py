"""What is unusual in a partition, against the history of the asset's own profiles."""

from assay.quality.anomalies.find import Anomaly, dimensions, find_anomalies, lighten
from assay.quality.anomalies.usual import FEWEST

__all__ = ["FEWEST", "Anomaly", "dimensions", "find_anomalies", "lighten"]
