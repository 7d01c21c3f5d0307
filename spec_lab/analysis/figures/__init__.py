"""Figures: arrays in, `Drawing` out, no pyplot, so that nothing is global and nothing stays open.

- `drawing`: the figure that shows and saves itself; `spectra`: data, model and residuals; `corners`: all marginals;
  `curves`: traces, profiles, contours, quantiles; `checks`: predicted counts, probability integral transforms

What to draw is decided elsewhere: here are lines, axes and colours only. The live corner of the front end is integers
(`spec_lab.analysis.corner_histograms`).
"""

from spec_lab.analysis.figures.checks import PredictedCounts, pit, predictive
from spec_lab.analysis.figures.corners import corner, summary
from spec_lab.analysis.figures.curves import contour, profile, qq, trace
from spec_lab.analysis.figures.drawing import COLORS, Drawing, save
from spec_lab.analysis.figures.spectra import ModelCurve, UnitCurves, spectrum

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
