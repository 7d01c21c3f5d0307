"""`ModelPlot`: models over energy, one beside the other, with the 1σ band of the fit they took part in."""

from typing import Any

import numpy as np
from jaxtyping import ArrayLike

from spec_lab._base import ModelError, ParameterError
from spec_lab.exchange.bayspec_figure import PlotFigure, check_kind, check_plotter, style_of
from spec_lab.models import Model, last_fit
from spec_lab.results.figures import COLORS, Drawing

NAMES = {"NE": "phtspec", "Fv": "flxspec", "vFv": "ergspec", "NoU": "nouspec"}
LABELS = {
    "NE": r"$N_E$ (photons cm$^{-2}$ s$^{-1}$ keV$^{-1}$)",
    "Fv": r"$F_\nu$ (erg cm$^{-2}$ s$^{-1}$ keV$^{-1}$)",
    "vFv": r"$\nu F_\nu$ (erg cm$^{-2}$ s$^{-1}$)",
    "NoU": "factor",
}
DECADES = 6  # that the vertical axis shows at most


class ModelPlot:
    """Models over energy; made by `Plot.model(...)`, filled with `add_model`, read with `get_fig`.

    Args:
        ploter: One of bayspec's plotters.
        style: `NE`, `Fv` (or `ENE`), `vFv` (or `EENE`); `NoU` for factors.
        post: Whether to draw the 1σ band of the last fit.
        yrange: Ends of the vertical axis.
    """

    def __init__(
        self, ploter: str = "plotly", style: str = "NE", post: bool = False, yrange: tuple[float, float] | None = None
    ):
        check_plotter(ploter)
        self.style, self.post, self.yrange = style_of(style, tuple(NAMES)), post, yrange
        self.fig = Drawing(figsize=(7.0, 5.0), layout="constrained")
        self.fig_data: dict[str, dict[str, Any]] = {}
        self._axes = self.fig.subplots()
        self._axes.set(xscale="log", yscale="log", xlabel="Energy (keV)", ylabel=LABELS[self.style])

    def add_model(
        self, model: Model, E: ArrayLike, T: Any = None, post: bool | None = None, at_par: str | None = None
    ) -> PlotFigure:
        """Draw a model: at the parameters of the last fit it took part in, else at its start values.

        Args:
            model: Any model of the style's kind.
            E: `f[e]`, keV.
            T: Time, s, for models that depend on it.
            post: Whether to draw the 1σ band; None as the plot was made.
            at_par: `best`, `best-ci`, `median`, `mean` or `truth` of the last fit.

        Returns:
            The figure so far.

        Raises:
            TypeError: This is no model.
            ModelError: The model has no such spectrum, or `post` or `at_par` asks for a fit and there was none.
        """
        check_kind("model", model, Model)
        name, x, color = NAMES[self.style], np.asarray(E, float), COLORS[len(self.fig_data) % len(COLORS)]
        band = self.post if post is None else post
        point = at_par or ("best" if band or _was_fitted(model) else None)
        y = getattr(model, name)(x, T) if point is None else getattr(model, f"{point_name(point)}_{name}")(x, T)
        key = model.expr if model.expr not in self.fig_data else f"{model.expr} #{len(self.fig_data) + 1}"
        self.fig_data[key] = {"x": x, "y": y}
        self._axes.plot(x, y, color=color, linewidth=1.3, label=key)
        if band:
            low, high = getattr(model, f"{name}_sample")(x, T)["Isigma"]
            self._axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)
            self.fig_data[key]["y_ci"] = np.stack([low, high])
        self._fit_axes()
        return self.get_fig()

    def _fit_axes(self) -> None:
        ys = np.concatenate([np.ravel(curve["y"]) for curve in self.fig_data.values()])
        top = np.max(ys, initial=0.0, where=np.isfinite(ys))
        if self.yrange is not None:
            self._axes.set_ylim(*self.yrange)
        elif top > 0:
            self._axes.set_ylim(max(0.5 * np.min(ys, initial=top, where=ys > 0), 2 * top * 10.0**-DECADES), 2 * top)
        self._axes.legend(frameon=False, fontsize="small")

    def get_fig(self) -> PlotFigure:
        """The figure."""
        return PlotFigure(self.fig, self.fig_data)


def _was_fitted(model: Model) -> bool:
    try:
        last_fit(model)
    except ModelError:
        return False
    return True


def point_name(at_par: str) -> str:
    """`best-ci` as `best_ci`.

    Raises:
        ParameterError: There is no such point.
    """
    allowed = ("best", "best-ci", "median", "mean", "truth")
    if at_par not in allowed:
        raise ParameterError("unknown point of a fit", got=at_par, allowed=", ".join(allowed))
    return at_par.replace("-", "_")
