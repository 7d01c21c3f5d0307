"""Figures for print of what the Lab shows; the drawing itself is `spec_lab.results.figures`."""

from typing import Any

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.session import FitSession, views


def figure(session: FitSession, kind: str) -> Any:
    """The figure of a session.

    Raises:
        ParameterError: Unknown kind, or a corner plot of nothing.
    """
    if kind == "spectrum":
        return _spectrum(session)
    if kind == "corner":
        return _corner(session)
    raise ParameterError("there is no such figure", got=kind, allowed="'spectrum' or 'corner'")


def _spectrum(session: FitSession) -> Any:
    from spec_lab.results import figures  # brings matplotlib

    curves = [
        figures.UnitCurves(u.name, u.lo, u.hi, u.data, u.error, u.model, u.residual, dict(u.terms))
        for u in (unit.noticed() for unit in session.evaluation().units)
    ]
    return figures.spectrum(curves)


def _corner(session: FitSession) -> Any:
    from spec_lab.results import figures

    source = views.shown_outcome(session.state)
    if source is None or not len(source.draws):
        raise ParameterError(
            "there are no draws to show yet", hint="Run a fit or a sampler first: lab.fit(block=True)."
        )
    slots = [source.setup.slots[i] for i in source.setup.free]
    names = views.distinct(source.setup, slots)
    labels = [f"${name}$" + (f" ({s.unit})" if s.unit else "") for name, s in zip(names, slots, strict=True)]
    moving = np.flatnonzero(np.ptp(np.asarray(source.draws), axis=0) > 0)
    made = figures.corner(source.draws[:, moving], [labels[i] for i in moving], np.asarray(source.best)[moving])
    if warning := views.doubt(source):
        for axes in made.axes:
            axes.set_title("")
        made.text(0.98, 0.98, warning, ha="right", va="top", color="tab:red")
    return made
