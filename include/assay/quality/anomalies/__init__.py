"""What is unusual in a partition, against the history of the asset's own profiles."""

from assay.quality.anomalies.find import Anomaly, find_anomalies, lighten

__all__ = ["Anomaly", "find_anomalies", "lighten"]
