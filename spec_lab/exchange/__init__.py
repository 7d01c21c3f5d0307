"""Other programs' words, in and out: bayspec's figures by their names (`bayspec_plot`, on `bayspec_figure` and
`bayspec_model_plot`), and XSPEC's scripts.

A script is read in steps: `xcm_text` (lines), `xcm_expression` (the model), `xcm_data` (files and channels), `xcm_parameters`
(numbers) with `xcm_links`, `xcm_fit` (the whole), `xcm_relations` (edits of a fit). `xcm_writer` and `xcm_data_writer` go the
other way. `xspec_parameters` is the one table of both directions.
Nothing is computed here: what a word of another program means is looked up on the floors below.
"""

from spec_lab.exchange.bayspec_figure import PlotFigure
from spec_lab.exchange.bayspec_model_plot import ModelPlot
from spec_lab.exchange.bayspec_plot import Plot
from spec_lab.exchange.xcm_fit import XcmFit, read_xcm

__all__ = ["ModelPlot", "Plot", "PlotFigure", "XcmFit", "read_xcm"]
