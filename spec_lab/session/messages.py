"""Frames and replies as types: what goes to the front end beside the view-model. No code lives here, see `view_model`."""

from typing import Literal, NotRequired, TypedDict

from spec_lab.session.fit_forms import ErrorData, FitStatus
from spec_lab.session.view_model import ActivityInfo, LabView, LessonScore


# -- frames ------------------------------------------------------------------------------------------------------------
class ProfileMark(TypedDict):
    """Where a profile crosses a rise of the statistic (1 or 4)."""

    rise: float
    ends: list[float]


class ProfileData(TypedDict):
    """How the statistic rises along one parameter, the others refitted: ascending values, null for a gap."""

    pid: int
    values: list[float]
    rises: list[float | None]
    marks: list[ProfileMark]
    text: str


class SpectrumUnit(TypedDict):
    """What the buffer of a spectrum holds of one unit: `n` values of each field."""

    name: str
    color: int
    n: int
    # lo hi data err model resid used, then unfold where it was asked for, then comp:NAME of each additive term.
    fields: list[str]
    components: list[str]


class SpectrumMessage(TypedDict):
    """Curves and residuals; one buffer of little-endian float32, for each unit each field in order."""

    type: Literal["spectrum"]
    rev: int
    seq: int
    preview: bool
    exact: bool
    units: list[SpectrumUnit]
    xlabel: str
    ylabel: str
    stat: str
    xscale: NotRequired[Literal["log", "linear"]]
    yscale: NotRequired[Literal["log", "linear"]]
    # Smallest y worth showing.
    ymin: NotRequired[float | None]
    # In a lesson: the score of these curves.
    score: NotRequired[LessonScore]
    # Of a preview: the parameters that stand elsewhere, pid, value and text.
    moves: NotRequired[list[tuple[int, float, str]]]
    # Of a drag that refits the others: the profile as it has grown.
    profile: NotRequired[ProfileData | None]


class CornerMessage(TypedDict):
    """The corner plot; buffers: marginals (float32), pairs (uint8), thresholds (float32)."""

    type: Literal["corner"]
    rev: int
    seq: int
    labels: list[str]
    pids: list[int]
    lo: list[float]
    hi: list[float]
    bins: int
    median: list[str]
    plus: list[str]
    minus: list[str]
    best: list[float]
    levels: list[float]
    source: str
    n: int
    # Whether it can be trusted; if not, medians and distances are empty texts and `warning` says why.
    trusted: bool
    warning: str
    # The chosen run, None: the newest of the present set-up.
    run: int | None
    # Of a sampler that is still at work.
    live: bool


class UnitLength(TypedDict):
    """A unit, and how many values each of its fields has."""

    name: str
    n: int


class BrushMessage(TypedDict):
    """Selected draws and the bands of their curves; one buffer like that of a spectrum."""

    type: Literal["brush"]
    rev: int
    seq: int
    # `seq` of the request, -1: none.
    request: int
    # Empty: nothing is selected.
    pids: list[int]
    region: list[tuple[float, float]]
    n: int
    total: int
    units: list[UnitLength]
    fields: list[str]


class OverlayMessage(TypedDict):
    """The folded curve of a run that is laid over the spectrum; one buffer like that of a spectrum. No ack."""

    type: Literal["overlay"]
    run: int
    label: str
    units: list[UnitLength]
    fields: list[str]


class ProfilesMessage(TypedDict):
    """All profiles that dragging has given for the present question. No ack."""

    type: Literal["profiles"]
    rev: int
    curves: list[ProfileData]


class ActivityMessage(TypedDict):
    """What takes longer than a moment, and has no panel of its own; null: nothing of that kind. No ack."""

    type: Literal["activity"]
    curves: ActivityInfo | None
    posterior: ActivityInfo | None


class ProgressMessage(TypedDict):
    """A light update between views (at most 5 a second)."""

    type: Literal["progress"]
    fit: FitStatus


# -- replies -----------------------------------------------------------------------------------------------------------
class PriorHandle(TypedDict):
    """An argument of a prior that stands at `x = zero + unit * arg`, or `zero + unit * exp(arg)` where `log`."""

    arg: int
    name: str
    role: Literal["low", "high", "centre", "width"]
    at: float
    zero: float
    unit: float
    log: bool
    # It may be pulled from `least` to `most`; null = as far as one likes.
    least: float | None
    most: float | None


class PosteriorCurve(TypedDict):
    """A posterior's curve, and what it says of the information gained."""

    x: list[float]
    density: list[float]
    words: str
    title: str


class PriorCurve(TypedDict):
    """A prior as a curve to draw (`density` per ln x where `log`), the range worth drawing, what can be pulled along it."""

    x: list[float]
    density: list[float]
    lo: float
    hi: float
    log: bool
    handles: list[PriorHandle]


class ComponentInfo(TypedDict):
    """A component that a model can be made of."""

    name: str
    kind: Literal["add", "mul", "math", "conv"]
    family: str
    what: str
    aliases: list[str]


class ModelPreview(TypedDict):
    """What a typed model would be: the expression as Python reads it, and what would stay."""

    expression: str
    words: str


class ChangeRow(TypedDict):
    """A parameter, prior or energy window that differs between a run and the present set-up."""

    of: str
    label: str
    name: str
    then: str
    now: str


class Changes(TypedDict):
    """What a run and the present set-up do not share; `words` tell another model, other data, or that nothing differs."""

    run: int
    words: str
    rows: list[ChangeRow]


class Reply(TypedDict):
    """The answer to a command; on error nothing changed. The later fields come with the commands that ask for them."""

    type: Literal["reply"]
    # Null: an answer to a message that was none of the border's; nothing waits for it.
    id: int | None
    ok: bool
    # The revision whose view shows the effect.
    rev: NotRequired[int]
    code: NotRequired[str]
    error: NotRequired[ErrorData]
    # `script`
    text: NotRequired[str]
    # `prior_preview`
    x: NotRequired[list[float]]
    density: NotRequired[list[float]]
    lo: NotRequired[float]
    hi: NotRequired[float]
    log: NotRequired[bool]
    handles: NotRequired[list[PriorHandle]]
    # `prior_preview`: the posterior of the present question over it; null where none is known.
    posterior: NotRequired[PosteriorCurve | None]
    # `components`
    components: NotRequired[list[ComponentInfo]]
    # `model_preview`
    expression: NotRequired[str]
    # `model_preview`, `difference`
    words: NotRequired[str]
    # `difference`
    rows: NotRequired[list[ChangeRow]]
    run: NotRequired[int]


FrameMessage = SpectrumMessage | CornerMessage | BrushMessage | OverlayMessage
FromPython = (
    LabView
    | Reply
    | SpectrumMessage
    | CornerMessage
    | BrushMessage
    | OverlayMessage
    | ProfilesMessage
    | ProgressMessage
    | ActivityMessage
)
