// What lies over the spectrum: the 68 and 95 % bands, median curve and residuals of selected draws, and the curves of past runs.
// UI state: none; draws what it is given.
import type { BrushUnit, OverlayFrame, OverlayUnit } from "../state/frames";
import { BRUSH_DASH, OVERLAY_DASH, line, marker } from "./marks";
import type { SpectrumLayout } from "./spectrum_layout";
import type { Pencil, Surface } from "./surface";
import type { Theme } from "./theme";
import type { Axis } from "./ticks";

type Edge = Float32Array;

/** Runs of bins that touch, as index pairs: a curve breaks where noticed ranges do, and where a value of it is not known. */
export function runs(unit: { n: number; lo: ArrayLike<number>; hi: ArrayLike<number> }, ...values: ArrayLike<number>[]): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < unit.n; i++) {
    if (values.some((v) => Number.isNaN(v[i]))) continue;
    const last = out.at(-1);
    if (last && Math.abs(unit.lo[i] - unit.hi[last[1]]) <= 1e-3 * unit.lo[i]) last[1] = i;
    else out.push([i, i]);
  }
  return out;
}

const floored = (y: Axis, value: number): number => {
  const floor = y.range[0] + 40;
  const px = y.px(value);
  return Number.isFinite(px) ? Math.min(floor, px) : floor;
};

function along(p: Pencil, x: Axis, y: Axis, unit: BrushUnit | OverlayUnit, values: Edge, [a, b]: [number, number], begin: boolean): void {
  for (let i = a; i <= b; i++) {
    const at = floored(y, values[i]);
    if (begin && i === a) p.moveTo(x.px(unit.lo[i]), at);
    else p.lineTo(x.px(unit.lo[i]), at);
    p.lineTo(x.px(unit.hi[i]), at);
  }
}

function ribbon(p: Pencil, x: Axis, y: Axis, unit: BrushUnit, low: Edge, high: Edge): void {
  for (const run of runs(unit, low, high)) {
    along(p, x, y, unit, high, run, true);
    for (let i = run[1]; i >= run[0]; i--) {
      const at = floored(y, low[i]);
      p.lineTo(x.px(unit.hi[i]), at);
      p.lineTo(x.px(unit.lo[i]), at);
    }
    p.closePath();
  }
}

export function drawBand(s: Surface, at: SpectrumLayout, unit: BrushUnit, theme: Theme): void {
  s.fill((p) => ribbon(p, at.x, at.y, unit, unit.low, unit.high), { color: theme.brush, alpha: 0.22 });
  s.fill((p) => ribbon(p, at.x, at.y, unit, unit.lower, unit.upper), { color: theme.brush, alpha: 0.3 });
}

export function drawMedian(s: Surface, at: SpectrumLayout, unit: BrushUnit, theme: Theme): void {
  const trace = (p: Pencil) => runs(unit, unit.mid).forEach((run) => along(p, at.x, at.y, unit, unit.mid, run, true));
  s.stroke(trace, { color: theme.bg, width: 3.6, alpha: 0.6 });
  s.stroke(trace, { color: theme.brush, width: 2, dash: BRUSH_DASH });
}

/** Residuals against the selected draws: the median as the unit's own marker, the band as a bar. */
export function drawSelectedResiduals(s: Surface, at: SpectrumLayout, unit: BrushUnit, index: number, theme: Theme): void {
  const [lo, hi] = at.r.domain;
  const clamp = (v: number) => at.r.px(Math.min(hi, Math.max(lo, v)));
  const middle = (i: number) => (at.x.px(Math.max(unit.lo[i], at.x.domain[0])) + at.x.px(unit.hi[i])) / 2;
  const dense = at.main.w / Math.max(1, unit.n) < 3;
  s.stroke((p) => {
    for (let i = 0; i < unit.n; i++) line(p, middle(i), clamp(unit.rlow[i]), middle(i), clamp(unit.rhigh[i]));
  }, { color: theme.brush, width: dense ? 1 : 3, alpha: 0.45 });
  s.fill((p) => {
    for (let i = 0; i < unit.n; i++) if (Number.isFinite(unit.rmid[i])) marker(p, index, middle(i), clamp(unit.rmid[i]), dense ? 1.3 : 2.2);
  }, { color: theme.brush });
}

/** The curve of a past run, dashed in its own way. */
export function drawOverlay(s: Surface, at: SpectrumLayout, ghost: OverlayFrame, place: number, hidden: ReadonlySet<string>, theme: Theme): void {
  const dash = OVERLAY_DASH[place % OVERLAY_DASH.length];
  for (const unit of ghost.units) {
    if (hidden.has(unit.name) || !unit.n) continue;
    const trace = (p: Pencil) => runs(unit, unit.model).forEach((run) => along(p, at.x, at.y, unit, unit.model, run, true));
    s.stroke(trace, { color: theme.bg, width: 3, alpha: 0.5 });
    s.stroke(trace, { color: theme.fg2, width: 1.4, dash });
  }
}
