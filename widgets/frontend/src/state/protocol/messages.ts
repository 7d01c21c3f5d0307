// The border in types: what Python sends. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.

import type { ErrorData, FitStatus } from "./fit_forms";
import type { ActivityInfo, LabView, LessonScore } from "./view_model";

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
  /** The chosen run, None: the newest of the present set-up. */
  run: number | null;
  /** Of a sampler that is still at work. */
  live: boolean;
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
