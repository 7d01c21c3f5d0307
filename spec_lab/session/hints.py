"""Hints: where the residuals of a best fit run to one side, how likely that is by chance, and a line to try there.

All windows of neighbouring groups are scanned: under a right model their residuals, added up and divided by the root of their
number, are standard normal. The chance of the strongest one is multiplied by how many independent windows there were (a
Bonferroni bound), so that a hint means what it says. Away from a best fit there are no hints: there, everything runs to one
side.
"""

from typing import Any, ClassVar, NamedTuple

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.fit import Edit, SetModel, SetPrior, Setup, SetValue
from spec_lab.models import Binary, Model, gauss
from spec_lab.priors import unif
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects, moved
from spec_lab.session.command_registry import argument, command
from spec_lab.session.evaluation import Evaluation, UnitEvaluation
from spec_lab.session.known_fit import away, known_fit
from spec_lab.session.state import State

FEWEST = 6  # groups of a unit
WIDEST = 24  # groups; what is as wide or wider is no feature but a wrong continuum
CHANCE = 0.003  # a hint is shown below it
NEAR = 0.5  # standard deviations from the best fit within which the residuals are those of a best fit


class Bump(NamedTuple):
    """Neighbouring groups whose residuals run to one side.

    Attributes:
        unit: Name of the data unit.
        lo: Lower end, keV.
        hi: Upper end, keV.
        groups: How many.
        pull: All of them together, in standard deviations; negative for a dip.
        excess: Net counts/s that the model misses there.
        chance: That one as strong comes about anywhere in the fit by chance, at most.
        wide: Whether it is as wide as any that is looked for.
    """

    unit: str
    lo: float
    hi: float
    groups: int
    pull: float
    excess: float
    chance: float
    wide: bool

    @property
    def middle(self) -> float:
        """Its energy, keV."""
        return 0.5 * (self.lo + self.hi)


def bump(state: State, evaluation: Evaluation | None) -> Bump | None:
    """The strongest bump or dip of the present residuals, if it is no chance and this is a best fit."""
    if evaluation is None or not _at_best(state):
        return None
    found = [one for unit in evaluation.units if (one := strongest(unit.noticed(), evaluation.bins)) is not None]
    best = max(found, key=lambda b: abs(b.pull), default=None)
    return best if best is not None and best.chance < CHANCE else None


def _at_best(state: State) -> bool:
    found = known_fit(state)
    return found is not None and len(found.best) > 0 and bool(np.all(away(state, found) <= NEAR))


