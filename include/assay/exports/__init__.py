"""The inventory in formats of others, one module each: nothing is computed here, what was published is said in other words."""

from collections.abc import Callable, Mapping

from assay.exports.datahub import datahub
from assay.exports.dcat import dcat
from assay.exports.described import Described, describe
from assay.exports.odcs import odcs
from assay.exports.openlineage import openlineage
from assay.exports.spreadsheet import spreadsheet

__all__ = ["FORMATS", "Described", "describe"]

# as in the manifest's `exports`: name -> files by name
FORMATS: Mapping[str, Callable[[Described], dict[str, bytes]]] = {
    "csv": spreadsheet,
    "datahub": datahub,
    "dcat": dcat,
    "odcs": odcs,
    "openlineage": openlineage,
}
