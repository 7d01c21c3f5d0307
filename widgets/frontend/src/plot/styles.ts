// Styles: the spectrum as measured, or unfolded: everything in counts times what a count is worth (Python's `unfold`) and a
// power of the energy, as Python's table of styles says. Pure.
// UI state: none.
import type { BrushFrame, OverlayFrame, SpectrumFrame, SpectrumUnit } from "../state/frames";
import type { SpectrumStyle } from "../state/protocol";

type Scaled = { lo: Float32Array; hi: Float32Array };

/** Whether a frame can be shown unfolded. */
export const unfolds = (frame: SpectrumFrame): boolean => frame.units.length > 0 && frame.units.every((unit) => unit.unfold !== null);

/** A frame in another style; itself where it cannot be unfolded. */
export function styledFrame(frame: SpectrumFrame, style: SpectrumStyle | null): SpectrumFrame {
  if (!style || !unfolds(frame)) return frame;
  const units = frame.units.map((unit) => {
    const worth = factors(unit, unit, style);
    const times = (values: Float32Array) => values.map((v, i) => v * worth[i]);
    return { ...unit, data: times(unit.data), err: times(unit.err), model: times(unit.model), components: unit.components.map((c) => ({ ...c, values: times(c.values) })) };
  });
  return { ...frame, ylabel: style.ylabel, ymin: lowest(units), units };
}

/** Curves that belong to a frame (past runs, selected draws), unfolded with it, each group by the frame's nearest one. */
export function styledCurves<T extends OverlayFrame | BrushFrame>(curves: T, frame: SpectrumFrame, style: SpectrumStyle | null): T {
  if (!style || !unfolds(frame)) return curves;
  const units = (curves.units as unknown as readonly (Scaled & { name: string } & Record<string, unknown>)[]).map((unit) => {
    const base = frame.units.find((u) => u.name === unit.name);
    if (!base) return unit;
    const worth = factors(base, unit, style);
    const times = (name: string) => (unit[name] instanceof Float32Array ? { [name]: (unit[name] as Float32Array).map((v, i) => v * worth[i]) } : {});
    return { ...unit, ...times("model"), ...times("low"), ...times("lower"), ...times("mid"), ...times("upper"), ...times("high") };
  });
  return { ...curves, units } as T;
}

/** What multiplies each group of `unit`, from the group of `base` whose lower edge is nearest. */
function factors(base: SpectrumUnit, unit: Scaled, style: SpectrumStyle): Float64Array {
  let at = 0;
  return Float64Array.from(unit.lo, (lo, i) => {
    while (at + 1 < base.n && Math.abs(base.lo[at + 1] - lo) <= Math.abs(base.lo[at] - lo)) at++;
    while (at > 0 && Math.abs(base.lo[at - 1] - lo) < Math.abs(base.lo[at] - lo)) at--;
    return base.unfold![at] * style.scale * (0.5 * (lo + unit.hi[i])) ** style.power;
  });
}

/** The smallest y worth showing: below the faintest model, within five decades. */
function lowest(units: readonly SpectrumUnit[]): number | null {
  let [low, top] = [Infinity, 0];
  for (const unit of units) for (const v of unit.model) if (v > 0) { low = Math.min(low, v); top = Math.max(top, v); }
  return top > 0 ? Math.max(0.3 * low, 1e-5 * top) : null;
}
