// The spectrum as strokes: shaded ignored ranges, data with errors and bin widths, stepped folded model, dashed
// components, residuals in σ with guides, notice lanes with brackets. The same scene goes to canvas and to SVG.
// UI state: none; draws what it is given.
import type { BrushUnit, SpectrumFrame, SpectrumUnit } from "../state/frames";
import type { Window } from "../state/protocol";
import { gaps } from "../state/windows";
import { crisp, FONT, frame as box, line, marker, xAxis, yAxis, yTitle } from "./marks";
import { drawBand, drawOverlay, drawMedian, drawSelectedResiduals } from "./selection_scene";
import { layout, shownUnits, type Lane, type SpectrumInput, type SpectrumLayout } from "./spectrum_layout";
import type { Pencil, Surface } from "./surface";
import { texUnit } from "./tex";
import { drawHeat } from "./heat";
import { residualRow } from "./residual_kinds";
import { toldApart } from "../state/format";
import { deeper, unitColor, type Theme } from "./theme";

const COMPONENT_DASH: readonly (readonly number[])[] = [[7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4], [1, 2]];
const PREVIEW_DASH = [1.5, 3];

export function drawSpectrum(s: Surface, input: SpectrumInput, theme: Theme): SpectrumLayout {
  const at = layout(input);
  const shown = shownUnits(input);
  grid(s, input, at, theme);
  const faded = ignoredRanges(input, at);
  for (const panel of [at.main, at.resid]) {
    s.clip(panel, () => shade(s, at, panel.y, panel.h, faded, theme));
  }
  s.clip(at.main, () => {
    for (const { unit, index } of shown) data(s, at, unit, index, unitColor(theme, unit.color, index));
    const brushed = brushedUnits(input);
    for (const { unit } of brushed) drawBand(s, at, unit, theme);
    input.overlays.forEach((past, place) => drawOverlay(s, at, past, place, input.hidden, theme));
    if (input.ghost) for (const unit of input.ghost.units) if (!input.hidden.has(unit.name)) ghost(s, at, unit, theme);
    const curves = (input.fitted ?? input.frame).units; // of the fit's bins, also where the picture joins them
    for (const { unit, index } of shown) model(s, input, at, curves[index], unitColor(theme, unit.color, index), theme);
    for (const { unit } of brushed) drawMedian(s, at, unit, theme);
    shown.filter(({ unit }) => offPlot(at, unit)).forEach(({ unit, index }, place) => outside(s, at, unit, place, unitColor(theme, unit.color, index), theme));
  });
  s.clip(at.resid, () => residuals(s, input, at, theme));
  box(s, at.main, theme);
  box(s, at.resid, theme);
  for (const lane of at.lanes) drawLane(s, input, at, lane, theme);
  if (input.legend) legend(s, input, at, theme);
  return at;
}

function grid(s: Surface, input: SpectrumInput, at: SpectrumLayout, theme: Theme): void {
  const labels = { gap: 46, labels: true, grid: true };
  xAxis(s, at.main, at.x, theme, { ...labels, labels: false });
  yAxis(s, at.main, at.y, theme, { ...labels, gap: 30 });
  xAxis(s, at.resid, at.x, theme, labels);
  yAxis(s, at.resid, at.r, theme, { ...labels, gap: 24, grid: false });
  yTitle(s, at.main, texUnit(input.frame.ylabel), theme);
  yTitle(s, at.resid, [{ text: residualRow(input.residual).axis, shift: 0 }], theme);
  s.text(texUnit(input.frame.xlabel), at.resid.x + at.resid.w / 2, at.resid.y + at.resid.h + 31, { color: theme.fg2, size: FONT, align: "middle" });
}

/** Selected draws over the units that are shown, with the unit's place in the order (its marker). */
function brushedUnits(input: SpectrumInput): { unit: BrushUnit; index: number }[] {
  const found = shownUnits(input).map(({ unit, index }) => ({ unit: input.brush?.units.find((u) => u.name === unit.name), index }));
  return found.filter((f): f is { unit: BrushUnit; index: number } => f.unit !== undefined);
}

