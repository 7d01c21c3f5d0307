// The border in types: every message of widgets/PROTOCOL.md, and nothing else. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.

export type OptionValue = number | boolean | string | null;
export type FitPhase = "idle" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";
export type Window = [number, number];
export type RunName = number | string;

/** One control of an engine's form. */
export interface EngineOption {
  name: string;
  label: string;
  kind: "int" | "float" | "bool" | "choice";
  default: number | boolean | string | null;
  min: number | null;
  max: number | null;
  choices: (string | number)[] | null;
  doc: string;
}

/** A named set of options; what it does not name keeps its default. */
export interface EnginePreset {
  name: string;
  options: Record<string, number | boolean | string | null>;
}

/** An engine, whether it can run now (and if not why), and its options. */
export interface EngineForm {
  name: string;
  title: string;
  doc: string;
  enabled: boolean;
  why: string;
  options: EngineOption[];
  presets: EnginePreset[];
}

/** An error as data. */
export interface ErrorData {
  kind?: string;
  message: string;
  what?: string;
  got?: unknown;
  allowed?: unknown;
  hint?: string | null;
  /** The row it belongs to: a line of a paste that could not be used. */
  pid?: number | null;
}

/** Whether the running engine can wait, and if not why. */
export interface PauseInfo {
  can: boolean;
  why: string;
}

/** The background fit. */
export interface FitStatus {
  state: "idle" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";
  engine: string;
  /** From 0 to 1. */
  progress: number | null;
  message: string;
  /** It is done, but its message warns. */
  doubt?: boolean;
  /** Seconds, pauses left out. */
  elapsed: number | null;
  eta: number | null;
  error: ErrorData | null;
  /** The set-up was edited since it began. */
  draft: boolean;
  pause?: PauseInfo;
}

/** A pair's model. */
export interface ModelInfo {
  pair: number;
  data: string;
  expression: string;
}

/** The ends of a slider, and whether it runs in the logarithm. */
export interface SliderRange {
  lo: number;
  hi: number;
  log: boolean;
}

/** A row of the parameter table. */
export interface ParameterRow {
  pid: number;
  owner: "model" | "data";
  /** Names of the data this model parameter is for, where there are several pairs; else empty. */
  pair: string;
  expression: string;
  component: string;
  name: string;
  label: string;
  /** What it means. */
  doc: string;
  unit: string;
  value: number;
  text: string;
  /** 1 σ: "0.12", "+0.3 -0.1" where its sides differ, "+14" at a bound; empty where none is known. */
  error: string;
  frozen: boolean;
  free: boolean;
  /** Number of its group, from 1. */
  link: number | null;
  /** The group's master. */
  linked_to: number | null;
  tie: string | null;
  at_bound: "low" | "high" | null;
  prior: string;
  prior_set: boolean;
  slider: SliderRange;
  /** A frozen data row: folded away. */
  hidden: boolean;
  /** Heights 0–100 of the prior across the slider's range; asked for with `prior_preview` when absent. */
  glyph?: number[];
  /** Why its slider cannot be moved. */
  fixed?: string;
}

/** An argument of a family of priors. */
export interface FamilyArg {
  name: string;
  default: number | null;
}

/** A family of priors to choose from. */
export interface PriorFamily {
  name: string;
  signature: string;
  doc: string;
  args: FamilyArg[];
}

/** All parameters, and the priors they may have. */
export interface ParameterTable {
  rows: ParameterRow[];
  families: PriorFamily[];
}

/** A data unit: its statistic, how many groups it has and uses, the energies (keV) noticed and covered. */
export interface UnitInfo {
  name: string;
  pair: number;
  stat: string;
  formula: string;
  channels: number;
  used: number;
  /** Empty: everything. */
  notice: [number, number][];
  range: [number, number];
  /** Index into the Okabe–Ito order blue, vermillion, green, purple, orange, sky, yellow, grey. */
  color: number;
}

/** A unit's share of the statistic. */
export interface UnitStat {
  unit: string;
  name: string;
  value: string;
  bins: number;
}

/** The statistic of the present set-up. */
export interface StatInfo {
  name: string;
  value: string;
  number: number | null;
  dof: number;
  bins: number;
  reduced: string;
  /** False: of an earlier set-up, until the new one is computed. */
  exact: boolean;
  per_unit: UnitStat[];
}

