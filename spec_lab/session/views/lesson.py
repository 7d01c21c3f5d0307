"""A lesson as plain data: the score in words and as a bar, the step and what it waits for."""

import math
from typing import Any

from spec_lab.session.fit_forms import EngineForm
from spec_lab.session.lesson import Lesson, LessonStep, score
from spec_lab.session.state import State
from spec_lab.session.view_model import CriteriaTable, LabView, LessonInfo, LessonScore, LessonStepInfo

# the statistic above its minimum is chi-squared-like: 1 above is one standard deviation of one parameter, and so on
WORDS = ((1.0, "within 1σ of the best: that is it"), (4.0, "within 2σ: nearly there"), (25.0, "hot"), (150.0, "warm"),
         (1500.0, "cool"), (math.inf, "cold"))  # fmt: skip
FEWEST = 100.0  # the bar's full length is at least this score


def lesson(state: State, stat: float | None) -> LessonInfo | None:
    """`view.lesson`; None when none is under way."""
    now = state.lesson
    if now is None:
        return None
    return {
        **told(state, stat),
        "step": _step(state, now, now.step),
        "at": now.at + 1,
        "of": len(now.steps),
        "counts": f"simulated counts, seed {now.seed}" if now.seed else "observed counts",
    }


def told(state: State, stat: float | None) -> LessonScore:
    """The score alone, as previews carry it: `score` (text), `number`, `word`, and `level`, 0 (far) to 1 (there)."""
    left = score(state, stat) if stat is not None else None
    if left is None:
        why = state.lesson.error if state.lesson is not None else ""
        word = f"no best fit to compare with: {why}" if why else "looking for the best fit …"
        return {"score": "…", "number": None, "word": word, "level": 0.0}
    word = next(word for most, word in WORDS if left < most)
    return {
        "score": f"{left:.1f}" if left < 100 else f"{left:.0f}",
        "number": left,
        "word": word,
        "level": 1.0 - min(1.0, math.log1p(left) / math.log1p(_far(state.lesson))),
    }


def _far(now: Lesson) -> float:
    return max(FEWEST, now.start or 0.0)


def _step(state: State, now: Lesson, step: LessonStep | None) -> LessonStepInfo | None:
    if step is None:
        return None
    goal = " and ".join(_words(name, value, state) for name, value in step.until)
    return {"say": step.say, "goal": goal, "reached": now.reached}


def _words(name: str, value: Any, state: State) -> str:
    slots = state.setup.slots
    if name == "stat_below":
        return f"statistic below {value:g}"
    if name == "score_below":
        return f"score below {value:g}"
    if name == "between":
        return ", ".join(f"{slots[i].component}.{slots[i].name} between {low:g} and {high:g}" for i, low, high in value)
    if name == "moved":
        return "move " + " and ".join(f"{slots[i].component}.{slots[i].name}" for i in value)
    return "new counts" if value else "the observed counts"


def without_fits(view: LabView) -> LabView:
    """The view of a lesson: nothing compares with the best fit, nothing finds it."""
    why = "Fits are hidden while a lesson is on: leave it first."
    nothing: CriteriaTable = {"rows": [], "at": "current values", "quality": None, "stale": False}
    engines: list[EngineForm] = [{**engine, "enabled": False, "why": why} for engine in view["engines"]]
    return {**view, "criteria": nothing, "engines": engines, "offer": None}
