"""Panel: an anywidget that shows a session. `Lab` shows all panels; the stand-alone widgets show one each.

UI state: the traits `panels`, `height` and `picture` only, set at construction; everything else crosses the border as messages
(widgets/PROTOCOL.md), so nothing of the science lands in saved notebook state.
"""

import html
from collections.abc import Mapping
from typing import Any, ClassVar

import anywidget
import traitlets

from spec_lab.session import FitSession, are_files, open_spectra
from spec_lab_widgets import front_end
from spec_lab_widgets.connection import Connection
from spec_lab_widgets.pump import Pump
from spec_lab_widgets.saved_picture import SavedPicture

LAB = ("spectrum", "params", "fit", "criteria", "corner", "history", "python")
PANELS = (*LAB, "priors")


class Panel(anywidget.AnyWidget):
    """One or more panels of a fit.

    Args:
        infer: The `Infer` to show; every panel of one `Infer` shares its session. Or the path of a spectrum (or a list of them):
            it is opened with what is usual for its instrument, and started near the data.
        panels: Names of the panels, in order; see `PANELS`.
        height: Of the drawings, in CSS pixels; 0 = automatic.
    """

    _esm = front_end.loader()
    _css = front_end.css()
    panels = traitlets.List(traitlets.Enum(PANELS)).tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    picture = traitlets.Unicode("").tag(sync=True)
    shows: ClassVar[tuple[str, ...]] = LAB
    _pump: Pump | None = None  # a widget whose construction failed is closed, too, when it is collected

    def __init__(self, infer: Any, panels: Any = None, height: int = 0):
        infer = open_spectra(infer) if are_files(infer) else infer
        self._session = infer if isinstance(infer, FitSession) else FitSession.of(infer)
        self._infer = self._session.hand_over_infer()
        saved = SavedPicture(self._session)
        super().__init__(panels=list(panels or self.shows), height=height, picture=saved.id)
        pump = Pump.of(self._session)
        self._displayed = False
        self._connection = Connection(self._session, self._deliver, pump.ring, saved)
        self._own_layout = self.layout  # a widget, too: ipywidgets makes one for each and never closes it
        self._pump = pump
        self.on_msg(self._received)
        pump.add(self._connection)

    @property
    def session(self) -> FitSession:
        """The session behind the panels."""
        return self._session

    @property
    def infer(self) -> Any:
        """The `Infer` shown."""
        return self._infer

    def _received(self, widget: Any, content: Any, buffers: Any) -> None:
        self._connection.receive(content)

    def _deliver(self, content: Mapping[str, Any], buffers: list[bytes] | None) -> None:
        if self.comm is not None:
            self.send(content, buffers)

    def close(self) -> None:
        """Take the panels away; the session and the `Infer` go on."""
        if self._pump is not None:
            self._pump.remove(self._connection)
            self._connection.close()
            self.on_msg(self._received, remove=True)
            self._own_layout.close()
        super().close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._session.infer!r}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        made = super()._repr_mimebundle_(**kwargs)
        if made is None:
            return None
        if not self._displayed:
            self._connection.picture.show()
        self._displayed = True
        data, metadata = made if isinstance(made, tuple) else (made, {})
        return {**data, "text/html": self._fallback()}, metadata

    def _fallback(self) -> str:
        """What a host without widgets shows: the parameters, and how to get the panels."""
        return f"<div>{self._session.infer._repr_html_()}<p><small>{html.escape(front_end.HINT)}</small></p></div>"


class ParTable(Panel):
    """The parameter table: values, sliders, links, freezes, priors."""

    shows = ("params",)


class SpectrumPlot(Panel):
    """Data, model, components and residuals."""

    shows = ("spectrum",)


class PriorEditor(Panel):
    """The prior of each parameter: family, arguments, density."""

    shows = ("priors",)


class FitBar(Panel):
    """Engine, options, start, stop and progress."""

    shows = ("fit",)


class CornerPlot(Panel):
    """The posterior, or the preview of it."""

    shows = ("corner",)


class CriteriaPanel(Panel):
    """AIC, AICc, BIC and ln Z of the present set-up and of every run."""

    shows = ("criteria",)


class History(Panel):
    """Finished fits: restore, pin, compare."""

    shows = ("history",)


class PythonPanel(Panel):
    """What was clicked, as Python."""

    shows = ("python",)
