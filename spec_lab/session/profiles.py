"""Profiles: curves that grow by hand, as one slider is dragged and all other free parameters are refitted.

Each answer to a drag is a point of the profile of the statistic: the value under the hand, the least statistic that the others
can reach there. The points of a parameter are kept as long as the question stays the same, whether that parameter itself is
free or frozen; a question that comes back (undo) brings its curves back. They are outside history; what enters it is the one
change on release, `SetRefitted`.

Each fit holds the coordinate by bounds that meet, so nothing compiles, and starts from the nearest answer. Where the
statistic is not finite, or the model fails, the curve has a gap.

Not here: profiles over a chosen grid (`results.profiles`), how a curve is told to the panels (`views.profiles`).
"""

import threading
import time
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import attrs
import numpy as np

from spec_lab._base import ParameterError, plain
from spec_lab.engines import minimise, resume_minimise, values_of
from spec_lab.fit import Edit, Problem, SetFree, Setup, SetValue, links
from spec_lab.results.profiles import Profile
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects
from spec_lab.session.command_registry import Command, argument, command
from spec_lab.session.fit_key import fit_key
from spec_lab.session.problems import Problems
from spec_lab.session.reduce import check_lesson
from spec_lab.session.state import State

if TYPE_CHECKING:
    from spec_lab.session.session import FitSession

CurveKey = tuple[int, Hashable]  # master of the group, and what its profile belongs to
POINTS = 160  # of a curve; beyond that the most crowded one goes
CURVES = 64  # kept in all
SLOW = 0.08  # seconds: a refit that takes longer waits until the hand rests


class GrowingProfile(NamedTuple):
    """The profile of one parameter so far.

    Attributes:
        root: 0-based master of its group.
        version: Grows with each point.
        values: `f[k]`, ascending.
        stats: `f[k]`, the least statistic there; NaN where there is none.
        answers: `f[k, p]`, the slot values that give it.
    """

    root: int
    version: int
    values: np.ndarray
    stats: np.ndarray
    answers: np.ndarray

    def start(self, value: float) -> np.ndarray | None:
        """The slot values of the nearest answer, to begin from."""
        known = np.flatnonzero(np.isfinite(self.stats))
        return self.answers[known[np.argmin(np.abs(self.values[known] - value))]] if len(known) else None

    def entered(self, version: int, value: float, stat: float, answer: np.ndarray) -> "GrowingProfile":
        """The curve with one more point; of two at one value the lower stays."""
        at = int(np.searchsorted(self.values, value))
        if at < len(self.values) and self.values[at] == value:
            if not stat < self.stats[at] and np.isfinite(self.stats[at]):
                return self
            return self._without(at).entered(version, value, stat, answer)
        made = self._replace(
            version=version,
            values=np.insert(self.values, at, value),
            stats=np.insert(self.stats, at, stat),
            answers=np.insert(self.answers, at, answer, axis=0),
        )
        return made._without(made._crowded()) if len(made.values) > POINTS else made

    def _without(self, at: int) -> "GrowingProfile":
        arrays = {name: np.delete(getattr(self, name), at, axis=0) for name in ("values", "stats", "answers")}
        return self._replace(**arrays)

    def _crowded(self) -> int:
        """The inner point with the nearest neighbours, never the lowest."""
        room = self.values[2:] - self.values[:-2]
        inner = int(np.nanargmin(self.stats)) - 1 if np.isfinite(self.stats).any() else -1
        if 0 <= inner < len(room):
            room[inner] = np.inf
        return int(np.argmin(room)) + 1

    @property
    def rises(self) -> np.ndarray:
        """`f[k]`, the statistic above its lowest."""
        known = self.stats[np.isfinite(self.stats)]
        return self.stats - (known.min() if len(known) else np.nan)

    def profile(self, label: str) -> Profile:
        """The points, gaps left out, as the profile that `Bootstrap.profile` gives: intervals, table, figure."""
        known = np.isfinite(self.stats)
        return Profile(label, self.values[known], self.rises[known])


