"""A recorder of conversations: what Python answers to what a front end says, without kernel, browser, threads or clock."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spec_lab.session import FitSession, views
from spec_lab_widgets.connection import Connection
from spec_lab_widgets.flow import Flow
from spec_lab_widgets.pump import Pump
from spec_lab_widgets.saved_picture import SavedPicture

ENGINES = ("fit", "nuts", "nested", "emcee")
KEPT = ("reply", "view", "spectrum", "corner", "brush", "overlay", "profiles")  # the others tell of time that passes

Said = dict[str, Any]  # one message of Python: its `content`, and its `buffers` as base64


class Recorder:
    """A front end that writes down what it is told.

    Args:
        session: Which it shows.
    """

    def __init__(self, session: FitSession):
        self.session = session
        self._heard: list[tuple[Mapping[str, Any], list[bytes]]] = []
        self._connection = Connection(session, self._hear, lambda: None, SavedPicture(session))
        self._time = 0.0
        self._connection.flow = Flow(self._later)
        self._pump = Pump(session)
        self._view: dict[str, Any] = {}
        views.load_forms()

    def _later(self) -> float:
        """A clock by which nothing ever has to wait."""
        self._time += 10.0
        return self._time

    def _hear(self, content: Mapping[str, Any], buffers: list[bytes] | None) -> None:
        self._heard.append((content, list(buffers or [])))
        if "seq" in content:
            self._connection.receive({"type": "ack", "topic": content["type"], "seq": content["seq"]})

    def opening(self) -> list[Said]:
        """What a view that says hello is told."""
        return self.say({"type": "hello", "view": "v"})

    def say(self, message: Mapping[str, Any], only: Sequence[str] = ()) -> list[Said]:
        """What a message is answered with: of each kind the last, as nothing is in a hurry here.

        Args:
            message: Of the front end.
            only: Fields of the view that are kept; all when left out.
        """
        self._heard.clear()
        self._connection.receive(dict(message))
        if self.session.job is not None and self.session.state.fit.phase == "stopping":
            self.session.job.finished.wait(60)
        quiet = 0
        while quiet < 2:  # the first turn may only ask for curves
            count = len(self._heard)
            self._pump._turn(self.session, [self._connection])
            self.session.start_search.settle(60)
            self.session.previewer.settle(60)
            self.session.evaluator.settle(60)
            self.session.overlays.settle(60)
            self.session.brush.settle(60)
            quiet = quiet + 1 if count == len(self._heard) else 0
        last = {content["type"]: (content, buffers) for content, buffers in self._heard}
        return [self._written(*last[kind], only) for kind in KEPT if kind in last and not (only and kind == "corner")]

    def _written(self, content: Mapping[str, Any], buffers: list[bytes], only: Sequence[str]) -> Said:
        if content["type"] == "view":
            content = self._news(rounded(steady(content)), only)
        return {
            "content": rounded(content),
            "buffers": [base64.b64encode(buffer).decode("ascii") for buffer in buffers],
        }

    def _news(self, view: dict[str, Any], only: Sequence[str]) -> dict[str, Any]:
        """What a view has that the one before had not; of a table of the same rows, the rows that changed."""
        before, self._view = self._view, view
        news = {
            key: each
            for key, each in view.items()
            if key in ("type", "rev") or key not in before or before[key] != each
        }
        if only:
            return {key: each for key, each in news.items() if key in ("type", *only)}
        if before and "params" in news:
            old, new = before["params"]["rows"], view["params"]["rows"]
            if [row["pid"] for row in old] == [row["pid"] for row in new]:
                changed = [row for row, past in zip(new, old, strict=True) if row != past]
                news["params"] = {"changed": changed}
        return news


def steady(view: Mapping[str, Any]) -> dict[str, Any]:
    """The view without what differs from machine to machine, or from moment to moment."""
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
    fit = {**view["fit"], "elapsed": 0.0, "eta": None}
    if fit["state"] not in ("idle", "done"):
        fit |= {"message": "", "progress": None}
    return {**view, "engines": engines, "history": history, "fit": fit, "lesson": lesson}


def rounded(value: Any) -> Any:
    """Plain data with six digits."""
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, (float, np.floating)) else value
