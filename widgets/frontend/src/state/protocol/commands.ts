// The border in types: what a panel sends. No code lives here.
// UI state: none. Made by widgets/make_protocol.py from Python's types: do not edit.

import type { OptionValue } from "./fit_forms";

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
  /** Multiply the folded curve of a unit by a factor at an energy (keV): the free parameters move there by the shortest way. */
  drag_curve: { unit: string; energy: number; factor: number };
  /** Start an engine in the background. */
  fit: { engine?: string; options?: Record<string, OptionValue> };
  /** Hold parameters (each with its group) fixed, or let them go again. */
  freeze: { pids: (number | string)[]; frozen?: boolean };
  /** Group the channels of a unit for the fit: None (as its file does), "none", "optimal" or options, {"min_evt": 20}. */
  group: { unit: string; grouping: string | Record<string, number | string | null> | null };
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
  /** Give a parameter a prior: a `Prior`, its text, or a NumPyro distribution; None (or "flat") is improper and flat. */
  set_prior: { pid: number | string; prior: string };
  /** Let dragged sliders refit the other free parameters, or not. Shared by all panels, not undoable. */
  set_refit_others: { on: boolean };
  /** Give a parameter a value and fit the other free ones to it, as one change. */
  set_refitted: { pid: number | string; value: number };
  /** Give a parameter a value: a number, text with a unit ("612 keV"), or an expression ("=2*alpha+0.5", "=par[1]"). */
  set_value: { pid: number | string; value: number | string };
  /** Look at the posterior of a run; None: the newest of the present set-up. Shared by all panels, not undoable. */
  show_posterior: { run?: number | null };
  /** Put the free parameters at random places about the hidden best fit (about where they stand, while it is not known). */
  shuffle: Record<string, never>;
  /** Ask the running fit to end; what it has is kept. */
  stop: Record<string, never>;
  /** Give up the preview posterior that is being computed; the next change begins another. */
  stop_preview: Record<string, never>;
  /** Give up the search for a start, of a new model or near the data: everything stays as it is. */
  stop_search: Record<string, never>;
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
  | { type: "drag_curve"; unit: string; energy: number; factor: number; seq: number }
  | { type: "brush"; pids: number[]; region: [number, number][]; seq: number }
  | { type: "unfold" }
  | { type: "ack"; topic: string; seq: number }
  | { type: "visible"; visible: boolean };
