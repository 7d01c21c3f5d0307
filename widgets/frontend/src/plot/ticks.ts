// Axes: scales and ticks. Logarithmic axes carry decades as 10ⁿ, thinned until they fit; short ones carry 1–2–5.
// UI state: none; pure functions.
import { scaleLinear, scaleLog } from "d3-scale";
import type { Run } from "./tex";

export interface Axis {
  log: boolean;
  domain: [number, number];
  range: [number, number];
  /** Data to pixels; NaN for what a log axis cannot show. */
  px(value: number): number;
  invert(pixel: number): number;
}

export interface Tick {
  value: number;
  label: Run[] | null;
}

export function axis(log: boolean, domain: [number, number], range: [number, number]): Axis {
  const scale = log ? scaleLog(domain, range) : scaleLinear(domain, range);
  return { log, domain, range, px: (v) => (log && v <= 0 ? NaN : scale(v)), invert: (p) => scale.invert(p) };
}

const text = (label: string): Run[] => [{ text: label, shift: 0 }];

function power(exponent: number): Run[] {
  return [{ text: "10", shift: 0 }, { text: String(exponent).replace("-", "−"), shift: 1 }];
}

function linearLabel(value: number, step: number, big: number): string {
  if (big >= 1e5 || big < 1e-3) {
    const [m, e] = value.toExponential(2).split("e");
    return value === 0 ? "0" : `${Number(m)}e${Number(e)}`.replace("-", "−");
  }
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(digits).replace("-", "−");
}

export function linearTicks(a: Axis, gap: number): Tick[] {
  const count = Math.max(2, Math.floor(Math.abs(a.range[1] - a.range[0]) / gap));
  const scale = scaleLinear(a.domain, a.range);
  let values = scale.ticks(count);
  for (let more = count + 1; values.length < 3 && more < 8; more++) values = scale.ticks(more); // a lone 0 tells no scale
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(a.domain[1] - a.domain[0]) || 1;
  const big = Math.max(...a.domain.map(Math.abs));
  return values.map((value) => ({ value, label: text(linearLabel(Math.abs(value) < step * 1e-9 ? 0 : value, step, big)) }));
}

/** 1, 2, 5 × 10ⁿ in plain digits where the axis spans less than two decades and the numbers stay short. */
function shortLogTicks(a: Axis, gap: number): Tick[] | null {
  const [lo, hi] = a.domain;
  if (hi / lo > 150 || hi / lo < 3 || lo < 1e-3 || hi > 1e5) return null;
  const room = Math.abs(a.range[1] - a.range[0]) / Math.log10(hi / lo);
  const labelled = room * Math.log10(1.25) > gap ? [1, 1.5, 2, 3, 4, 5, 6, 8] : room * 0.17 > gap ? [1, 2, 3, 5, 7] : room * 0.3 > gap ? [1, 2, 5] : [1, 3];
  return minorsAndMajors(a, (m, e) => (labelled.includes(m) ? text(String(Number((m * 10 ** e).toPrecision(6)))) : null), labelled.includes(1.5));
}

function minorsAndMajors(a: Axis, label: (mantissa: number, exponent: number) => Run[] | null, halves = false): Tick[] {
  const [lo, hi] = a.domain;
  const out: Tick[] = [];
  const eps = 1e-9;
  for (let e = Math.floor(Math.log10(lo)); e <= Math.log10(hi) + eps; e++) {
    for (const m of halves ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const value = m * 10 ** e;
      if (value >= lo * (1 - eps) && value <= hi * (1 + eps)) out.push({ value, label: label(m, e) });
    }
  }
  return out;
}

/** Ticks of a log axis: label null = minor. `gap`: least distance of two labels in pixels. */
export function logTicks(a: Axis, gap: number): Tick[] {
  const short = shortLogTicks(a, gap);
  if (short && short.filter((t) => t.label).length >= 2) return short;
  const decades = Math.log10(a.domain[1] / a.domain[0]);
  const room = Math.abs(a.range[1] - a.range[0]) / decades;
  if (decades < 1) return linearTicks(a, gap * 1.6);
  const every = Math.max(1, Math.ceil(gap / room));
  const ticks = minorsAndMajors(a, (m, e) => (m === 1 && e % every === 0 ? power(e) : null));
  return room < 14 ? ticks.filter((t) => Math.abs(Math.log10(t.value) % 1) < 1e-6 || Math.abs((Math.log10(t.value) % 1) - 1) < 1e-6) : ticks;
}

export const ticks = (a: Axis, gap: number): Tick[] => (a.log ? logTicks(a, gap) : linearTicks(a, gap));
