"""The part of the view-model that is about fits, as types: engines, the state of the fit, which posterior is looked at."""

from typing import Literal, NotRequired, TypedDict

OptionValue = float | bool | str | None
FitPhase = Literal["idle", "running", "paused", "stopping", "done", "stopped", "failed"]


class EngineOption(TypedDict):
    """One control of an engine's form."""

    name: str
    label: str
    kind: Literal["int", "float", "bool", "choice"]
    default: OptionValue
    min: float | None
    max: float | None
    choices: list[str | float] | None
    doc: str


class EnginePreset(TypedDict):
    """A named set of options; what it does not name keeps its default."""

    name: str
    options: dict[str, OptionValue]


class EngineForm(TypedDict):
    """An engine, whether it can run now (and if not why), and its options."""

    name: str
    title: str
    doc: str
    enabled: bool
    why: str
    options: list[EngineOption]
    presets: list[EnginePreset]


class ErrorData(TypedDict):
    """An error as data."""

    kind: NotRequired[str]
    message: str
    what: NotRequired[str]
    got: NotRequired[object]
    allowed: NotRequired[object]
    hint: NotRequired[str | None]
    # The row it belongs to: a line of a paste that could not be used.
    pid: NotRequired[int | None]


class PauseInfo(TypedDict):
    """Whether the running engine can wait, and if not why."""

    can: bool
    why: str


class FitStatus(TypedDict):
    """The background fit."""

    state: FitPhase
    engine: str
    # From 0 to 1.
    progress: float | None
    message: str
    # It is done, but its message warns.
    doubt: NotRequired[bool]
    # Seconds, pauses left out.
    elapsed: float | None
    eta: float | None
    error: ErrorData | None
    # The set-up was edited since it began.
    draft: bool
    pause: NotRequired[PauseInfo]


class PosteriorChoice(TypedDict):
    """A run whose posterior may be looked at; `here`: it belongs to the present set-up."""

    run: int
    text: str
    here: bool


class PosteriorInfo(TypedDict):
    """Which posterior is looked at, and which there are, newest first.

    `current`: the newest corner plot is of what `run` says (a run that was chosen; None: the present set-up), and why there may
    be none (`text`). `note`: what a chosen run does not share with the present set-up. `pending`: its preview is on the way.
    """

    current: bool
    pending: bool
    text: str
    run: int | None
    note: str
    choices: list[PosteriorChoice]
