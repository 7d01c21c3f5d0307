// Handles of a prior: places on an axis to arguments and back, by the two numbers Python gives with each.
// UI state: none; pure functions.
import type { PriorText } from "./priors";
import type { PriorFamily, PriorHandle } from "./protocol";
import { tidy } from "./range";

/** The drawn axis: what a pixel and a key press are worth does not change while a handle is in hand. */
export interface Span {
  lo: number;
  hi: number;
  log: boolean;
}

export const spanFraction = (x: number, { lo, hi, log }: Span): number => (log ? Math.log(x / lo) / Math.log(hi / lo) : (x - lo) / (hi - lo));

/** The place at a fraction of the axis; not clamped, so that one can pull beyond what is drawn. */
export const spanAt = (f: number, { lo, hi, log }: Span): number => (log ? lo * (hi / lo) ** f : lo + f * (hi - lo));

export const within = (x: number, { least, most }: PriorHandle): number => Math.max(least ?? -Infinity, Math.min(most ?? Infinity, x));

/** The argument that stands at `x`, without more digits than a pixel shows (`grain`: a pixel's worth of x). */
export function argumentAt(handle: PriorHandle, x: number, grain: number): number {
  const z = (within(x, handle) - handle.zero) / handle.unit;
  if (!handle.log) return tidy(z, Math.abs(grain / handle.unit));
  return tidy(Math.log(z), Math.abs(grain / (handle.unit * z)));
}

/** The prior with the handle pulled to `x`; arguments that its text left out are written at their defaults. */
export function pulled(prior: PriorText, family: PriorFamily, handle: PriorHandle, x: number, grain: number): PriorText {
  const args = family.args.map((arg, i) => prior.args[i] ?? String(arg.default ?? ""));
  args[handle.arg] = String(argumentAt(handle, x, grain));
  return { ...prior, args };
}

/** How much of x one pixel shows at `x`. */
export const grainAt = (x: number, span: Span, width: number): number => (span.log ? (Math.abs(x) * Math.log(span.hi / span.lo)) / width : (span.hi - span.lo) / width);