/** The numbers of a row as they are shown. */
export interface CriteriaTexts {
  stat: string;
  aic: string;
  aicc: string;
  bic: string;
  lnz: string;
  /** 1 σ of ln Z, or empty. */
  lnz_err: string;
  weight: string;
}

/** How far a row is from the best comparable one, by each criterion: "best", a signed number, or empty. */
export interface CriteriaDeltas {
  aic: string;
  aicc: string;
  bic: string;
  lnz: string;
}

/** A model in the comparison: the present set-up ("now") or a run. */
export interface CriteriaRow {
  run: number | string;
  label: string;
  k: number;
  stat: number | null;
  aic: number | null;
  aicc: number | null;
  bic: number | null;
  lnz: number | null;
  lnz_err: number | null;
  weight: number | null;
  texts: CriteriaTexts;
  deltas: CriteriaDeltas;
  note: string;
  comparable: boolean;
  why: string;
}

/** Whether the preview posterior can be trusted. */
export interface PreviewQuality {
  pareto_k: number | null;
  ok: boolean;
  text: string;
}

/** Whether the newest corner plot belongs to the present set-up, and why there may be none. */
export interface PosteriorInfo {
  current: boolean;
  text: string;
}

/** Something that is being computed: what, for how many seconds by now, and which share is done where that is known. */
export interface ActivityInfo {
  text: string;
  seconds: number;
  progress: number | null;
}

/** The comparison of models. */
export interface CriteriaTable {
  rows: CriteriaRow[];
  at: string;
  quality: PreviewQuality | null;
  /** The numbers of "now" belong to an earlier set-up. */
  stale: boolean;
}

/** A finished run, newest first. */
export interface HistoryRow {
  run: number;
  label: string;
  engine: string;
  time: string;
  stat: string;
  k: number;
  lnz: string | null;
  pinned: boolean;
  note: string;
  current: boolean;
  /** Its curve lies over the spectrum. */
  overlaid: boolean;
}

/** A change as Python. */
export interface JournalLine {
  code: string;
  undone: boolean;
}

/** A parameter that moves along the degeneracy, the strongest first. */
export interface DegeneracyMove {
  pid: number;
  label: string;
  up: boolean;
}

/** The direction in which the parameters are freest, in standard deviations from the best fit: present place and ends. */
export interface DegeneracyInfo {
  at: number;
  lo: number;
  hi: number;
  share: string;
  moves: DegeneracyMove[];
}

/** A set-up of the past. */
export interface MomentInfo {
  id: string;
  label: string;
}

/** Where one has been, oldest first; `now` is the place of the present set-up. */
export interface TimelineInfo {
  now: number;
  moments: MomentInfo[];
}

/** Whether undo (or redo) can do something, and what. */
export interface UndoInfo {
  can: boolean;
  label: string;
}

/** A notice; id 0 is the error that computing the curves gave, and goes away by itself; -1 says that a page has no kernel. */
export interface MessageInfo {
  id: number;
  level: "info" | "warning" | "error";
  text: string;
}

/** Where the session is kept by itself; an empty text when it is not. */
export interface AutosaveInfo {
  text: string;
  title: string;
}

/** An unfolded spectrum: counts × `unfold` × scale × E^power, E the middle of the group in keV. */
export interface SpectrumStyle {
  name: string;
  label: string;
  ylabel: string;
  power: number;
  scale: number;
}

/** Where the residuals of a best fit run to one side: energies in keV, counts/s that the model misses. */
export interface ResidualHint {
  text: string;
  title: string;
  unit: string;
  lo: number;
  hi: number;
  excess: number;
  /** Whether a line may be added there. */
  line: boolean;
}

/** The model lies far from the data, and may be brought near them. */
export interface StartOffer {
  text: string;
}

/** How far the statistic is from that of the hidden best fit. */
export interface LessonScore {
  score: string;
  number: number | null;
  word: string;
  /** 0 (far) to 1 (there). */
  level: number;
}

/** What to try, what ends the step, and whether that is so. */
export interface LessonStepInfo {
  say: string;
  goal: string;
  reached: boolean;
}

