"""Lessons: the fit as a game. The best fit is hidden; the person moves sliders, and the score says how far there is to go.

The score is the statistic less that of the hidden best fit. Guided steps say what to try and know when it is done. A lesson is a
sandbox: leaving it brings back set-up, history of changes and switches as they were; runs that came meanwhile are kept.

Here are the nouns, the steps' conditions and the actions; who finds the hidden best fit and who watches the steps is `tutor`.
"""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import attrs
import numpy as np

from spec_lab._base import EngineError, ParameterError
from spec_lab.fit import SetFree, Setup
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects, Follow, moved
from spec_lab.session.command_registry import Command, argument, command
from spec_lab.session.fit_key import fit_key
from spec_lab.session.known_fit import away, known_fit
from spec_lab.session.state import State

if TYPE_CHECKING:
    from spec_lab.session.session import FitSession

NEAR, FAR = 0.04, 0.12  # a shuffled slider stands so far from the best fit, as a share of its range
GOALS = ("stat_below", "score_below", "between", "moved", "resampled")


class LessonStep(NamedTuple):
    """One guided step: what to say, and the conditions that end it (name and value); without any, the person goes on."""

    say: str
    until: tuple[tuple[str, Any], ...] = ()


class Best(NamedTuple):
    """The hidden best fit of a question."""

    key: tuple[Hashable, ...]
    values: tuple[float, ...]
    stat: float


class Lesson(NamedTuple):
    """A lesson under way.

    Attributes:
        before: The state it began with; leaving brings it back.
        steps: The guided steps.
        at: Number of the present one, from 0; `len(steps)` when all are done.
        reached: Whether its condition was met.
        best: The newest hidden best fit.
        start: The score at the beginning, which scales the bar.
        values: Where the parameters stood when the present step began.
        shuffles: How often the sliders were shuffled.
        seed: With which the present counts were drawn; 0 = the observed ones.
        error: Why there is no hidden best fit.
    """

    before: State
    steps: tuple[LessonStep, ...] = ()
    at: int = 0
    reached: bool = False
    best: Best | None = None
    start: float | None = None
    values: tuple[float, ...] = ()
    shuffles: int = 0
    seed: int = 0
    error: str = ""

    @property
    def step(self) -> LessonStep | None:
        """The present step."""
        return self.steps[self.at] if self.at < len(self.steps) else None


def lesson_of(state: State) -> Lesson:
    """The lesson under way.

    Raises:
        EngineError: There is none.
    """
    if state.lesson is None:
        raise EngineError("no lesson is under way", hint="Begin one: lab.teach().")
    return state.lesson


def settled(state: State) -> State:
    """The state without the sandbox of a lesson: what is worth keeping."""
    return state if state.lesson is None else Leave().take(state)[0]


def hidden_best(state: State) -> Best | None:
    """The hidden best fit, if it is that of the present question."""
    best = state.lesson.best if state.lesson is not None else None
    return best if best is not None and best.key == fit_key(state.setup) else None


def score(state: State, stat: float) -> float | None:
    """How far a statistic is from that of the hidden best fit; None while that is being found."""
    best = hidden_best(state)
    return None if best is None or not np.isfinite(stat) else max(0.0, stat - best.stat)


# -- steps -------------------------------------------------------------------------------------------------------------
def parse_steps(steps: Any, setup: Setup) -> tuple[LessonStep, ...]:
    """Steps from a list of `{"say": text, "until": {condition: value}}`.

    Conditions, which all must hold: `stat_below` and `score_below` a number, `between` a mapping of parameters to ranges, `moved`
    a parameter or several, `resampled` True.

    Raises:
        ParameterError: A step that is none of these.
    """
    if steps is None:
        return ()
    if not isinstance(steps, list | tuple):
        raise ParameterError("the steps of a lesson come in a list", got=type(steps).__name__)
    return tuple(_step(number, given, setup) for number, given in enumerate(steps, start=1))


def _step(number: int, given: Any, setup: Setup) -> LessonStep:
    if not isinstance(given, dict) or not str(given.get("say", "")).strip() or set(given) - {"say", "until"}:
        allowed = '{"say": "...", "until": {"stat_below": 600}}'
        raise ParameterError(f"step {number} of the lesson is not understood", got=given, allowed=allowed)
    until = given.get("until") or {}
    if not isinstance(until, dict) or set(until) - set(GOALS):
        raise ParameterError(f"step {number} waits for what nobody knows", got=until, allowed=", ".join(GOALS))
    try:
        return LessonStep(
            str(given["say"]).strip(), tuple((name, _goal(name, value, setup)) for name, value in until.items())
        )
    except (TypeError, ValueError) as error:
        raise ParameterError(f"the condition of step {number} has the wrong form", got=until) from error


