// The border in types: every message of widgets/PROTOCOL.md, and nothing else. No code lives here.
// UI state: none.

import type { ComponentInfo, Hint, ModelInfo, SpectrumStyle } from "./protocol_model";

export type { ComponentInfo, Hint, ModelInfo, SpectrumStyle };

export type Owner = "model" | "data";

export interface SliderRange {
  lo: number;
  hi: number;
  log: boolean;
}

export interface Row {
  pid: number;
  owner: Owner;
  /** Names of the data this model parameter is for, where there are several pairs; else empty. */
  pair?: string;
  expression: string;
  component: string;
  name: string;
  label: string;
  unit: string;
  value: number;
  text: string;
  error: string;
  frozen: boolean;
  free: boolean;
  link: number | null;
  linked_to: number | null;
  tie: string | null;
  at_bound: null | "low" | "high";
  prior: string;
  prior_set: boolean;
  slider: SliderRange;
  hidden: boolean;
  /** Why its slider cannot be moved. */
  fixed?: string;
  /** Heights 0–100 of the prior across the slider's range; asked for with `prior_preview` when absent. */
  glyph?: number[];
}

export interface FamilyArg {
  name: string;
  default: number | null;
}

export interface Family {
  name: string;
  signature: string;
  doc: string;
  args: FamilyArg[];
}

export type Window = [number, number];

export interface UnitInfo {
  name: string;
  pair: string | number;
  stat: string;
  formula: string;
  channels: number;
  used: number;
  notice: Window[];
  range: Window;
  color: string | number;
}

export interface StatInfo {
  name: string;
  value: string;
  number: number;
  dof: number;
  bins: number;
  reduced: string;
  exact: boolean;
  per_unit: { unit: string; name: string; value: string | number; bins: number }[];
}

export interface CriteriaRow {
  run: string | number;
  label: string;
  k: number;
  stat: number | null;
  aic: number | null;
  aicc: number | null;
  bic: number | null;
  lnz: number | null;
  lnz_err: number | null;
  weight: number | null;
  note: string;
  comparable: boolean;
  why: string;
}

export interface Quality {
  pareto_k: number | null;
  ok: boolean;
  text: string;
}

export interface Criteria {
  rows: CriteriaRow[];
  at: string;
  quality: Quality | null;
  stale: boolean;
}

export type OptionValue = number | boolean | string | null;

export interface EngineOption {
  name: string;
  label: string;
  kind: "int" | "float" | "bool" | "choice";
  default: OptionValue;
  min?: number | null;
  max?: number | null;
  choices?: (string | number)[] | null;
  doc: string;
}

export interface Engine {
  name: string;
  title: string;
  doc: string;
  enabled: boolean;
  why: string;
  options: EngineOption[];
  presets: Preset[];
}

/** A named set of options; what it does not name keeps its default. */
export interface Preset {
  name: string;
  options: Record<string, OptionValue>;
}

export type FitPhase = "idle" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";

export interface LabError {
  kind?: string;
  message: string;
  what?: string;
  got?: unknown;
  allowed?: unknown;
  hint?: string | null;
  /** The row it belongs to: a line of a paste that could not be used. */
  pid?: number | null;
}

export interface FitState {
  state: FitPhase;
  engine: string;
  progress: number | null;
  message: string;
  /** It is done, but its message warns. */
  doubt?: boolean;
  elapsed: number | null;
  eta: number | null;
  error: LabError | string | null;
  draft: boolean;
  /** Whether the running engine can wait, and if not why. */
  pause?: { can: boolean; why: string };
}

export interface HistoryEntry {
  run: string | number;
  label: string;
  engine: string;
  time: string | number;
  stat: number | string | null;
  k: number | null;
  lnz: number | string | null;
  pinned: boolean;
  note: string;
  current: boolean;
  /** Its curve lies over the spectrum. */
  overlaid?: boolean;
}

export interface LessonScore {
  score: string;
  number: number | null;
  word: string;
  /** 0 (far) to 1 (there). */
  level: number;
}

/** A lesson under way: the best fit is hidden, sliders are left. */
export interface LessonInfo extends LessonScore {
  step: { say: string; goal: string; reached: boolean } | null;
  at: number;
  of: number;
  counts: string;
}

