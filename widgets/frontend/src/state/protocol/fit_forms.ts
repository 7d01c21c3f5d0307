// The border in types: forms of the engines, state of a fit, which posterior is looked at. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.

export type OptionValue = number | boolean | string | null;
export type FitPhase = "idle" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";

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

/** A run whose posterior may be looked at; `here`: it belongs to the present set-up. */
export interface PosteriorChoice {
  run: number;
  text: string;
  here: boolean;
}

/** Which posterior is looked at, and which there are, newest first.

`current`: the newest corner plot is of what `run` says (a run that was chosen; None: the present set-up), and why there may
be none (`text`). `note`: what a chosen run does not share with the present set-up. `pending`: its preview is on the way. */
export interface PosteriorInfo {
  current: boolean;
  pending: boolean;
  text: string;
  run: number | null;
  note: string;
  choices: PosteriorChoice[];
}
