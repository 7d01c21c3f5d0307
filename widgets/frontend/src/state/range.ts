// Sliders: a value as a fraction of its range, linear or logarithmic, and steps of that range.
// UI state: none; pure functions.
import type { SliderRange } from "./protocol";

const usable = (range: SliderRange): boolean => Number.isFinite(range.lo) && Number.isFinite(range.hi) && range.hi > range.lo;
const isLog = (range: SliderRange): boolean => range.log && range.lo > 0;
const clamp01 = (f: number): number => Math.min(1, Math.max(0, f));

/** Where `value` sits in the range: 0 … 1, or NaN when the range or the value cannot say. Not clamped. */
export function fraction(value: number, range: SliderRange): number {
  if (!usable(range) || !Number.isFinite(value)) return NaN;
  if (!isLog(range)) return (value - range.lo) / (range.hi - range.lo);
  if (value <= 0) return -Infinity;
  return Math.log(value / range.lo) / Math.log(range.hi / range.lo);
}

export function valueAt(f: number, range: SliderRange): number {
  if (!usable(range)) return NaN;
  const t = clamp01(f);
  if (t === 0 || t === 1) return t ? range.hi : range.lo;
  const raw = isLog(range) ? range.lo * (range.hi / range.lo) ** t : range.lo + t * (range.hi - range.lo);
  const next = isLog(range) ? raw * (range.hi / range.lo) ** 0.001 - raw : (range.hi - range.lo) * 0.001;
  return tidy(raw, Math.abs(next) / 10);
}

/** `value` moved by `step` of the range (0.01 = 1 %), kept inside. A value outside comes back to the nearest end. */
export function stepped(value: number, step: number, range: SliderRange): number {
  const f = fraction(value, range);
  return Number.isNaN(f) ? value : valueAt(clamp01(f) + step, range);
}

/** Drop the digits below `grain`: 0.30000000000000004 is nobody's wish. */
export function tidy(value: number, grain: number): number {
  if (!(grain > 0) || !Number.isFinite(value)) return value;
  const digits = Math.max(0, Math.min(15, -Math.floor(Math.log10(grain))));
  return digits > 0 ? Number(value.toFixed(digits)) : Math.round(value);
}

/** How a value under the hand is shown until Python has formatted it. */
export function rough(value: number, range: SliderRange): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(3).replace("e+", "e");
  const span = usable(range) && !isLog(range) ? (range.hi - range.lo) / 1000 : size / 1000;
  const digits = Math.max(0, Math.min(6, 5 - Math.floor(Math.log10(Math.max(size, 1))), -Math.floor(Math.log10(span || 1e-3))));
  return value.toFixed(digits);
}