/** Ranges that the unit in hand ignores, or, when none is, ranges that every shown unit ignores. */
function ignoredRanges(input: SpectrumInput, at: SpectrumLayout): Window[] {
  const chosen = at.lanes.filter((lane) => lane.unit.name === input.activeUnit);
  const lanes = chosen.length ? chosen : at.lanes;
  return lanes.length ? lanes.map((lane) => lane.windows).reduce((rest, windows) => rest.flatMap((range) => gaps(windows, range)), [at.x.domain as Window]) : [];
}

function shade(s: Surface, at: SpectrumLayout, y: number, h: number, ranges: readonly Window[], theme: Theme): void {
  for (const [lo, hi] of ranges) {
    const [x0, x1] = [at.x.px(lo), at.x.px(hi)];
    if (!(x1 > x0 + 0.5)) continue;
    s.fill((p) => p.rect(x0, y, x1 - x0, h), { color: theme.shade, alpha: theme.dark ? 0.16 : 0.13 });
    s.clip({ x: x0, y, w: x1 - x0, h }, () => s.stroke((p) => {
      for (let x = x0 - h; x < x1; x += 9) line(p, x, y + h, x + h, y);
    }, { color: theme.shade, width: 1, alpha: 0.16 }));
  }
}

function data(s: Surface, at: SpectrumLayout, unit: SpectrumUnit, index: number, color: string): void {
  const floor = at.y.range[0] + 4;
  const dense = unit.n > 0 && at.main.w / unit.n < 3;
  for (const used of [0, 1]) {
    const each = (draw: (i: number, x0: number, x1: number, y: number) => void) => {
      for (let i = 0; i < unit.n; i++) {
        if (!!unit.used[i] !== !!used || !Number.isFinite(unit.data[i])) continue;
        const y = unit.data[i] > at.y.domain[0] ? at.y.px(unit.data[i]) : floor;
        draw(i, at.x.px(Math.max(unit.lo[i], at.x.domain[0])), at.x.px(unit.hi[i]), y);
      }
    };
    s.stroke((p) => each((i, x0, x1, y) => {
      const x = (x0 + x1) / 2;
      const up = at.y.px(unit.data[i] + unit.err[i]);
      const down = at.y.px(unit.data[i] - unit.err[i]);
      if (y < floor) line(p, x0, y, x1, y);
      if (Number.isFinite(up)) line(p, x, up, x, Number.isFinite(down) ? down : floor);
    }), { color, width: 1, alpha: used ? (dense ? 0.5 : 0.7) : 0.22 });
    s.fill((p) => each((_i, x0, x1, y) => {
      if (y < floor) marker(p, index, (x0 + x1) / 2, y, dense ? 1.3 : 2.1);
    }), { color, alpha: used ? 0.9 : 0.25 });
  }
}

/** The curve as steps over the bins, broken where bins do not touch; `keep` chooses which bins belong to it. */
export function steps(p: Pencil, at: SpectrumLayout, unit: SpectrumUnit, values: Float32Array, keep: (i: number) => boolean): void {
  const floor = at.y.range[0] + 40;
  let open = false;
  for (let i = 0; i < unit.n; i++) {
    const v = values[i];
    if (!Number.isFinite(v) || !keep(i)) {
      open = false;
      continue;
    }
    const y = Math.min(floor, Number.isFinite(at.y.px(v)) ? at.y.px(v) : floor);
    const [x0, x1] = [at.x.px(Math.max(unit.lo[i], 1e-12)), at.x.px(unit.hi[i])];
    const touches = open && Math.abs(unit.lo[i] - unit.hi[i - 1]) <= 1e-3 * unit.lo[i];
    if (touches) p.lineTo(x0, y);
    else p.moveTo(x0, y);
    p.lineTo(x1, y);
    open = true;
  }
}

/** On which side of the picture a whole curve lies, or null where some of it is seen. */
export function offPlot(at: SpectrumLayout, unit: SpectrumUnit): "above" | "below" | null {
  let [above, below] = [0, 0];
  for (let i = 0; i < unit.n; i++) {
    if (!unit.used[i] || !Number.isFinite(unit.model[i]) || unit.hi[i] < at.x.domain[0] || unit.lo[i] > at.x.domain[1]) continue;
    if (unit.model[i] > at.y.domain[1]) above++;
    else if (unit.model[i] < at.y.domain[0]) below++;
    else return null;
  }
  return above + below === 0 ? null : above >= below ? "above" : "below";
}