/** A lesson under way: the best fit is hidden, sliders are left. */
export interface LessonInfo {
  score: string;
  number: number | null;
  word: string;
  level: number;
  step: LessonStepInfo | null;
  at: number;
  of: number;
  counts: string;
}

/** A page without a kernel: what it is, and why most commands are not to be had. */
export interface FrozenInfo {
  text: string;
  why: string;
}

/** The whole view-model (at most 200 kB, typically 10 kB); `rev` grows by one with each change. */
export interface LabView {
  type: "view";
  rev: number;
  title: string;
  subtitle: string;
  models: ModelInfo[];
  params: ParameterTable;
  units: UnitInfo[];
  stat: StatInfo;
  criteria: CriteriaTable;
  posterior: PosteriorInfo;
  engines: EngineForm[];
  fit: FitStatus;
  history: HistoryRow[];
  /** The last 200. */
  journal: JournalLine[];
  timeline: TimelineInfo;
  degeneracy: DegeneracyInfo | null;
  styles: SpectrumStyle[];
  hint: ResidualHint | null;
  offer: StartOffer | null;
  undo: UndoInfo;
  redo: UndoInfo;
  live: boolean;
  /** A dragged slider refits the other free parameters. */
  refit_others: boolean;
  messages: MessageInfo[];
  autosave: AutosaveInfo;
  lesson: LessonInfo | null;
  frozen?: FrozenInfo | null;
}

/** Where a profile crosses a rise of the statistic (1 or 4). */
export interface ProfileMark {
  rise: number;
  ends: number[];
}

/** How the statistic rises along one parameter, the others refitted: ascending values, null for a gap. */
export interface ProfileData {
  pid: number;
  values: number[];
  rises: (number | null)[];
  marks: ProfileMark[];
  text: string;
}

/** What the buffer of a spectrum holds of one unit: `n` values of each field. */
export interface SpectrumUnit {
  name: string;
  color: number;
  n: number;
  /** lo hi data err model resid used, then unfold where it was asked for, then comp:NAME of each additive term. */
  fields: string[];
  components: string[];
}

/** Curves and residuals; one buffer of little-endian float32, for each unit each field in order. */
export interface SpectrumMessage {
  type: "spectrum";
  rev: number;
  seq: number;
  preview: boolean;
  exact: boolean;
  units: SpectrumUnit[];
  xlabel: string;
  ylabel: string;
  stat: string;
  xscale?: "log" | "linear";
  yscale?: "log" | "linear";
  /** Smallest y worth showing. */
  ymin?: number | null;
  /** In a lesson: the score of these curves. */
  score?: LessonScore;
  /** Of a preview: the parameters that stand elsewhere, pid, value and text. */
  moves?: [number, number, string][];
  /** Of a drag that refits the others: the profile as it has grown. */
  profile?: ProfileData | null;
}

/** The corner plot; buffers: marginals (float32), pairs (uint8), thresholds (float32). */
export interface CornerMessage {
  type: "corner";
  rev: number;
  seq: number;
  labels: string[];
  pids: number[];
  lo: number[];
  hi: number[];
  bins: number;
  median: string[];
  plus: string[];
  minus: string[];
  best: number[];
  levels: number[];
  source: string;
  n: number;
  /** Whether it can be trusted; if not, medians and distances are empty texts and `warning` says why. */
  trusted: boolean;
  warning: string;
}

/** A unit, and how many values each of its fields has. */
export interface UnitLength {
  name: string;
  n: number;
}

/** Selected draws and the bands of their curves; one buffer like that of a spectrum. */
export interface BrushMessage {
  type: "brush";
  rev: number;
  seq: number;
  /** `seq` of the request, -1: none. */
  request: number;
  /** Empty: nothing is selected. */
  pids: number[];
  region: [number, number][];
  n: number;
  total: number;
  units: UnitLength[];
  fields: string[];
}

/** The folded curve of a run that is laid over the spectrum; one buffer like that of a spectrum. No ack. */
export interface OverlayMessage {
  type: "overlay";
  run: number;
  label: string;
  units: UnitLength[];
  fields: string[];
}

/** All profiles that dragging has given for the present question. No ack. */
export interface ProfilesMessage {
  type: "profiles";
  rev: number;
  curves: ProfileData[];
}

