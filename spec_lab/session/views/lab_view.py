"""The whole view-model: one dictionary that says everything the panels show except the curves. Pure: state in, data out."""

import math
import time
from pathlib import Path

import numpy as np

from spec_lab._base import finite, reduced_text, statistic_text
from spec_lab.data import DataUnit, describe_grouping
from spec_lab.engines import ENGINES, Progress, improper
from spec_lab.fit import Setup, statistic_of
from spec_lab.session.autosave import short_path
from spec_lab.session.evaluation import Evaluation
from spec_lab.session.fit_forms import ErrorData, FitStatus, PauseInfo, PosteriorInfo
from spec_lab.session.fit_key import fit_key, same_setup
from spec_lab.session.posterior_choice import choices, sampled, shown_posterior
from spec_lab.session.state import FitState, Run, State
from spec_lab.session.timeline import timeline
from spec_lab.session.view_model import (
    AutosaveInfo,
    HistoryRow,
    LabView,
    MessageInfo,
    StatInfo,
    TimelineInfo,
    UnitInfo,
)
from spec_lab.session.views.criteria import bins, criteria, run_label, run_stat
from spec_lab.session.views.degeneracy import degeneracy
from spec_lab.session.views.engines import engines
from spec_lab.session.views.hints import hint
from spec_lab.session.views.labels import as_in_table
from spec_lab.session.views.lesson import lesson, without_fits
from spec_lab.session.views.models import models
from spec_lab.session.views.parameter_table import errors_of, intervals_of, known_of, parameters
from spec_lab.session.views.spectrum import STYLES
from spec_lab.session.views.starts import offer
from spec_lab.session.views.usual_energies import usual_energies

JOURNAL = 200


def view(
    state: State,
    evaluation: Evaluation | None,
    progress: Progress | None = None,
    *,
    known: Evaluation | None = None,
    elapsed: float | None = None,
    waiting: bool = False,
    fault: ErrorData | None = None,
    wait: bool = True,
) -> LabView:
    """The `view` message of PROTOCOL.md.

    Args:
        state: The session's state.
        evaluation: Curves of exactly this set-up, or None while they are being computed.
        progress: The newest report of the running job.
        known: An older evaluation, shown (marked as not exact) until the new one is there.
        elapsed: Seconds since the running job began, pauses left out.
        waiting: Whether the running job stands still.
        fault: The error that computing the curves gave.
        wait: Whether to wait for the forms of engines that are still being imported.
    """
    preview = state.preview
    asked = fit_key(state.setup)
    if preview is not None and preview.key != asked:
        preview = None
    latest = next((r for r in reversed(state.runs) if fit_key(r.outcome.setup) == asked), None)
    fitted = preview if preview is not None and preview.fit is not None else None
    errors = errors_of(state.setup, fitted, latest, None if evaluation is None else evaluation.stat)
    near = known_of(fitted, latest) if state.refit_others else {}
    made: LabView = {
        "type": "view",
        "rev": state.rev,
        "title": " + ".join(name for pair in state.setup.pairs for name in pair.data.names),
        "subtitle": "; ".join(pair.model.expression for pair in state.setup.pairs),
        "models": models(state.setup),
        "params": parameters(state.setup, errors, near, intervals_of(fitted)),
        "units": units(state.setup),
        "stat": statistic(state.setup, evaluation, known),
        "criteria": criteria(state, evaluation),
        "posterior": posterior(state),
        "engines": engines(state.setup, wait=wait),
        "fit": fit(state, progress, elapsed, waiting),
        "history": [history_row(run, state) for run in reversed(state.runs)],
        "journal": [{"code": line.code, "undone": line.undone} for line in state.journal[-JOURNAL:]],
        "timeline": _timeline(state),
        "degeneracy": degeneracy(state),
        "styles": list(STYLES),
        "hint": hint(state, evaluation),
        "offer": offer(state, evaluation),
        "usual": usual_energies(state.setup),
        "undo": {"can": bool(state.past), "label": state.past[-1].label if state.past else ""},
        "redo": {"can": bool(state.future), "label": state.future[-1].label if state.future else ""},
        "live": state.live,
        "refit_others": state.refit_others,
        "messages": _messages(state, fault),
        "autosave": autosave(state),
        "lesson": lesson(state, evaluation.stat if evaluation is not None else None),
    }
    return made if state.lesson is None else without_fits(made)


def autosave(state: State) -> AutosaveInfo:
    """`view.autosave`: where the session is kept, in words; "" when it is not."""
    path, at = state.autosaved
    if not path:
        return {
            "text": "",
            "title": "Nothing is written by itself: lab.autosave() switches it on, lab.save(path) writes now.",
        }
    title = f"{path}. lab.autosave(False) switches it off; Lab.recover() opens the newest."
    if at is None:
        return {"text": f"Autosave: a minute after a change, into {short_path(Path(path).parent)}", "title": title}
    return {"text": f"Autosaved {time.strftime('%H:%M:%S', time.localtime(at))} in {short_path(path)}", "title": title}


def units(setup: Setup) -> list[UnitInfo]:
    """`view.units`."""
    pairs = [
        (i, name, unit)
        for i, pair in enumerate(setup.pairs)
        for name, unit in zip(pair.data.names, pair.data.units, strict=True)
    ]
    return [_unit(i, color, name, unit) for color, (i, name, unit) in enumerate(pairs)]