/** An arrow to a curve that lies outside the picture, and the words. */
function outside(s: Surface, at: SpectrumLayout, unit: SpectrumUnit, place: number, color: string, theme: Theme): void {
  const side = offPlot(at, unit);
  const [tip, way] = side === "above" ? [at.main.y + 6, 1] : [at.main.y + at.main.h - 6, -1];
  const x = at.main.x + at.main.w / 2 + 26 * place;
  const tint = deeper(theme, color);
  s.stroke((p) => line(p, x, tip + 26 * way, x, tip + 4 * way), { color: tint, width: 2.5 });
  s.fill((p) => { p.moveTo(x, tip); p.lineTo(x - 7, tip + 11 * way); p.lineTo(x + 7, tip + 11 * way); p.closePath(); }, { color: tint });
  if (place === 0) s.text(`the model lies ${side}`, x - 14, tip + 16 * way, { color: tint, size: FONT, align: "end", baseline: "middle", weight: 600 });
}

function ghost(s: Surface, at: SpectrumLayout, unit: SpectrumUnit, theme: Theme): void {
  s.stroke((p) => steps(p, at, unit, unit.model, (i) => !!unit.used[i]), { color: theme.fg3, width: 1, alpha: 0.55 });
}

function model(s: Surface, input: SpectrumInput, at: SpectrumLayout, unit: SpectrumUnit, color: string, theme: Theme): void {
  if (input.components && unit.components.length > 1) {
    unit.components.forEach(({ values }, k) => {
      s.stroke((p) => steps(p, at, unit, values, () => true), { color, width: 1.2, dash: COMPONENT_DASH[k % COMPONENT_DASH.length], alpha: 0.85 });
    });
  }
  const dash = modelDash(input.frame);
  const used = (p: Pencil) => steps(p, at, unit, unit.model, (i) => !!unit.used[i]);
  s.stroke((p) => steps(p, at, unit, unit.model, (i) => !unit.used[i]), { color: theme.fg3, width: 1, dash, alpha: 0.6 });
  if (!dash) s.stroke(used, { color: theme.bg, width: 3.2, alpha: 0.8 });
  s.stroke(used, { color: deeper(theme, color), width: dash ? 2 : 1.5, dash });
}

/** Solid = exact; dotted = preview under the hand, or predicted. */
export const modelDash = (frame: SpectrumFrame): readonly number[] | undefined => (frame.preview || !frame.exact ? PREVIEW_DASH : undefined);

function residuals(s: Surface, input: SpectrumInput, at: SpectrumLayout, theme: Theme): void {
  const { resid: b, r } = at;
  const across = (v: number) => (p: Pencil) => line(p, b.x, crisp(r.px(v)), b.x + b.w, crisp(r.px(v)));
  const { sigma, zero } = residualRow(input.residual);
  if (sigma) {
    s.fill((p) => p.rect(b.x, r.px(1), b.w, r.px(-1) - r.px(1)), { color: theme.shade, alpha: 0.12 });
    for (const v of [-1, 1]) s.stroke(across(v), { color: theme.fg3, alpha: 0.5 });
    for (const v of [-3, 3]) s.stroke(across(v), { color: theme.fg3, dash: [4, 3], alpha: 0.8 });
  }
  s.stroke(across(zero), { color: theme.fg2, width: 1.2 });
  const brushed = residualRow(input.residual).kind === "deviance" && !input.brush?.all ? brushedUnits(input) : [];
  if (input.heat) drawHeat(s, input, at, theme);
  else for (const { unit, index } of shownUnits(input)) residualMarks(s, at, unit, index, unitColor(theme, unit.color, index), brushed.length ? 0.3 : 1);
  for (const { unit, index } of brushed) drawSelectedResiduals(s, at, unit, index, theme);
}