export interface View {
  type: "view";
  rev: number;
  title: string;
  subtitle: string;
  models?: ModelInfo[];
  hint?: Hint | null;
  styles?: SpectrumStyle[];
  params: { rows: Row[]; families: Family[] };
  units: UnitInfo[];
  stat: StatInfo;
  criteria: Criteria;
  engines: Engine[];
  fit: FitState;
  history: HistoryEntry[];
  journal: { code: string; undone: boolean }[];
  /** The direction in which the parameters are freest, in standard deviations from the best fit: present place and ends. */
  degeneracy?: { at: number; lo: number; hi: number; share: string; moves: { pid: number; label: string; up: boolean }[] } | null;
  /** Where one has been, oldest first; `now` is the place of the present set-up. */
  timeline?: { now: number; moments: { id: string; label: string }[] };
  undo: { can: boolean; label: string };
  redo: { can: boolean; label: string };
  live: boolean;
  /** A dragged slider refits the other free parameters. */
  refit_others?: boolean;
  messages: { id: string | number; level: "info" | "warning" | "error"; text: string }[];
  /** Where the session is kept by itself; an empty text when it is not. */
  autosave?: { text: string; title: string };
  lesson?: LessonInfo | null;
  /** The page has no kernel: what it is, and why most commands are not to be had. */
  frozen?: { text: string; why: string } | null;
}

/** An argument of a prior that stands at `x = zero + unit * arg`, or `zero + unit * exp(arg)` where `log`. */
export interface Handle {
  arg: number;
  name: string;
  role: "low" | "high" | "centre" | "width";
  at: number;
  zero: number;
  unit: number;
  log: boolean;
  least: number | null;
  most: number | null;
}

/** A posterior's curve, and what it says of the information gained. */
export interface Posterior {
  x: number[];
  density: number[];
  words: string;
  title: string;
}

export interface Reply {
  type: "reply";
  id: number;
  ok: boolean;
  /** The revision whose `view` shows this action's effect, when Python says it. */
  rev?: number;
  code?: string;
  error?: LabError;
  text?: string;
  x?: number[];
  density?: number[];
  lo?: number;
  hi?: number;
  /** `prior_preview`: the axis is logarithmic (and `density` is per ln x); what can be pulled along it. */
  log?: boolean;
  handles?: Handle[];
  /** `prior_preview`: the posterior of the present question over it; null where none is known. */
  posterior?: Posterior | null;
  /** `components`: what a model can be made of. */
  components?: ComponentInfo[];
  /** `model_preview`: the expression as Python reads it, and what would stay. */
  expression?: string;
  words?: string;
  /** `difference`: what a run and the present set-up do not share; `words` tell the rest. */
  rows?: { of: string; label: string; name: string; then: string; now: string }[];
}

export interface SpectrumUnitHeader {
  name: string;
  color: string | number;
  n: number;
  fields: string[];
  components: string[];
}

export interface SpectrumMessage {
  type: "spectrum";
  rev: number;
  seq: number;
  preview: boolean;
  exact: boolean;
  units: SpectrumUnitHeader[];
  xlabel: string;
  ylabel: string;
  stat: string;
  ymin?: number | null;
  /** In a lesson: the score of these curves. */
  score?: LessonScore;
  /** Of a preview: the parameters that stand elsewhere, `[pid, value, text]`. */
  moves?: [number, number, string][];
  /** Of a drag that refits the others: the profile as it has grown. */
  profile?: Profile | null;
  xscale?: "log" | "linear";
  yscale?: "log" | "linear";
}

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
}

/** An outline in the plane of two parameters, in their values. */
export interface Region {
  pids: [number, number];
  points: [number, number][];
}

export interface BrushMessage {
  type: "brush";
  rev: number;
  seq: number;
  asked: number;
  pids: number[];
  region: [number, number][];
  n: number;
  total: number;
  units: { name: string; n: number }[];
  fields: string[];
}

export interface GhostMessage {
  type: "ghost";
  run: number;
  label: string;
  units: { name: string; n: number }[];
  fields: string[];
}

/** How the statistic rises along one parameter, the others refitted: ascending values, null for a gap, where it crosses 1 and 4. */
export interface Profile {
  pid: number;
  values: number[];
  rises: (number | null)[];
  marks: { rise: number; ends: number[] }[];
  text: string;
}

export interface ProfilesMessage {
  type: "profiles";
  rev: number;
  curves: Profile[];
}

export interface ProgressMessage {
  type: "progress";
  fit: FitState;
}

export type FromPython = View | Reply | SpectrumMessage | CornerMessage | BrushMessage | GhostMessage | ProfilesMessage | ProgressMessage;

/** The part of anywidget's model that the panels use. */
export interface AnyModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  on(name: string, callback: (...args: never[]) => void): void;
  off(name: string, callback?: (...args: never[]) => void): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}
