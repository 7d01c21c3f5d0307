"""The view-model as types: all that Python tells the front end but curves, replies and fits (`fit_forms`). No code lives here.

`widgets/make_protocol.py` writes `frontend/src/state/protocol/` from these classes, those of `messages` and the registry of
commands, so the two sides of the border cannot differ. A comment above a field is what both sides need to know about it.
"""

from typing import Literal, NotRequired, TypedDict

from spec_lab.session.fit_forms import EngineForm, FitStatus, PosteriorInfo

Window = tuple[float, float]
RunName = int | str


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
    # What it means.
    doc: str
    unit: str
    value: float
    text: str
    # 1 σ: "0.12", "+0.3 -0.1" where its sides differ, "+14" at a bound; empty where none is known.
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
    # How its channels are grouped for the fit: "file", "none", or options such as "min_evt=20".
    grouping: str
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


class CriteriaTexts(TypedDict):
    """The numbers of a row as they are shown."""

    stat: str
    aic: str
    aicc: str
    bic: str
    lnz: str
    # 1 σ of ln Z, or empty.
    lnz_err: str
    weight: str


class CriteriaDeltas(TypedDict):
    """How far a row is from the best comparable one, by each criterion: "best", a signed number, or empty."""

    aic: str
    aicc: str
    bic: str
    lnz: str


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
    texts: CriteriaTexts
    deltas: CriteriaDeltas
    note: str
    comparable: bool
    why: str


class PreviewQuality(TypedDict):
    """Whether the preview posterior can be trusted."""

    pareto_k: float | None
    ok: bool
    text: str


StopCommand = Literal["stop_preview", "stop_search", ""]


class ActivityInfo(TypedDict):
    """Something that is being computed: what, for how many seconds by now, and which share is done where that is known.

    `stop` is the command that gives it up; "" where there is none.
    """

    text: str
    seconds: float
    progress: float | None
    stop: StopCommand


class CriteriaTable(TypedDict):
    """The comparison of models."""

    rows: list[CriteriaRow]
    at: str
    quality: PreviewQuality | None
    # The numbers of "now" belong to an earlier set-up.
    stale: bool


class HistoryRow(TypedDict):
    """A finished run, newest first."""

    run: int
    label: str
    engine: str
    time: str
    stat: str
    k: int
    lnz: str | None
    pinned: bool
    note: str
    current: bool
    # Its curve lies over the spectrum.
    overlaid: bool
    # It has a posterior to look at, and that is the one looked at by choice.
    posterior: bool
    shown: bool


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


class StartOffer(TypedDict):
    """The model lies far from the data, and may be brought near them."""

    text: str


class UsualEnergies(TypedDict):
    """Units that notice everything, and the energies (keV) between which their instruments are usually fitted."""

    text: str
    units: list[tuple[str, list[Window]]]


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
    posterior: PosteriorInfo
    engines: list[EngineForm]
    fit: FitStatus
    history: list[HistoryRow]
    # The last 200.
    journal: list[JournalLine]
    timeline: TimelineInfo
    degeneracy: DegeneracyInfo | None
    styles: list[SpectrumStyle]
    hint: ResidualHint | None
    offer: StartOffer | None
    usual: UsualEnergies | None
    undo: UndoInfo
    redo: UndoInfo
    live: bool
    # A dragged slider refits the other free parameters.
    refit_others: bool
    messages: list[MessageInfo]
    autosave: AutosaveInfo
    lesson: LessonInfo | None
    frozen: NotRequired[FrozenInfo | None]