function residualMarks(s: Surface, at: SpectrumLayout, unit: SpectrumUnit, index: number, color: string, alpha: number): void {
  const [lo, hi] = at.r.domain;
  const dense = at.main.w / Math.max(1, unit.n) < 3;
  const each = (draw: (x0: number, x1: number, v: number, i: number) => void) => {
    for (let i = 0; i < unit.n; i++) {
      if (unit.used[i] && Number.isFinite(unit.resid[i])) draw(at.x.px(Math.max(unit.lo[i], at.x.domain[0])), at.x.px(unit.hi[i]), unit.resid[i], i);
    }
  };
  s.stroke((p) => each((x0, x1, v) => {
    if (v <= hi && v >= lo) line(p, x0, at.r.px(v), x1, at.r.px(v));
  }), { color, alpha: alpha * (dense ? 0.35 : 0.6) });
  const { residErr } = unit;
  if (residErr) s.stroke((p) => each((x0, x1, v, i) => line(p, (x0 + x1) / 2, at.r.px(v - residErr[i]), (x0 + x1) / 2, at.r.px(v + residErr[i]))), { color, alpha: alpha * (dense ? 0.35 : 0.6) });
  s.fill((p) => each((x0, x1, v) => {
    const x = (x0 + x1) / 2;
    if (v > hi) marker(p, 2, x, at.r.px(hi) + 5, 3);
    else if (v < lo) marker(p, 4, x, at.r.px(lo) - 5, 3);
    else marker(p, index, x, at.r.px(v), dense ? 1.3 : 2);
  }), { color, alpha });
}

function drawLane(s: Surface, input: SpectrumInput, at: SpectrumLayout, lane: Lane, theme: Theme): void {
  const color = unitColor(theme, lane.unit.color, lane.index);
  const dim = input.activeUnit !== null && input.activeUnit !== lane.unit.name ? 0.45 : 1;
  const y = lane.y + lane.h / 2;
  const clamp = (e: number) => Math.min(at.main.x + at.main.w, Math.max(at.main.x, at.x.px(Math.max(e, 1e-12))));
  const [r0, r1] = lane.unit.range.map(clamp);
  s.text(toldApart(at.lanes.map((l) => l.unit.name), lane.h > 10 ? 7 : 10)[at.lanes.indexOf(lane)], at.main.x - 6, y, { color, size: lane.h > 10 ? FONT - 1 : 8, align: "end", baseline: "middle", weight: 600 });
  s.stroke((p) => line(p, r0, crisp(y), r1, crisp(y)), { color: theme.fg3, dash: [2, 3], alpha: 0.7 * dim });
  for (const [lo, hi] of lane.windows) {
    const [x0, x1] = [clamp(lo), clamp(hi)];
    if (x1 <= x0) continue;
    const half = lane.h / 2 - 2.5;
    s.fill((p) => p.rect(x0, y - half + 1.5, x1 - x0, 2 * half - 3), { color, alpha: 0.28 * dim });
    s.stroke((p) => {
      if (lo >= at.x.domain[0]) bracket(p, x0, y, half, 4);
      if (hi <= at.x.domain[1]) bracket(p, x1, y, half, -4);
    }, { color, width: 1.8, alpha: dim });
  }
}

function bracket(p: Pencil, x: number, y: number, half: number, serif: number): void {
  p.moveTo(x + serif, y - half);
  p.lineTo(x, y - half);
  p.lineTo(x, y + half);
  p.lineTo(x + serif, y + half);
}

/** Names, terms and the statistic inside the picture: for exports, where no toolbar says them. */
function legend(s: Surface, input: SpectrumInput, at: SpectrumLayout, theme: Theme): void {
  const x = at.main.x + at.main.w - 34;
  const type = { color: theme.fg, size: FONT, align: "end" as const };
  let y = at.main.y + 18;
  const shown = shownUnits(input);
  for (const { unit, index } of shown) {
    s.text(unit.name, x - 8, y, type);
    s.fill((p) => marker(p, index, x + 12, y - 4, 3), { color: unitColor(theme, unit.color, index) });
    y += 16;
  }
  const terms = input.components ? (shown.find(({ unit }) => unit.components.length > 1)?.unit.components ?? []) : [];
  terms.forEach(({ name }, k) => {
    s.text(name, x - 8, y, type);
    s.stroke((p) => line(p, x, y - 4, x + 24, y - 4), { color: theme.fg2, width: 1.2, dash: COMPONENT_DASH[k % COMPONENT_DASH.length] });
    y += 16;
  });
  if (input.caption) s.text(input.caption, x + 24, y, { ...type, color: theme.fg2 });
}
