// The border in types: everything a panel shows. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.

import type { EngineForm, FitStatus, PosteriorInfo } from "./fit_forms";

export type Window = [number, number];
export type RunName = number | string;

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
  /** How its channels are grouped for the fit: "file", "none", or options such as "min_evt=20". */
  grouping: string;
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

/** Something that is being computed: what, for how many seconds by now, and which share is done where that is known.

`stop` is the command that gives it up; "" where there is none. */
export interface ActivityInfo {
  text: string;
  seconds: number;
  progress: number | null;
  stop: "stop_preview" | "stop_search" | "";
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
  /** It has a posterior to look at, and that is the one looked at by choice. */
  posterior: boolean;
  shown: boolean;
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

/** Units that notice everything, and the energies (keV) between which their instruments are usually fitted. */
export interface UsualEnergies {
  text: string;
  units: [string, [number, number][]][];
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
  usual: UsualEnergies | null;
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