def strongest(unit: UnitEvaluation, bins: int) -> Bump | None:
    """The window of a unit's noticed groups whose residuals pull most; `bins` are the groups of the whole fit."""
    from scipy.special import ndtr

    residual = np.asarray(unit.residual, dtype=float)
    n = len(residual)
    if n < FEWEST or unit.kind.summed or not np.isfinite(residual).all():
        return None
    total = np.concatenate([[0.0], np.cumsum(residual)])
    widths = range(2, min(WIDEST, n // 3) + 1)
    pulls = [(total[w:] - total[:-w]) / np.sqrt(w) for w in widths]
    w, pull, at = max(((w, p[i], i) for w, p in zip(widths, pulls, strict=True) for i in [_peak(p)]), key=_strength)
    trials = bins * sum(2.0 / width for width in widths)  # windows that share less than half their groups
    chance = min(1.0, float(trials * 2 * ndtr(-abs(pull))))
    inside = slice(at, at + w)
    excess = float(np.sum((unit.data - unit.model)[inside] * (unit.hi - unit.lo)[inside]))
    ends = float(unit.lo[at]), float(unit.hi[at + w - 1])
    return Bump(unit.name, *ends, w, float(pull), excess, chance, w == widths[-1])


def _peak(pulls: np.ndarray) -> int:
    return int(np.argmax(np.abs(pulls)))


def _strength(window: tuple[int, float, int]) -> float:
    return abs(window[1])


@command("add_line")
class AddLine(Action):
    """Add a Gaussian line to the model of a data unit: over these energies (keV), worth so many counts/s there."""

    undoable: ClassVar[bool] = True
    unit: str = argument(read.text)
    lo: float = argument(read.anything)
    hi: float = argument(read.anything)
    excess: float = argument(read.anything)

    def take(self, state: State) -> tuple[State, Effects]:
        self._check()
        setup = state.setup
        pair, unit = self._place(setup)
        edit = SetModel(lined_model(setup.pairs[pair].model), pair + 1 if len(setup.pairs) > 1 else None)
        after = edit.apply(setup)
        known = {slot.path for slot in setup.slots}
        new = {s.name: s.pid for s in after.slots if s.owner == "model" and s.path not in known}
        lines, middle = [edit.as_code()], 0.5 * (self.lo + self.hi)
        wanted = {
            "El": middle,
            "sigma": 0.25 * (self.hi - self.lo),
            "logA": self._log_amplitude(setup.pairs[pair].data.units[unit]),
        }
        edits: list[Edit] = [_anywhere_seen(setup.pairs[pair].data.units[unit], new["El"])]
        edits += [SetValue(new[name], _within(after, new[name], float(f"{v:.4g}"))) for name, v in wanted.items()]
        for change in edits:
            after = change.apply(after)
            lines.append(change.as_code())
        return moved(state, after, f"line at {middle:.4g} keV", "; ".join(lines))

    def _check(self) -> None:
        for name in ("lo", "hi", "excess"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < np.inf:
                raise ParameterError(f"{name} of a line must be a number above 0", got=value)

    def _place(self, setup: Setup) -> tuple[int, int]:
        for i, pair in enumerate(setup.pairs):
            if self.unit in pair.data.names:
                return i, pair.data.names.index(self.unit)
        names = ", ".join(name for pair in setup.pairs for name in pair.data.names)
        raise ParameterError("there is no such data unit", got=self.unit, allowed=names)

    def _log_amplitude(self, unit: Any) -> float:
        """log10 of the photons/cm²/s that give the missing counts."""
        c, (low, high) = unit.channels(), unit.energies
        area = float(np.max(c.matrix.sum(axis=0)[(high > self.lo) & (low < self.hi)], initial=0.0))
        if area <= 0.0:
            raise ParameterError(f"{self.unit} sees no photons there", got=f"{self.lo:g} to {self.hi:g} keV")
        return float(np.log10(self.excess / area))

    def as_code(self) -> str:
        return f"lab.add_line({self.unit!r}, {float(self.lo)!r}, {float(self.hi)!r}, {float(self.excess)!r})"


def lined_model(model: Model) -> Model:
    """The model with a Gaussian line, behind the same absorption as its continuum."""
    if isinstance(model, Binary) and model.symbol == "*" and model.left.kind == "mul":
        return model.left * lined_model(model.right)
    if isinstance(model, Binary) and model.symbol == "*" and model.right.kind == "mul":
        return lined_model(model.left) * model.right
    return model + gauss()


def _anywhere_seen(unit: Any, pid: int) -> SetPrior:
    """The line may lie wherever the unit is noticed: a prior that was not chosen after looking at the bump."""
    c = unit.channels()
    return SetPrior(pid, unif(float(f"{c.emin.min():.3g}"), float(f"{c.emax.max():.3g}")))


def _within(setup: Setup, pid: int, value: float) -> float:
    """The value, or the nearest that the parameter may have."""
    low, high = setup.range_of(pid - 1)
    return float(min(max(value, low), high))


def can_have_line(one: Bump) -> bool:
    """Whether a line may stand there: it is a bump, not too wide, at an energy the line's prior allows."""
    at = next(p for p in gauss().parameters if p.name == "El")
    low, high = at.prior.support if at.prior else (0.0, np.inf)
    return one.pull > 0 and not one.wide and low <= one.middle <= high