/** What takes longer than a moment, and has no panel of its own; null: nothing of that kind. No ack. */
export interface ActivityMessage {
  type: "activity";
  curves: ActivityInfo | null;
  posterior: ActivityInfo | null;
}

/** A light update between views (at most 5 a second). */
export interface ProgressMessage {
  type: "progress";
  fit: FitStatus;
}

/** An argument of a prior that stands at `x = zero + unit * arg`, or `zero + unit * exp(arg)` where `log`. */
export interface PriorHandle {
  arg: number;
  name: string;
  role: "low" | "high" | "centre" | "width";
  at: number;
  zero: number;
  unit: number;
  log: boolean;
  /** It may be pulled from `least` to `most`; null = as far as one likes. */
  least: number | null;
  most: number | null;
}

/** A posterior's curve, and what it says of the information gained. */
export interface PosteriorCurve {
  x: number[];
  density: number[];
  words: string;
  title: string;
}

/** A prior as a curve to draw (`density` per ln x where `log`), the range worth drawing, what can be pulled along it. */
export interface PriorCurve {
  x: number[];
  density: number[];
  lo: number;
  hi: number;
  log: boolean;
  handles: PriorHandle[];
}

/** A component that a model can be made of. */
export interface ComponentInfo {
  name: string;
  kind: "add" | "mul" | "math" | "conv";
  family: string;
  what: string;
  aliases: string[];
}

/** What a typed model would be: the expression as Python reads it, and what would stay. */
export interface ModelPreview {
  expression: string;
  words: string;
}

/** A parameter, prior or energy window that differs between a run and the present set-up. */
export interface ChangeRow {
  of: string;
  label: string;
  name: string;
  then: string;
  now: string;
}

/** What a run and the present set-up do not share; `words` tell another model, other data, or that nothing differs. */
export interface Changes {
  run: number;
  words: string;
  rows: ChangeRow[];
}

/** The answer to a command; on error nothing changed. The later fields come with the commands that ask for them. */
export interface Reply {
  type: "reply";
  /** Null: an answer to a message that was none of the border's; nothing waits for it. */
  id: number | null;
  ok: boolean;
  /** The revision whose view shows the effect. */
  rev?: number;
  code?: string;
  error?: ErrorData;
  /** `script` */
  text?: string;
  /** `prior_preview` */
  x?: number[];
  density?: number[];
  lo?: number;
  hi?: number;
  log?: boolean;
  handles?: PriorHandle[];
  /** `prior_preview`: the posterior of the present question over it; null where none is known. */
  posterior?: PosteriorCurve | null;
  /** `components` */
  components?: ComponentInfo[];
  /** `model_preview` */
  expression?: string;
  /** `model_preview`, `difference` */
  words?: string;
  /** `difference` */
  rows?: ChangeRow[];
  run?: number;
}

export type FromPython = LabView | Reply | SpectrumMessage | CornerMessage | BrushMessage | OverlayMessage | ProfilesMessage | ProgressMessage | ActivityMessage;

