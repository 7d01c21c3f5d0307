"""What Python tells the front end, as types: the view-model, the frames, the replies. No code lives here.

`widgets/make_protocol.py` writes `frontend/src/state/protocol.ts` from these classes and from the registry of commands, so the
two sides of the border cannot differ. A comment above a field is what both sides need to know about it.
"""

from typing import Literal, NotRequired, TypedDict

OptionValue = float | bool | str | None
Window = tuple[float, float]
RunName = int | str
FitPhase = Literal["idle", "running", "paused", "stopping", "done", "stopped", "failed"]


# -- the view ----------------------------------------------------------------------------------------------------------
class ModelInfo(TypedDict):
    """A pair's model."""

    pair: int
    data: str
    expression: str


class SliderRange(TypedDict):
    """The ends of a slider, and whether it runs in the logarithm."""

    lo: float
    hi: float
    log: bool


class ParameterRow(TypedDict):
    """A row of the parameter table."""

    pid: int
    owner: Literal["model", "data"]
    # Names of the data this model parameter is for, where there are several pairs; else empty.
    pair: str
    expression: str
    component: str
    name: str
    label: str
    unit: str
    value: float
    text: str
    # 1 σ, empty where none is known.
    error: str
    frozen: bool
    free: bool
    # Number of its group, from 1.
    link: int | None
    # The group's master.
    linked_to: int | None
    tie: str | None
    at_bound: Literal["low", "high"] | None
    prior: str
    prior_set: bool
    slider: SliderRange
    # A frozen data row: folded away.
    hidden: bool
    # Heights 0–100 of the prior across the slider's range; asked for with `prior_preview` when absent.
    glyph: NotRequired[list[int]]
    # Why its slider cannot be moved.
    fixed: NotRequired[str]


class FamilyArg(TypedDict):
    """An argument of a family of priors."""

    name: str
    default: float | None


class PriorFamily(TypedDict):
    """A family of priors to choose from."""

    name: str
    signature: str
    doc: str
    args: list[FamilyArg]


class ParameterTable(TypedDict):
    """All parameters, and the priors they may have."""

    rows: list[ParameterRow]
    families: list[PriorFamily]


class UnitInfo(TypedDict):
    """A data unit: its statistic, how many groups it has and uses, the energies (keV) noticed and covered."""

    name: str
    pair: int
    stat: str
    formula: str
    channels: int
    used: int
    # Empty: everything.
    notice: list[Window]
    range: Window
    # Index into the Okabe–Ito order blue, vermillion, green, purple, orange, sky, yellow, grey.
    color: int


class UnitStat(TypedDict):
    """A unit's share of the statistic."""

    unit: str
    name: str
    value: str
    bins: int


class StatInfo(TypedDict):
    """The statistic of the present set-up."""

    name: str
    value: str
    number: float | None
    dof: int
    bins: int
    reduced: str
    # False: of an earlier set-up, until the new one is computed.
    exact: bool
    per_unit: list[UnitStat]


class CriteriaRow(TypedDict):
    """A model in the comparison: the present set-up ("now") or a run."""

    run: RunName
    label: str
    k: int
    stat: float | None
    aic: float | None
    aicc: float | None
    bic: float | None
    lnz: float | None
    lnz_err: float | None
    weight: float | None
    note: str
    comparable: bool
    why: str


class PreviewQuality(TypedDict):
    """Whether the preview posterior can be trusted."""

    pareto_k: float | None
    ok: bool
    text: str


class CriteriaTable(TypedDict):
    """The comparison of models."""

    rows: list[CriteriaRow]
    at: str
    quality: PreviewQuality | None
    # The numbers of "now" belong to an earlier set-up.
    stale: bool


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


class HistoryRow(TypedDict):
    """A finished run, newest first."""

    run: int
    label: str
    engine: str
    time: str
    stat: str
    k: int
    lnz: float | None
    pinned: bool
    note: str
    current: bool
    # Its curve lies over the spectrum.
    overlaid: bool


class JournalLine(TypedDict):
    """A change as Python."""

    code: str
    undone: bool