def _goal(name: str, value: Any, setup: Setup) -> Any:
    if name in ("stat_below", "score_below"):
        return float(value)
    if name == "between":
        return tuple(
            (setup.root(setup.index(pid)), float(low), float(high)) for pid, (low, high) in dict(value).items()
        )
    if name == "moved":
        return tuple(setup.root(setup.index(pid)) for pid in (value if isinstance(value, list | tuple) else [value]))
    return bool(value)


def met(state: State, stat: float) -> bool:
    """Whether the present step is done, the statistic being `stat`."""
    lesson = lesson_of(state)
    step = lesson.step
    return step is not None and all(_holds(name, value, state, lesson, stat) for name, value in step.until)


def _holds(name: str, value: Any, state: State, lesson: Lesson, stat: float) -> bool:
    values = np.asarray(state.setup.values)
    if name == "stat_below":
        return bool(stat < value)
    if name == "score_below":
        left = score(state, stat)
        return left is not None and left < value
    if name == "between":
        return all(low <= values[i] <= high for i, low, high in value)
    if name == "moved":
        return all(values[i] != lesson.values[i] for i in value)
    return (lesson.seed > 0) is value


# -- actions -----------------------------------------------------------------------------------------------------------
def _readable(value: Any, setup: Setup) -> Any:
    """Steps as they are written down; they are understood."""
    parse_steps(value, setup)
    return value


@command("teach")
class Teach(Action):
    """Begin a lesson: fits and the best fit are hidden, sliders are left, the score is the statistic above the best.

    A lesson is a sandbox: `lab.tutor.leave()` (or the button) brings everything back. `lab.tutor` shuffles the sliders, draws
    new counts from the model in hand, shows the best fit.

    Args:
        steps: What to try, one after another: `[{"say": "Bend it.", "until": {"stat_below": 600}}, ...]`. Conditions:
            `stat_below`, `score_below`, `between` (`{"cpl.alpha": [-1.2, -1]}`), `moved` (`"cpl.alpha"`), `resampled` (True);
            a step without any waits for Next.

    Raises:
        ParameterError: A step is not understood.
        EngineError: A fit is running, or there is nothing to move.
    """

    steps: Any = argument(
        _readable, default=None, typescript="{ say: string; until?: Record<string, unknown> }[] | null"
    )

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.busy:
            raise EngineError(f"the fit with {state.fit.engine!r} is still running", hint="Stop it first.")
        if not state.setup.free:
            raise EngineError(
                "there is nothing to move: every parameter is frozen, linked away or tied", hint="Thaw one."
            )
        state = settled(state)
        lesson = Lesson(before=state, steps=parse_steps(self.steps, state.setup), values=_values(state))
        hidden = _hidden(state).replace(lesson=lesson)
        if _at_best(state):
            hidden = _elsewhere(hidden)
        return _begun(hidden), (Follow(False),)

    def as_code(self) -> str:
        return f"lab.teach({self.steps!r})" if self.steps else "lab.teach()"


def _hidden(state: State) -> State:
    """The state without anything that would give the best fit away: the one filter, which `Leave` takes back."""
    nothing = {"runs": (), "preview": None, "overlaid": (), "shown": None, "past": (), "future": ()}
    return state.replace(**nothing, live=False, previews=False, refit_others=False)


def _at_best(state: State) -> bool:
    """Whether a fit has just been here: a lesson that begins there would be over."""
    known = known_fit(state)
    return known is not None and not np.any(away(state, known) > 1.0)


def _elsewhere(state: State) -> State:
    setup = state.setup
    values = np.asarray(setup.free_values, dtype=float)
    moved_to = _inside(setup, values + _away(setup, np.random.default_rng(0), len(values)))
    state = state.replace(setup=setup.with_free(moved_to))
    return state.replace(lesson=lesson_of(state)._replace(values=_values(state)))


def _values(state: State) -> tuple[float, ...]:
    return tuple(map(float, state.setup.values))


def _begun(state: State) -> State:
    """A step that waits for nothing is done at once."""
    lesson = lesson_of(state)
    return state.replace(lesson=lesson._replace(reached=lesson.step is not None and not lesson.step.until))


@command("leave")
class Leave(Action):
    """Leave the lesson: everything is as it was before, and what was fitted meanwhile is in the history."""

    def take(self, state: State) -> tuple[State, Effects]:
        before = lesson_of(state).before
        told = {name: getattr(state, name) for name in ("fit", "messages", "autosaved", "rev", "counter")}
        return before.replace(**told), (Follow(False),)

    def as_code(self) -> str:
        return "lab.tutor.leave()"


