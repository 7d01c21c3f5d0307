"""spec_lab_widgets: the panels, Python side.

    lab, panel      the widgets: `Lab` with all panels and the Python calls, and one widget a panel
    connection, handler one widget's side of the border (widgets/PROTOCOL.md): what a message does
    pump, flow      the one thread that sends, and how fast it may
    front_end       the built front end, as text
    static_picture  the same as a picture for hosts without widgets
    saved_picture   that picture in the notebook, for when its kernel is gone
    page            the same as one HTML file that needs no kernel

Not here: anything about fits; that is `spec_lab.session`, which knows no widget.
"""

from spec_lab_widgets.lab import Lab as Lab
from spec_lab_widgets.panel import CornerPlot as CornerPlot
from spec_lab_widgets.panel import CriteriaPanel as CriteriaPanel
from spec_lab_widgets.panel import FitBar as FitBar
from spec_lab_widgets.panel import History as History
from spec_lab_widgets.panel import Panel as Panel
from spec_lab_widgets.panel import ParTable as ParTable
from spec_lab_widgets.panel import PriorEditor as PriorEditor
from spec_lab_widgets.panel import PythonPanel as PythonPanel
from spec_lab_widgets.panel import SpectrumPlot as SpectrumPlot
from spec_lab_widgets.static_picture import StaticPicture as StaticPicture