def _unit(pair: int, color: int, name: str, unit: DataUnit) -> UnitInfo:
    groups = unit.all_channels()
    low, high = float(np.min(groups.emin)), float(np.max(groups.emax))
    kind = statistic_of(unit)
    return {
        "name": name,
        "pair": pair + 1,
        "stat": kind.tag,
        "formula": kind.formula,
        "channels": len(groups.S),
        "used": int(np.sum(groups.used)),
        "notice": [(max(float(a), low), min(float(b), high)) for a, b in unit.notc or ()],
        "grouping": describe_grouping(unit.grpg),
        "range": (low, high),
        "color": color,
    }


def statistic(setup: Setup, evaluation: Evaluation | None, known: Evaluation | None) -> StatInfo:
    """`view.stat`."""
    shown = evaluation if evaluation is not None else known
    number = shown.stat if shown is not None else math.nan
    n, k = bins(setup), len(setup.free)
    names = {statistic_of(unit).tag for pair in setup.pairs for unit in pair.data.units}
    return {
        "name": " + ".join(sorted(names)),
        "value": statistic_text(number) if shown is not None else "…",
        "number": finite(number),
        "dof": n - k,
        "bins": n,
        "reduced": reduced_text(number / (n - k)) if shown is not None and n > k and math.isfinite(number) else "–",
        "exact": evaluation is not None,
        "per_unit": [
            {"unit": u.name, "name": u.kind.tag, "value": statistic_text(u.stat), "bins": int(u.used.sum())}
            for u in (shown.units if shown is not None else ())
        ],
    }


def _messages(state: State, fault: ErrorData | None) -> list[MessageInfo]:
    shown: list[MessageInfo] = [{"id": m.id, "level": m.level, "text": m.text} for m in state.messages]
    if fault is not None:
        shown.append({"id": 0, "level": "error", "text": f"The curves cannot be computed: {fault['message']}"})
    return shown


def fit(state: State, progress: Progress | None, elapsed: float | None = None, waiting: bool = False) -> FitStatus:
    """`view.fit`, and the body of the `progress` message."""
    now = state.fit
    busy = now.busy
    draft = busy and now.setup is not None and not same_setup(now.setup, state.setup)
    return {
        "state": now.phase,
        "engine": now.engine,
        "progress": finite(progress.fraction) if busy and progress else (1.0 if now.phase == "done" else None),
        "message": as_in_table(_message(now, progress, waiting), state.setup),
        "doubt": now.doubt,
        "elapsed": round(_seconds(now, progress, elapsed), 3),
        "eta": finite(progress.eta) if busy and progress else None,
        "error": now.error,
        "draft": bool(draft),
        "pause": _pause(now),
    }


def _message(now: FitState, progress: Progress | None, waiting: bool) -> str:
    if not now.busy:
        return now.message
    so_far = progress.message if progress else "starting; a new model is compiled first"
    if now.phase != "paused":
        return so_far
    return f"{so_far}, waiting" if waiting else f"{so_far}, will wait after this block"


def _pause(now: FitState) -> PauseInfo:
    """Whether the running engine can wait, and if not why."""
    row = ENGINES.get(now.engine)
    why = row.not_pausable if row is not None else ""
    return {"can": now.busy and not why, "why": why}


def _seconds(now: FitState, progress: Progress | None, elapsed: float | None) -> float:
    if not now.busy:
        return now.seconds
    return elapsed if elapsed is not None else (progress.elapsed if progress else 0.0)


def posterior(state: State) -> PosteriorInfo:
    """`view.posterior`."""
    found = shown_posterior(state)
    there = found is not None and len(found.outcome.draws) > 1
    asked = fit_key(state.setup)
    return {
        "current": there,
        "pending": pending(state),
        "text": "" if there else _no_posterior(state),
        "run": state.shown,
        "note": "" if found is None or found.here else f"run #{found.run} had another set-up",
        "choices": [
            {"run": run.number, "text": _choice(run), "here": fit_key(run.outcome.setup) == asked}
            for run in choices(state)
        ],
    }


def _choice(run: Run) -> str:
    return f"#{run.number} {run_label(run)} · {len(run.outcome.draws)} draws"


def _no_posterior(state: State) -> str:
    preview = state.preview
    if preview is not None and preview.key == fit_key(state.setup) and preview.error is not None:
        return f"No posterior: {preview.error['message']}"
    if not (state.live or state.previews):
        return "Switch Live on for a preview, or run a sampler."
    if pending(state):
        return "Run a sampler, or wait for the preview."
    if improper(state.setup):
        return "It needs a proper prior on every free parameter."
    return "The preview was given up; the next change begins another. Or run a sampler."


def pending(state: State) -> bool:
    """Whether a preview of the present set-up is on the way."""
    known = state.preview is not None and state.preview.key == fit_key(state.setup)
    return (state.live or state.previews) and bool(state.setup.free) and state.lesson is None and not known


def _timeline(state: State) -> TimelineInfo:
    """`view.timeline`: what was done, and where one is."""
    moments, now = timeline(state)
    return {"now": now, "moments": [{"id": m.id, "label": m.label} for m in moments]}


def history_row(run: Run, state: State) -> HistoryRow:
    """One entry of `view.history`."""
    outcome = run.outcome
    return {
        "run": run.number,
        "label": run_label(run),
        "engine": outcome.engine,
        "time": time.strftime("%H:%M:%S", time.localtime(run.time)),
        "stat": statistic_text(run_stat(outcome)),
        "k": len(outcome.setup.free),
        "lnz": None if outcome.log_evidence is None else statistic_text(outcome.log_evidence),
        "pinned": run.pinned,
        "note": as_in_table(outcome.message, outcome.setup),
        "current": same_setup(outcome.setup, state.setup),
        "overlaid": run.number in state.overlaid,
        "posterior": sampled(run),
        "shown": run.number == state.shown,
    }