@command("next")
class Next(Action):
    """Go on to the next step."""

    def take(self, state: State) -> tuple[State, Effects]:
        lesson = lesson_of(state)
        if lesson.step is None:
            raise EngineError("the lesson has no further step")
        lesson = lesson._replace(at=lesson.at + 1, reached=False, values=_values(state))
        return _begun(state.replace(lesson=lesson)), ()

    def as_code(self) -> str:
        return "lab.tutor.next()"


@command("shuffle")
class Shuffle(Action):
    """Put the free parameters at random places about the hidden best fit (about where they stand, while it is not known)."""

    def take(self, state: State) -> tuple[State, Effects]:
        lesson, setup, best = lesson_of(state), state.setup, hidden_best(state)
        number = lesson.shuffles + 1
        middle = np.array(setup.free_values if best is None else best.values, dtype=float)
        away = _away(setup, np.random.default_rng(number), len(middle))
        state = state.replace(lesson=lesson._replace(shuffles=number, start=None))
        after = SetFree(tuple(map(float, _inside(setup, middle + away)))).apply(setup)
        return moved(state, after, f"shuffle {number}", self.as_code())

    def as_code(self) -> str:
        return "lab.tutor.shuffle()"


def _away(setup: Setup, generator: np.random.Generator, n: int) -> np.ndarray:
    """`f[n]`: random steps; a range without an end counts as the value's own size."""
    ends = [setup.range_of(i) for i in setup.free]
    sizes = [min(high - low, 6.0 * max(1.0, abs(v))) for (low, high), v in zip(ends, setup.free_values, strict=True)]
    return np.array(sizes) * generator.uniform(NEAR, FAR, n) * generator.choice([-1.0, 1.0], n)


def _inside(setup: Setup, values: np.ndarray) -> np.ndarray:
    ends = np.array([setup.range_of(i) for i in setup.free])
    return np.clip(values, *ends.T)


@command("reveal")
class Reveal(Action):
    """Put the parameters at the hidden best fit."""

    def take(self, state: State) -> tuple[State, Effects]:
        lesson_of(state)
        best = hidden_best(state)
        if best is None:
            raise EngineError("the best fit is still being looked for", hint="Try again in a moment.")
        edit = SetFree(best.values)
        return moved(state, edit.apply(state.setup), "show the best fit", self.as_code())

    def as_code(self) -> str:
        return "lab.tutor.reveal()"


@command("resample")
class Resample(Command):
    """Draw new counts from the model in hand, as if it were the truth; undoable.

    Args:
        seed: Of the draw; the next one when left out, 0 = the observed counts again.

    Raises:
        EngineError: No lesson is under way, or the model cannot be simulated.
    """

    undoable: ClassVar[bool] = True
    seed: int | None = argument(read.anything, default=None)

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        session.tutor.recount(self.seed)
        return {"code": "lab.tutor.resample()", "rev": session.state.rev}


# -- what the tutor reports --------------------------------------------------------------------------------------------
@attrs.frozen(eq=False)
class Recounted(Action):
    """New counts, drawn from the model in hand with a seed (0 = the observed ones); undoable."""

    setup: Setup
    seed: int

    def take(self, state: State) -> tuple[State, Effects]:
        lesson = lesson_of(state)
        state = state.replace(lesson=lesson._replace(seed=self.seed, start=None))
        label = f"new counts, seed {self.seed}" if self.seed else "the observed counts"
        return moved(state, self.setup, label, self.as_code())

    def as_code(self) -> str:
        return f"lab.tutor.resample({self.seed})"


@attrs.frozen(eq=False)
class BestFound(Action):
    """The hidden best fit was found, or why not."""

    best: Best | None
    error: str = ""

    def take(self, state: State) -> tuple[State, Effects]:
        if state.lesson is None or (self.best is not None and self.best.key != fit_key(state.setup)):
            return state, ()
        return state.replace(lesson=state.lesson._replace(best=self.best, error=self.error)), ()

    def as_code(self) -> str:
        return "# the tutor knows the best fit"


@attrs.frozen
class Judged(Action):
    """The score of the set-up in hand is known: it scales the bar, and may end the step."""

    at: int
    stat: float

    def take(self, state: State) -> tuple[State, Effects]:
        lesson = state.lesson
        if lesson is None or lesson.at != self.at:
            return state, ()
        left = score(state, self.stat)
        start = lesson.start if lesson.start is not None else left
        reached = lesson.reached or met(state, self.stat)
        judged = lesson._replace(start=start, reached=reached)
        return (state if judged == lesson else state.replace(lesson=judged)), ()

    def as_code(self) -> str:
        return "# judged"
