"""Writes golden messages: what Python really tells the front end, read by the front end's own tests.

    PYTHONPATH=tests/session python tests/widgets/make_golden_views.py

Each file holds the messages of one scene over a small made-up burst, buffers as base64. What differs from machine to machine or
from moment to moment is left out: which engines are installed, times, and digits beyond the sixth.
"""

import base64
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "session"))

import numpy as np
from session_toy import make_infer

from spec_lab.session import FitSession, views

FOLDER = Path(__file__).resolve().parents[2] / "widgets" / "frontend" / "test" / "golden"
ENGINES = ("fit", "nuts", "nested")


def start(session: FitSession) -> None:
    """As a Lab opens."""


def edited(session: FitSession) -> None:
    """Linked, frozen, tied, ignored, with a prior of another family, and one change undone."""
    session.link(6, 11)
    session.freeze(1)
    session.tie(3, "0.2*par[2]")
    session.set_prior(2, "norm(2.5, 0.3)")
    session.notice("na", [[20, 300]])
    session.set_value(2, 2.4)
    session.undo()


def fitted(session: FitSession) -> None:
    """After a fit, its curve laid over the spectrum."""
    session.fit("fit", seed=1)
    run = session.wait(300)
    assert run is not None
    session.overlay(run.number)


def lesson(session: FitSession) -> None:
    """A lesson with a step; the best fit is still being looked for."""
    session.teach([{"say": "Bend it.", "until": {"stat_below": 60}}])


SCENES: dict[str, Callable[[FitSession], None]] = {f.__name__: f for f in (start, edited, fitted, lesson)}


def scene(name: str) -> dict[str, Any]:
    """The messages of a scene."""
    session = FitSession(make_infer("two" if name == "start" else "cpl"))
    try:
        SCENES[name](session)
        state, evaluation = session.state, session.evaluation()
        source = views.corner_source(state)
        corner = views.corner(source, rev=state.rev, seq=1) if source is not None else None
        frames = [views.spectrum(evaluation, rev=state.rev, seq=1), *([corner] if corner is not None else [])]
        view = _steady(views.view(state, evaluation))
        return {
            "view": rounded(view),
            "frames": [
                {"header": rounded(f.header), "buffers": [base64.b64encode(b).decode("ascii") for b in f.buffers]}
                for f in frames
            ],
        }
    finally:
        session.close()


def _steady(view: Mapping[str, Any]) -> dict[str, Any]:
    """The view without what differs from machine to machine."""
    engines = [
        {**e, "enabled": True, "why": ""} if not view["lesson"] else e for e in view["engines"] if e["name"] in ENGINES
    ]
    history = [{**row, "time": "12:00:00"} for row in view["history"]]
    lesson = view["lesson"] and {
        **view["lesson"],
        "score": "…",
        "number": None,
        "word": "looking for the best fit …",
        "level": 0.0,
    }
    return {**view, "engines": engines, "history": history, "fit": {**view["fit"], "elapsed": 0.0}, "lesson": lesson}


def rounded(value: Any) -> Any:
    """Plain data with six digits."""
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, (float, np.floating)) else value


def main() -> None:
    """Write every scene."""
    FOLDER.mkdir(exist_ok=True)
    for name in SCENES:
        text = json.dumps(scene(name), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