/** Every command by name, with its arguments. */
export interface Commands {
  /** Add a Gaussian line to the model of a data unit: over these energies (keV), worth so many counts/s there. */
  add_line: { unit: string; lo: number; hi: number; excess: number };
  /** Put the parameters where a run found its best fit; links, priors and freezes stay as they are. */
  apply: { run: number };
  /** What a model can be made of: `components`. */
  components: Record<string, never>;
  /** Take a run out of the history. */
  delete: { run: number };
  /** What a run and the present set-up do not share: `words` and `rows`. */
  difference: { run: number };
  /** Take a message away. */
  dismiss: { message: number };
  /** Start an engine in the background. */
  fit: { engine?: string; options?: Record<string, OptionValue> };
  /** Hold parameters (each with its group) fixed, or let them go again. */
  freeze: { pids: (number | string)[]; frozen?: boolean };
  /** Move what nobody gave to where the data suggest: values near a good fit, priors over the energies observed. */
  guess: Record<string, never>;
  /** Name a run. */
  label: { run: number; label: string };
  /** Leave the lesson: everything is as it was before, and what was fitted meanwhile is in the history. */
  leave: Record<string, never>;
  /** Make parameters one; the first gives value, prior and frozen state. */
  link: { pids: (number | string)[] };
  /** What a typed model would be: `expression` and `words`, or an error. */
  model_preview: { model: string; pair?: number | null };
  /** Go on to the next step. */
  next: Record<string, never>;
  /** Choose the energy windows (keV) of a unit; none of them = everything. Of several units at once as one change: `units`. */
  notice: { unit?: string; windows?: [number, number][]; units?: [string, [number, number][]][] };
  /** Lay the curve of a run over the spectrum, or take it away. Shared by all panels, not undoable. */
  overlay: { run: number; on?: boolean };
  /** Paste a column of values into rows, or names with values; one bad line and nothing is pasted. */
  paste: { text: string; pids?: (number | string)[]; down?: boolean };
  /** Let the running fit wait where it is; the seconds do not count. */
  pause: Record<string, never>;
  /** Pin a run, or let it go. */
  pin: { run: number; pinned?: boolean };
  /** A prior as a curve to draw: `x`, `density`, `lo`, `hi`, `log`, `handles`, `posterior`, or an error. */
  prior_preview: { pid: number | string; prior: string };
  /** Bring back what was undone last. */
  redo: Record<string, never>;
  /** Draw new counts from the model in hand, as if it were the truth; undoable. */
  resample: { seed?: number | null };
  /** Bring back the whole set-up of a run: values, links, priors, freezes, energy windows. */
  restore: { run: number };
  /** Let the paused fit go on. */
  resume: Record<string, never>;
  /** Put the parameters at the hidden best fit. */
  reveal: Record<string, never>;
  /** Go back to a set-up one has been at, as one more change: "start", "opened", "line 3" (of the journal) or "run 1". */
  revisit: { moment: string };
  /** The minimal Python script: `text`. */
  script: Record<string, never>;
  /** Let edits be followed by a refit, or not. */
  set_live: { live: boolean };
  /** Give a pair (None: every pair) another model, or its expression. */
  set_model: { model: string; pair?: number | null };
  /** Let edits be followed by a preview of the posterior, or not. */
  set_previews: { previews: boolean };
  /** Give a parameter a prior, as a `Prior` or as text; None (or "flat") is improper and flat. */
  set_prior: { pid: number | string; prior: string };
  /** Let dragged sliders refit the other free parameters, or not. Shared by all panels, not undoable. */
  set_refit_others: { on: boolean };
  /** Give a parameter a value and fit the other free ones to it, as one change. */
  set_refitted: { pid: number | string; value: number };
  /** Give a parameter a value: a number, text with a unit ("612 keV"), or an expression ("=2*alpha+0.5", "=par[1]"). */
  set_value: { pid: number | string; value: number | string };
  /** Put the free parameters at random places about the hidden best fit (about where they stand, while it is not known). */
  shuffle: Record<string, never>;
  /** Ask the running fit to end; what it has is kept. */
  stop: Record<string, never>;
  /** Give up the preview posterior that is being computed; the next change begins another. */
  stop_preview: Record<string, never>;
  /** Begin a lesson: fits and the best fit are hidden, sliders are left, the score is the statistic above the best. */
  teach: { steps?: { say: string; until?: Record<string, unknown> }[] | null };
  /** Let a parameter follow an expression of others, such as "2*alpha+1" or "=par[2]"; an empty text lets it go. */
  tie: { pid: number | string; expression: string };
  /** Take the last change back. */
  undo: Record<string, never>;
  /** Separate parameters from their groups; values stay. */
  unlink: { pids: (number | string)[] };
  /** Move all free values along the degeneracy of the last fit, to so many standard deviations from its best. */
  walk: { to: number };
}

export type CommandName = keyof Commands;
/** What goes out besides commands. */
export type ToPython =
  | { type: "hello"; view: string; again?: true }
  | { type: "action"; id: number; name: CommandName; args: object }
  | { type: "drag"; pid: number; value: number; seq: number }
  | { type: "scrub"; moment: string | null; seq: number }
  | { type: "walk"; to: number; seq: number }
  | { type: "brush"; pids: number[]; region: [number, number][]; seq: number }
  | { type: "unfold" }
  | { type: "ack"; topic: string; seq: number }
  | { type: "visible"; visible: boolean };

/** The part of anywidget's model that the panels use. */
export interface AnyModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  on(name: string, callback: (...args: never[]) => void): void;
  off(name: string, callback?: (...args: never[]) => void): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}