class GrowingProfiles:
    """The curves of a session, and the fits that make them. Safe from any thread.

    Args:
        problems: Where problems come from.
    """

    def __init__(self, problems: Problems):
        self._problems, self._lock = problems, threading.Lock()
        self._curves: dict[CurveKey, GrowingProfile] = {}
        self._version, self._seconds = 0, 0.0
        self._shown: tuple[Setup | None, int, tuple[GrowingProfile, ...]] = (None, -1, ())

    def slow(self, setup: Setup) -> bool:
        """Whether a refit may take so long that it should wait until the hand rests."""
        return self._seconds > SLOW or not self._problems.problem(setup).knows(resume_minimise)

    def refitted(self, setup: Setup, pid: int | str, value: float) -> Setup:
        """The set-up with one value changed and the other free ones at their best; enters a point.

        Where the fit fails, only the value is changed.

        Raises:
            ParameterError: There is no such parameter, or it cannot take the value.
        """
        tried, root = SetValue(pid, value).apply(setup), setup.root(setup.index(pid))
        began = time.monotonic()
        try:
            return self._answer(setup, tried, root)
        except Exception:  # a user's model that fails here: a gap; its message comes by way of the curves
            return tried
        finally:
            self._seconds = time.monotonic() - began

    def _answer(self, setup: Setup, tried: Setup, root: int) -> Setup:
        key, value = (root, profile_key(setup, root)), float(tried.values[root])
        curve = self._curves.get(key)
        if curve is None:
            curve = self._begin(key, setup)
        near = curve.start(value)
        start = np.array(tried.values if near is None else near, dtype=float)[list(setup.free)]
        stat, best = held_fit(self._problems.problem(tried), root, start)
        after = tried.with_free(best) if np.isfinite(stat) else tried
        self._enter(key, curve, value, stat, np.asarray(after.values))
        return after

    def _begin(self, key: CurveKey, setup: Setup) -> GrowingProfile:
        """A new curve; that of a free parameter begins with the best fit, from which its rise is counted."""
        root, none = key[0], np.zeros(0)
        curve = GrowingProfile(root, 0, none, none, np.zeros((0, len(setup.values))))
        if root not in setup.free:
            return curve
        stat, best = held_fit(self._problems.problem(setup), None, setup.free_values)
        there = np.asarray(setup.with_free(best).values)
        return self._enter(key, curve, float(there[root]), stat, there) if np.isfinite(stat) else curve

    def _enter(
        self, key: CurveKey, curve: GrowingProfile, value: float, stat: float, answer: np.ndarray
    ) -> GrowingProfile:
        """Another point of a curve, which is now the newest one kept."""
        with self._lock:
            self._version += 1
            stat = stat if np.isfinite(stat) else np.nan
            made = self._curves[key] = self._curves.pop(key, curve).entered(self._version, value, stat, answer)
            while len(self._curves) > CURVES:
                self._curves.pop(next(iter(self._curves)))
        return made

    def known(self, setup: Setup) -> tuple[GrowingProfile, ...]:
        """The curves that belong to the question of this set-up, by parameter."""
        with self._lock:
            version, curves = self._version, list(self._curves.items())
        if self._shown[0] is setup and self._shown[1] == version:
            return self._shown[2]
        fits = [
            c for (root, key), c in curves if len(c.values) and _has(setup, root) and profile_key(setup, root) == key
        ]
        made = tuple(sorted(fits, key=lambda curve: curve.root))
        self._shown = (setup, version, made)
        return made

    def of(self, setup: Setup, pid: int | str) -> GrowingProfile | None:
        """The curve of a parameter, if it has one."""
        root = setup.root(setup.index(pid))
        curve = self._curves.get((root, profile_key(setup, root)))
        return curve if curve is not None and len(curve.values) else None

    def points(self, setup: Setup, pid: int | str) -> Profile:
        """The curve of a parameter as a `Profile`.

        Raises:
            ParameterError: There is none yet.
        """
        curve = self.of(setup, pid)
        if curve is None:
            raise ParameterError(
                "there are no points of this profile yet", got=pid, hint="Drag its slider, others refitted."
            )
        return curve.profile(setup.slots[curve.root].label)


def profile_key(setup: Setup, root: int) -> Hashable:
    """The question of a profile: that of the set-up, whatever the value of the parameter and whether it is frozen."""
    group = set(links.members(setup.partition, root))
    flags = tuple(flag and i not in group for i, flag in enumerate(setup.frozen))
    return fit_key(setup.replace(frozen=flags))


def _has(setup: Setup, root: int) -> bool:
    return root < len(setup.partition) and setup.root(root) == root


def held_fit(problem: Problem, root: int | None, x: np.ndarray) -> tuple[float, np.ndarray]:
    """The least statistic and the free values `f[n]` that give it, one group held at the set-up's value; begins at `x`."""
    setup, x = problem.setup, np.array(x, dtype=float)
    if root is None or root not in setup.free:
        found = minimise(problem, x)
    else:
        low, high = (np.array(end, dtype=float) for end in problem.bounds)
        place = setup.free.index(root)
        low[place] = high[place] = x[place] = float(setup.values[root])
        problem = problem.within(low, high)
        found = minimise(problem, x)
    return float(found.f), values_of(problem, found)


@attrs.frozen
class SetRefitted(Edit):
    """Give a parameter a value and all free ones the values that were fitted to it."""

    pid: int | str
    value: float
    free: tuple[float, ...]

    def apply(self, setup: Setup) -> Setup:
        return SetFree(self.free).apply(SetValue(self.pid, self.value).apply(setup))

    def as_code(self) -> str:
        lines = [SetValue(self.pid, self.value).as_code()]
        return "; ".join([*lines, SetFree(self.free).as_code()] if self.free else lines)

    @property
    def label(self) -> str:
        return f"refit with par[{self.pid}] at {plain(self.value, 5)}"


@command("set_refit_others")
class SetRefitOthers(Action):
    """Let dragged sliders refit the other free parameters, or not. Shared by all panels, not undoable."""

    in_lesson: ClassVar[bool] = False
    on: bool = argument(read.flag)

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(refit_others=bool(self.on)), ()

    def as_code(self) -> str:
        return f"lab.set_refit_others({self.on})"


@command("set_refitted")
class RefitOthers(Command):
    """Give a parameter a value and fit the other free ones to it, as one change."""

    undoable: ClassVar[bool] = True
    in_lesson: ClassVar[bool] = False
    pid: read.Pid = argument(read.pid)
    value: float = argument(read.number)

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        check_lesson(session.state, self)
        after = session.profiles.refitted(session.get(), self.pid, self.value)
        session.commit(SetRefitted(self.pid, self.value, tuple(map(float, after.free_values))))
        journal = session.journal()
        return {"code": journal[-1].code if journal else "", "rev": session.state.rev}
