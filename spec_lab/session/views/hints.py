"""A hint as plain data: what the residuals show, and what may be tried."""

from spec_lab.session.evaluation import Evaluation
from spec_lab.session.hints import Bump, bump, can_have_line
from spec_lab.session.state import State
from spec_lab.session.view_model import ResidualHint


def hint(state: State, evaluation: Evaluation | None) -> ResidualHint | None:
    """`view.hint`, or None where there is nothing to say."""
    found = bump(state, evaluation)
    if found is None:
        return None
    several = sum(len(pair.data.names) for pair in state.setup.pairs) > 1
    where = f" in {found.unit}" if several else ""
    pull = f"{found.pull:+.1f}".replace("-", "−")
    return {
        "text": _wide(found, where, pull) if found.wide else _narrow(found, where, pull),
        "title": f"{found.lo:.4g} to {found.hi:.4g} keV; so strong a one comes about by chance in {_rarity(found.chance)} fits",
        "unit": found.unit,
        "lo": found.lo,
        "hi": found.hi,
        "excess": found.excess,
        "line": can_have_line(found),
    }


def _narrow(found: Bump, where: str, pull: str) -> str:
    what = "bump" if found.pull > 0 else "dip"
    return f"A {what} near {found.middle:.3g} keV{where}: {found.groups} neighbours pull by {pull} σ together"


def _wide(found: Bump, where: str, pull: str) -> str:
    return f"{found.groups} or more neighbours{where} pull by {pull} σ together: another continuum, rather than a line?"


def _rarity(chance: float) -> str:
    if chance < 1e-6:
        return "less than one of a million"
    return f"one of {round(1 / chance):,}".replace(",", " ")
