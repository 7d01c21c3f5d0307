"""`Plot`: bayspec's figures by their names, drawn by ours."""

from typing import Any

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.data import Auxiliary, Data, DataUnit, Redistribution, Response, Spectrum
from spec_lab.exchange.bayspec_figure import PlotFigure, check_kind, check_plotter, style_of
from spec_lab.exchange.bayspec_model_plot import ModelPlot, point_name
from spec_lab.fit import Problem
from spec_lab.infer import Bootstrap, Infer, Pair, Posterior, SampleAnalyzer
from spec_lab.results.corner.figure import corner
from spec_lab.results.figures import COLORS, Drawing
from spec_lab.results.spectra import UnitSpectrum, spectrum_figure, unit_spectra

Window = tuple[float, float] | list[float] | None
COUNTS = {"CC": r"counts s$^{-1}$ channel$^{-1}$", "CE": r"counts s$^{-1}$ keV$^{-1}$"}


class Plot:
    """Figures of one thing each; every method returns a `PlotFigure` (`.fig`, `.fig_data`, `.save(stem)`).

    `ploter` takes bayspec's words; all figures are drawn by matplotlib.
    """

    @staticmethod
    def spectrum(thing: Spectrum, ploter: str = "plotly") -> PlotFigure:
        """Counts of a source or background in each channel, with their errors."""
        check_kind("spectrum", thing, Spectrum)
        figure, axes = _panel(ploter, "channel", "counts")
        x = np.arange(thing.counts.size)
        axes.errorbar(x, thing.counts, thing.total_errors, color=COLORS[0], linewidth=0.8, elinewidth=0.8)
        _logarithmic(axes, thing.counts)
        return PlotFigure(figure, {"obs": {"x": x, "y": thing.counts, "y_e": thing.total_errors}})

    @staticmethod
    def response(
        thing: Response, ploter: str = "plotly", ch_range: Window = None, ph_range: Window = None
    ) -> PlotFigure:
        """Effective area over channel and photon energy, as an image; `ch_range` and `ph_range` in keV."""
        check_kind("response", thing, (Response, Redistribution))
        figure, axes = _panel(ploter, "channel energy (keV)", "photon energy (keV)")
        ch, ph = _within(thing.chbin, ch_range), _within(thing.phbin, ph_range)
        x, y, z = thing.chbin[ch].mean(axis=1), thing.phbin[ph].mean(axis=1), np.asarray(thing.drm)[np.ix_(ph, ch)]
        image = axes.pcolormesh(x, y, z, shading="nearest", cmap="viridis", rasterized=True)
        axes.set(xscale="log" if x.min() > 0 else "linear", yscale="log" if y.min() > 0 else "linear")
        figure.colorbar(image, label="cm²")
        return PlotFigure(figure, {"rsp": {"x": x, "y": y, "z": z}})

    @staticmethod
    def response_photon(thing: Response | Auxiliary, ploter: str = "plotly", ph_range: Window = None) -> PlotFigure:
        """Effective area over photon energy, all channels together; also of an `Auxiliary`."""
        check_kind("response_photon", thing, (Response, Auxiliary))
        bins = np.stack([thing.elo, thing.ehi], axis=1)
        area = np.asarray(thing.area if isinstance(thing, Auxiliary) else np.asarray(thing.drm).sum(axis=1))
        return _line(ploter, "photon energy (keV)", bins, area, ph_range)

    @staticmethod
    def response_channel(thing: Response, ploter: str = "plotly", ch_range: Window = None) -> PlotFigure:
        """Effective area summed over photon energies, in each channel."""
        check_kind("response_channel", thing, Response)
        return _line(ploter, "channel energy (keV)", thing.chbin, np.asarray(thing.drm).sum(axis=0), ch_range)

    @staticmethod
    def dataunit(thing: DataUnit, ploter: str = "plotly", style: str = "CE") -> PlotFigure:
        """Source, background and net count spectra of a unit; `style` is `CC` or `CE`."""
        check_kind("dataunit", thing, DataUnit)
        return _counts(ploter, style, {name: (thing, name) for name in ("src", "bkg", "net")})

    @staticmethod
    def data(thing: Data, ploter: str = "plotly", style: str = "CE") -> PlotFigure:
        """Net count spectra of all units; `style` is `CC` or `CE`."""
        check_kind("data", thing, Data)
        return _counts(ploter, style, {name: (unit, "net") for name, unit in thing.items()})

    @staticmethod
    def model(
        ploter: str = "plotly", style: str = "NE", post: bool = False, yrange: tuple[float, float] | None = None
    ) -> ModelPlot:
        """An empty figure of models over energy: `add_model(model, E)` draws one."""
        return ModelPlot(ploter, style, post, yrange)

    @staticmethod
    def pair(thing: Pair, ploter: str = "plotly", style: str = "CE") -> PlotFigure:
        """Data and model of a pair with residuals; `CC`, `CE`, `NE`, `Fv` or `vFv`."""
        check_kind("pair", thing, Pair)
        check_plotter(ploter)
        chosen = style_of(style, (*COUNTS, "NE", "Fv", "vFv"))
        return PlotFigure(thing.spectrum(chosen), _numbers(thing.data.names, thing.unit_spectra(), chosen))

    @staticmethod
    def infer(
        thing: Infer, ploter: str = "plotly", style: str = "CE", rebin: bool = True, at_par: str | None = None
    ) -> PlotFigure:
        """Data and models with residuals; of an analyzer at `best`, `best-ci`, `median`, `mean` or `truth`."""
        check_kind("infer", thing, Infer)
        check_plotter(ploter)
        chosen, problem = style_of(style, (*COUNTS, "NE", "Fv", "vFv")), thing.problem
        if isinstance(thing, SampleAnalyzer):
            problem = Problem(thing.setup.with_free(_where(thing, at_par)), problem)
        figure = spectrum_figure(problem, chosen, rebin=rebin)
        shown = [u for pair in unit_spectra(problem, rebin) for u in pair]
        names = [name for pair in problem.setup.pairs for name in pair.data.names]
        return PlotFigure(figure, _numbers(names, shown, chosen))

    @staticmethod
    def emcee_walker(thing: Infer) -> PlotFigure:
        """Each parameter along the walkers of emcee (or the chains of NUTS)."""
        check_kind("emcee_walker", thing, Infer)
        post = thing if isinstance(thing, SampleAnalyzer) else Posterior(thing)
        draws = dict(zip(post.clean_free_indexed_plabels, post.sample.T, strict=True))
        return PlotFigure(post.trace(), draws)

    @staticmethod
    def post_corner(thing: SampleAnalyzer, ploter: str = "plotly", at_par: str | None = None) -> PlotFigure:
        """All one- and two-dimensional marginals, with a point marked: `best`, `best-ci`, `median`, `mean` or `truth`."""
        check_kind("post_corner", thing, SampleAnalyzer)
        check_plotter(ploter)
        several = len(set(thing.free_plabels)) < len(thing.free_plabels)
        labels = thing.free_indexed_plabels if several else thing.free_plabels
        figure = corner(
            thing.sample, labels, _where(thing, at_par), units=[par.unit for par in thing.free_par.values()]
        )
        return PlotFigure(figure, dict(zip(thing.clean_free_indexed_plabels, thing.sample.T, strict=True)))


