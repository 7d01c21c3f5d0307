"""Writes golden conversations: what Python really tells the front end, replayed by the front end's own tests.

    PYTHONPATH=tests/session python tests/widgets/make_golden_views.py

Each file holds one scene over a small made-up burst: what a view that opens is told (`opening`), what questions are answered
with, and plays: what a person does one after the other, each with what Python says to it. Of a view only the news are kept. What
differs from machine to machine or from moment to moment is left out: which engines are installed, times, and digits beyond the
sixth.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "session"))

from recorder import Recorder
from session_toy import make_infer

from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.infer.store import LocalStore
from spec_lab.session import FitSession

FOLDER = Path(__file__).resolve().parents[2] / "widgets" / "frontend" / "test" / "golden"


class Ask(NamedTuple):
    """One thing that the front end says.

    Attributes:
        message: As it says it, without `id` and `seq`.
        free: Names of arguments that may be others when it is replayed: the answer is kept for any.
        only: Fields of the view to keep; all when empty.
    """

    message: dict[str, Any]
    free: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def act(name: str, free: tuple[str, ...] = (), only: tuple[str, ...] = (), **args: Any) -> Ask:
    """A command."""
    return Ask({"type": "action", "name": name, "args": args}, free, only)


def drag(pid: int, value: float) -> Ask:
    """A slider moves."""
    return Ask({"type": "drag", "pid": pid, "value": value}, ("value",))


def brush(pids: list[int], region: list[list[float]]) -> Ask:
    """Draws are selected within an outline, or let go."""
    return Ask({"type": "brush", "pids": pids, "region": region}, ("pids", "region") if region else ())


# -- scenes ----------------------------------------------------------------------------------------------------------------
def start() -> FitSession:
    """As a Lab opens."""
    return FitSession(make_infer("two"))


def edited() -> FitSession:
    """Linked, frozen, tied, ignored, with a prior of another family, and one change undone."""
    session = FitSession(make_infer("cpl"))
    session.link(6, 11)
    session.freeze(1)
    session.tie(3, "0.2*par[2]")
    session.set_prior(2, "norm(2.5, 0.3)")
    session.notice("na", [[20, 300]])
    session.set_value(2, 2.4)
    session.undo()
    return session


def _run(session: FitSession) -> Outcome:
    session.fit("fit", seed=1)
    run = session.wait(300)
    assert run is not None
    return run.outcome


@cache
def _runs() -> tuple[Setup, tuple[Outcome, ...]]:
    """A set-up at its best fit, and three runs: over all energies, with one parameter frozen, and as it is."""
    session = FitSession(make_infer("cpl"))
    session.thaw(11)
    session.set_prior(11, "norm(1, 0.1)")
    runs = [_run(session)]
    session.notice("na", [[10, 33], [40, 900]])
    session.freeze(1)
    runs.append(_run(session))
    session.thaw(1)
    runs.append(_run(session))
    session.close()
    return session.get(), tuple(runs)


def fitted() -> FitSession:
    """After three fits; the first saw other energies."""
    setup, runs = _runs()
    infer = make_infer("cpl")
    infer.attach(LocalStore(setup))
    session = FitSession(infer)
    for outcome in runs:
        session.record(outcome)
    return session


def lesson() -> FitSession:
    """A lesson with a step; the best fit is still being looked for."""
    session = FitSession(make_infer("cpl"))
    session.teach([{"say": "Bend it.", "until": {"stat_below": 60}}])
    return session


SCENES: dict[str, Callable[[], FitSession]] = {f.__name__: f for f in (start, edited, fitted, lesson)}

# -- what is asked, and what a person does, in the scene `fitted` --------------------------------------------------------------
QUESTIONS = (
    act("components"),
    act("script"),
    act("difference", run=3),
    *(act("model_preview", model=model, pair=None) for model in ("cpl", "cpl + bb", "pl + bbo", "pl + bb", "nonsense")),
    *(act("prior_preview", pid=pid, prior=prior) for pid, prior in (
        (1, "unif(-2, 2)"), (2, "unif(0, 4)"), (3, "unif(-10, 10)"), (11, "norm(1, 0.1)"),
        (1, "unif(3, 2)"), (1, "unif(-1, 2)"),
    )),
    brush([1, 2], [[-2.0, 0.0], [2.0, 0.0], [2.0, 4.0], [-2.0, 4.0]]),
    brush([], []),
    drag(1, -0.9),
)  # fmt: skip
RUNNING = ("rev", "fit")
PLAYS: dict[str, tuple[Ask, ...]] = {
    "nothing to undo": (act("undo"),),
    "freeze 1": (act("freeze", pids=[1], frozen=True), act("difference", run=3), act("undo")),
    "freeze 2": (
        act("freeze", pids=[2], frozen=True),
        act("script"),
        act("freeze", pids=[2], frozen=False),
        act("script"),
    ),
    "link": (act("link", pids=[11, 1]), act("unlink", pids=[11])),
    "type": (
        act("set_value", pid=2, value="warm"),
        act("set_value", pid=2, value="300 keV"),
        act("set_value", free=("value",), pid=1, value=-0.9),
    ),
    "tie": (
        act("tie", pid=3, expression="par[3]"),
        act("freeze", pids=[2], frozen=True),
        act("tie", pid=11, expression="2*par[3]"),
        act("tie", pid=11, expression=""),
    ),
    "prior": (act("set_prior", pid=1, prior="unif(-1, 2)"),),
    "notice": (act("notice", unit="na", windows=[[10, 100], [200, 800]]),),
    "paste": (
        act("paste", text="0.5\nwarm", pids=[1, 2, 3, 11], down=True),
        act("paste", text="0.5", pids=[1, 2, 3, 11], down=True),
    ),
    "model": (act("set_model", model="pl + bb", pair=None),),
    "refit": (
        act("set_refit_others", on=True),
        drag(1, -1.65),
        drag(1, -1.62),
        act("set_refitted", free=("value",), pid=1, value=-1.62),
        act("set_refit_others", on=False),
    ),
    "timeline": (
        act("set_value", pid=1, value=0.1),
        act("set_value", pid=1, value=0.2),
        Ask({"type": "scrub", "moment": "start"}),
        Ask({"type": "scrub", "moment": None}),
        Ask({"type": "scrub", "moment": "line 0"}),
        act("revisit", moment="line 0"),
        act("freeze", pids=[2], frozen=True),
    ),
    "overlay": (act("overlay", run=2, on=True), act("overlay", run=2, on=False)),
    "walk": (
        *(Ask({"type": "walk", "to": to}) for to in (0.5, 1, 2)),
        Ask({"type": "scrub", "moment": None}),
        act("walk", to=2),
    ),
    "walk too far": (
        *(Ask({"type": "walk", "to": to}) for to in (0.5, 1)),
        act("walk", to=1),
        Ask({"type": "walk", "to": 99}),
        act("walk", to=99),
    ),
    "drag the curve": (
        *(
            Ask({"type": "drag_curve", "unit": "na", "energy": 60.0, "factor": f}, ("energy", "factor"))
            for f in (1.2, 1.5)
        ),
        act("drag_curve", free=("energy", "factor"), unit="na", energy=60.0, factor=1.5),
        act("undo"),
    ),
    "unfold": (Ask({"type": "unfold"}),),
    "previews": (act("set_previews", previews=True), act("prior_preview", pid=1, prior="unif(-2, 2)")),
    "sampler": (
        act("fit", free=("options",), only=RUNNING, engine="emcee", options={"steps": 1000000}),
        act("pause", only=RUNNING),
        act("resume", only=RUNNING),
        act("pause", only=RUNNING),
        act("stop", only=RUNNING),
    ),
}


@contextmanager
def recorded(name: str) -> Iterator[Recorder]:
    """A recorder on a new session of a scene."""
    session = SCENES[name]()
    try:
        yield Recorder(session)
    finally:
        session.close()


def exchange(recorder: Recorder, ask: Ask) -> dict[str, Any]:
    """What is asked, and what is said to it."""
    message = {**ask.message, **({"id": 1} if ask.message["type"] == "action" else {"seq": 100})}
    said = recorder.say(message, ask.only)
    return {"ask": ask.message, "free": list(ask.free), "said": said}


def scene(name: str) -> dict[str, Any]:
    """The conversations of a scene."""
    with recorded(name) as recorder:
        opening = recorder.opening()
        questions = [exchange(recorder, ask) for ask in QUESTIONS] if name == "fitted" else []
    plays = {}
    for play, asks in PLAYS.items() if name == "fitted" else ():
        with recorded(name) as recorder:
            recorder.opening()
            plays[play] = [exchange(recorder, ask) for ask in asks]
    return {"opening": opening, "questions": questions, "plays": plays}


def written(value: Mapping[str, Any]) -> str:
    """A scene as text: a line for each thing said."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for begins in ('{"ask": ', '{"content": ', '"questions": ', '"plays": ', '"said": '):
        text = text.replace(begins, "\n" + begins)
    return text.lstrip() + "\n"


def main() -> None:
    """Write every scene."""
    FOLDER.mkdir(exist_ok=True)
    for name in SCENES:
        text = written(scene(name))
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