class DegeneracyMove(TypedDict):
    """A parameter that moves along the degeneracy, the strongest first."""

    pid: int
    label: str
    up: bool


class DegeneracyInfo(TypedDict):
    """The direction in which the parameters are freest, in standard deviations from the best fit: present place and ends."""

    at: float
    lo: float
    hi: float
    share: str
    moves: list[DegeneracyMove]


class MomentInfo(TypedDict):
    """A set-up of the past."""

    id: str
    label: str


class TimelineInfo(TypedDict):
    """Where one has been, oldest first; `now` is the place of the present set-up."""

    now: int
    moments: list[MomentInfo]


class UndoInfo(TypedDict):
    """Whether undo (or redo) can do something, and what."""

    can: bool
    label: str


class MessageInfo(TypedDict):
    """A notice; id 0 is the error that computing the curves gave, and goes away by itself; -1 says that a page has no kernel."""

    id: int
    level: Literal["info", "warning", "error"]
    text: str


class AutosaveInfo(TypedDict):
    """Where the session is kept by itself; an empty text when it is not."""

    text: str
    title: str


class SpectrumStyle(TypedDict):
    """An unfolded spectrum: counts × `unfold` × scale × E^power, E the middle of the group in keV."""

    name: str
    label: str
    ylabel: str
    power: int
    scale: float


class ResidualHint(TypedDict):
    """Where the residuals of a best fit run to one side: energies in keV, counts/s that the model misses."""

    text: str
    title: str
    unit: str
    lo: float
    hi: float
    excess: float
    # Whether a line may be added there.
    line: bool


class LessonScore(TypedDict):
    """How far the statistic is from that of the hidden best fit."""

    score: str
    number: float | None
    word: str
    # 0 (far) to 1 (there).
    level: float


class LessonStepInfo(TypedDict):
    """What to try, what ends the step, and whether that is so."""

    say: str
    goal: str
    reached: bool


class LessonInfo(LessonScore):
    """A lesson under way: the best fit is hidden, sliders are left."""

    step: LessonStepInfo | None
    at: int
    of: int
    counts: str


class FrozenInfo(TypedDict):
    """A page without a kernel: what it is, and why most commands are not to be had."""

    text: str
    why: str


class LabView(TypedDict):
    """The whole view-model (at most 200 kB, typically 10 kB); `rev` grows by one with each change."""

    type: Literal["view"]
    rev: int
    title: str
    subtitle: str
    models: list[ModelInfo]
    params: ParameterTable
    units: list[UnitInfo]
    stat: StatInfo
    criteria: CriteriaTable
    engines: list[EngineForm]
    fit: FitStatus
    history: list[HistoryRow]
    # The last 200.
    journal: list[JournalLine]
    timeline: TimelineInfo
    degeneracy: DegeneracyInfo | None
    styles: list[SpectrumStyle]
    hint: ResidualHint | None
    undo: UndoInfo
    redo: UndoInfo
    live: bool
    # A dragged slider refits the other free parameters.
    refit_others: bool
    messages: list[MessageInfo]
    autosave: AutosaveInfo
    lesson: LessonInfo | None
    frozen: NotRequired[FrozenInfo | None]


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
    asked: int
    # Empty: nothing is selected.
    pids: list[int]
    region: list[tuple[float, float]]
    n: int
    total: int
    units: list[UnitLength]
    fields: list[str]


class GhostMessage(TypedDict):
    """The folded curve of a run that is laid over the spectrum; one buffer like that of a spectrum. No ack."""

    type: Literal["ghost"]
    run: int
    label: str
    units: list[UnitLength]
    fields: list[str]


class ProfilesMessage(TypedDict):
    """All profiles that dragging has given for the present question. No ack."""

    type: Literal["profiles"]
    rev: int
    curves: list[ProfileData]


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


FrameMessage = SpectrumMessage | CornerMessage | BrushMessage | GhostMessage
FromPython = (
    LabView | Reply | SpectrumMessage | CornerMessage | BrushMessage | GhostMessage | ProfilesMessage | ProgressMessage
)