def _where(reading: SampleAnalyzer, at_par: str | None) -> np.ndarray:
    """Free values at the point a figure is to show."""
    chosen = point_name(at_par or ("truth" if isinstance(reading, Bootstrap) else "best"))
    values = getattr(reading, f"par_{chosen}")
    if values is None or not np.all(np.isfinite(values)):
        raise ParameterError("the result knows no such point", got=at_par, allowed="best, median or mean")
    return np.asarray(values)


def _panel(ploter: str, xlabel: str, ylabel: str) -> tuple[Drawing, Any]:
    check_plotter(ploter)
    figure = Drawing(figsize=(7.0, 5.0), layout="constrained")
    axes: Any = figure.subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel)
    return figure, axes


def _logarithmic(axes: Any, values: np.ndarray) -> None:
    if np.any(values > 0):
        axes.set_yscale("log", nonpositive="clip")


def _within(bins: np.ndarray, window: Window) -> np.ndarray:
    middle = bins.mean(axis=1)
    low, high = window or (-np.inf, np.inf)
    return np.flatnonzero((middle >= low) & (middle <= high))


def _line(ploter: str, xlabel: str, bins: np.ndarray, area: np.ndarray, window: Window) -> PlotFigure:
    figure, axes = _panel(ploter, xlabel, "effective area (cm²)")
    kept = _within(bins, window)
    x, y = bins[kept].mean(axis=1), area[kept]
    axes.plot(x, y, color=COLORS[0], linewidth=1.2)
    axes.set_xscale("log" if x.min() > 0 else "linear")
    _logarithmic(axes, y)
    return PlotFigure(figure, {"rsp": {"x": x, "y": y}})


def _counts(ploter: str, style: str, shown: dict[str, tuple[DataUnit, str]]) -> PlotFigure:
    chosen = style_of(style, tuple(COUNTS))
    figure, axes = _panel(ploter, "Energy (keV)", COUNTS[chosen])
    kind, numbers = {"CC": "ctsrate", "CE": "ctsspec"}[chosen], {}
    for color, (name, (unit, part)) in zip(COLORS * len(shown), shown.items(), strict=False):
        x, half = unit.rsp_chbin_mean, unit.rsp_chbin_width / 2  # pyright: ignore[reportAttributeAccessIssue]
        y, error = getattr(unit, f"{part}_{kind}"), getattr(unit, f"{part}_{kind}_error")
        axes.errorbar(x, y, error, half, fmt="none", ecolor=color, elinewidth=0.8, label=name)
        numbers[name] = {"x": x, "y": y, "x_le": half, "x_he": half, "y_e": error}
    axes.set_xscale("log")
    _logarithmic(axes, np.concatenate([each["y"] for each in numbers.values()]))
    axes.legend(frameon=False, fontsize="small")
    return PlotFigure(figure, numbers)


def _numbers(names: Any, shown: list[UnitSpectrum], style: str) -> dict[str, Any]:
    """What a figure with residuals shows: `obs`, `mo` and `res` of each unit."""
    found: dict[str, Any] = {}
    for name, u in zip(names, shown, strict=True):
        x, half = u.chbin_mean, u.chbin_width / 2
        kind = {"NE": "pht", "Fv": "flx", "vFv": "erg"}.get(style)
        scale = u.cts_to(kind) / u.chbin_width if kind else 1.0 / (1.0 if style == "CC" else u.chbin_width)
        ends = {"x": x, "x_le": half, "x_he": half}
        key = name if name not in found else f"{name} #{len(found) + 1}"
        found[key] = {
            "obs": ends | {"y": u.ctsrate * scale, "y_e": u.ctsrate_error * scale},
            "mo": {"x": x, "y": u.conv_ctsrate * scale},
            "res": ends | {"y": u.signed, "y_e": np.ones_like(x)},
        }
    return found
