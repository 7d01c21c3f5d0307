"""All figures for print: arrays in, `Drawing` out, no pyplot, so that nothing is global and nothing stays open.

Each is drawn in the folder of the question it answers (`spectra.figure`, `corner.figure`, ...); this is their common door, and
it brings matplotlib. What to draw is decided elsewhere: in the figures are lines, axes and colours only.
"""

from spec_lab.results.corner.figure import corner, summary
from spec_lab.results.drawing import COLORS, Drawing, save
from spec_lab.results.estimates.figure import trace
from spec_lab.results.goodness.figure import pit, qq
from spec_lab.results.predictive.figure import PredictedCounts, predictive
from spec_lab.results.profiles.figure import contour, profile
from spec_lab.results.spectra.figure import ModelCurve, UnitCurves, spectrum

__all__ = [
    "COLORS",
    "Drawing",
    "ModelCurve",
    "PredictedCounts",
    "UnitCurves",
    "contour",
    "corner",
    "pit",
    "predictive",
    "profile",
    "qq",
    "save",
    "spectrum",
    "summary",
    "trace",
]
