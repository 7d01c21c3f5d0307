"""All marginals of the draws: as integers for the live view, as a figure for print."""

from spec_lab.results.corner.histograms import LEVELS, CornerHistograms, corner_histograms

__all__ = ["LEVELS", "CornerHistograms", "corner_histograms"]
