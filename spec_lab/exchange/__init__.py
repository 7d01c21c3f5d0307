"""Other programs' words, in and out: bayspec's figures by their names (`bayspec_plot`, on `bayspec_figure` and
`bayspec_model_plot`).

Nothing is computed here: what a word of another program means is looked up on the floors below.
"""

from spec_lab.exchange.bayspec_figure import PlotFigure
from spec_lab.exchange.bayspec_model_plot import ModelPlot
from spec_lab.exchange.bayspec_plot import Plot

__all__ = ["ModelPlot", "Plot", "PlotFigure"]
