"""The spectra of a problem for print: gathers data, model and terms in one of five styles; `figure` draws them.

Counts (`CC`, `CE`) are drawn as measured, the model and its terms folded through the response. Photon, flux and power
spectra (`NE`, `Fv`, `vFv`) are drawn unfolded: each point is its count spectrum times the ratio of the model's spectrum to
the folded one, so it depends on the model; the model is a smooth line there.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spec_lab._base import ParameterError, nearest
from spec_lab.fit import PairSpec, Problem, term_photons
from spec_lab.models import KEV_TO_ERG
from spec_lab.results.spectra.unit_spectrum import UnitSpectrum, unit_spectra

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing


class Style(NamedTuple):
    """What the vertical axis shows: counts, or the photon spectrum times a power of the energy."""

    label: str
    power: int | None = None


STYLES = {
    "CC": Style(r"counts s$^{-1}$ channel$^{-1}$"),
    "CE": Style(r"counts s$^{-1}$ keV$^{-1}$"),
    "NE": Style(r"$N_E$ (photons cm$^{-2}$ s$^{-1}$ keV$^{-1}$)", 0),
    "Fv": Style(r"$F_\nu$ (erg cm$^{-2}$ s$^{-1}$ keV$^{-1}$)", 1),
    "vFv": Style(r"$\nu F_\nu$ (erg cm$^{-2}$ s$^{-1}$)", 2),
}
POINTS = 600  # of a smooth line


def spectrum_figure(
    problem: Problem,
    style: str = "CE",
    *,
    rebin: bool = False,
    terms: bool = True,
    only: int | None = None,
    **options: Any,
) -> "Drawing":
    """Net spectra with the model at the values of the set-up, and signed residuals below; see `Infer.spectrum`.

    `only`: the number of a pair, from 0, that is shown alone.
    """
    from spec_lab.results.spectra.figure import spectrum  # brings matplotlib

    if style not in STYLES:
        raise ParameterError(
            "unknown style of a spectrum", got=style, allowed=", ".join(STYLES), hint=nearest(style, STYLES)
        )
    _refuse_unknown(options)
    chosen, pairs = STYLES[style], problem.setup.pairs
    shown, (_, _, signed) = unit_spectra(problem, rebin), problem.display()
    folded = _terms(problem) if terms else [[] for _ in pairs]
    units, curves = [], []
    for i, pair in enumerate(pairs):
        if only not in (None, i):
            continue
        residuals = [u.signed for u in shown[i]] if rebin else signed[i]
        rows = zip(pair.data.names, shown[i], residuals, problem.layout.pairs[i].units, strict=True)
        for name, u, residual, place in rows:
            parts = [(term, photons[slice(*place.energies)]) for term, photons in folded[i]]
            units.append(_unit(name, u, np.asarray(residual), chosen, parts))
        if chosen.power is not None:
            curves.append(_curve(_name(pairs, i), _color(pairs, i), shown[i], chosen.power, bool(folded[i])))
    named: dict[str, Any] = {"ylabel": chosen.label, **options}
    return spectrum(units, curves, **named)


def _name(pairs: Sequence[PairSpec], i: int) -> str:
    """Of the model of a pair, with its data where several pairs have the same."""
    name = pairs[i].model.expression
    return f"{name} ({'+'.join(pairs[i].data.names)})" if [p.model.expression for p in pairs].count(name) > 1 else name


def _color(pairs: Sequence[PairSpec], i: int) -> str:
    from spec_lab.results.drawing import COLORS

    return "black" if len(pairs) == 1 else COLORS[-1 - i % len(COLORS)]


def _refuse_unknown(options: Any) -> None:
    known = ("xlabel", "ylabel", "title", "figsize")
    for name in options:
        if name not in known:
            allowed = ", ".join(("style", "rebin", "terms", *known))
            raise ParameterError(
                f"a spectrum has no option {name!r}", got=options[name], allowed=allowed, hint=nearest(name, known)
            )


def _unit(name: str, u: UnitSpectrum, residual: np.ndarray, style: Style, parts: list[tuple[str, np.ndarray]]) -> Any:
    from spec_lab.results.spectra.figure import UnitCurves

    if style.power is None:
        scale = 1.0 if style is STYLES["CC"] else 1.0 / u.chbin_width
        model = u.conv_ctsrate * scale
        components = {term: u.rf * (u.c.matrix @ photons) * scale for term, photons in parts}
    else:
        scale = u.cts_to(("pht", "flx", "erg")[style.power]) / u.chbin_width
        model, components = np.full(len(u.chbin_width), np.nan), {}
    return UnitCurves(
        name=name,
        lo=np.asarray(u.c.emin),
        hi=np.asarray(u.c.emax),
        data=u.ctsrate * scale,
        err=u.ctsrate_error * scale,
        model=model,
        resid=residual,
        components=components,
    )


def _curve(name: str, color: str, spectra: list[UnitSpectrum], power: int, terms: bool) -> Any:
    """The model of a pair before any response, over all energies of its units."""
    from spec_lab.results.spectra.figure import ModelCurve

    first, theta = spectra[0], spectra[0].theta
    low = min(float(u.c.emin[u.c.emin > 0].min()) for u in spectra)
    E = np.geomspace(low, max(float(u.c.emax.max()) for u in spectra), POINTS)
    factor = KEV_TO_ERG * E**power if power else 1.0
    at = lambda model, values: factor * np.asarray(model.evaluate(E, values, T=first.unit.time))  # noqa: E731
    return ModelCurve(
        name=name,
        E=E,
        y=at(first.model, theta),
        components={t.name: at(t.model, theta[list(t.indices)]) for t in first.model.terms} if terms else {},
        color=color,
    )


def _term_photons(view: Any, space: Any, x: Any) -> Any:
    return term_photons(view, view.theta(space, x))


def _terms(problem: Problem) -> list[list[tuple[str, np.ndarray]]]:
    """Name and photons of each term of each pair; nothing for a model of one term."""
    setup = problem.setup
    several = any(len(pair.model.terms) > 1 for pair in setup.pairs)
    photons = problem.run(_term_photons, problem.pad(setup.free_values)) if several else [[] for _ in setup.pairs]
    return [
        [(term.name, np.asarray(row)) for term, row in zip(pair.model.terms, rows, strict=False)]
        for pair, rows in zip(setup.pairs, photons, strict=True)
    ]
