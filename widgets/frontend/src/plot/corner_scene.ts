// The corner plot as strokes: marginals on the diagonal with their medians, pair densities below with contours that
// hold 39.3 % and 86.5 % (one and two σ of a plane).
// UI state: none.
import { contours } from "d3-contour";
import { printed } from "../state/format";
import type { CornerFrame } from "../state/frames";
import type { Region } from "../state/frames";
import { BRUSH_DASH, crisp, frame as outline, line } from "./marks";
import type { Box, Pencil, Surface } from "./surface";
import { tex } from "./tex";
import { rgb, type Theme } from "./theme";
import { axis, linearTicks, type Axis, type Tick } from "./ticks";

export interface CornerInput {
  frame: CornerFrame;
  /** Indices of the shown parameters, in order. */
  shown: readonly number[];
  width: number;
  height: number;
}

const LABEL_ROOM = 24; // between two slanted labels
const EDGE = { left: 56, right: 10, top: 22, bottom: 55, gap: 5 };

export function cornerSize(width: number, count: number, asked: number): number {
  return asked > 0 ? asked : Math.round(Math.min(width, Math.max(260, 110 * count + 80), 640));
}

/** One panel: its place in the triangle, the parameters along y (i) and x (j), and their axes. */
export interface Cell {
  r: number;
  c: number;
  i: number;
  j: number;
  box: Box;
  x: Axis;
  y: Axis;
}

export function cornerCells(input: CornerInput): Cell[] {
  const { frame, shown } = input;
  const n = shown.length;
  const side = (Math.min(input.width, input.height) - EDGE.left - EDGE.right - EDGE.gap * (n - 1)) / n;
  const cellH = (input.height - EDGE.top - EDGE.bottom - EDGE.gap * (n - 1)) / n;
  const cellW = Math.min((input.width - EDGE.left - EDGE.right - EDGE.gap * (n - 1)) / n, side * 1.12);
  const left = EDGE.left + Math.max(0, (input.width - EDGE.left - EDGE.right - n * cellW - (n - 1) * EDGE.gap) / 2);
  const cells: Cell[] = [];
  for (let r = 0; r < n; r++) {
    for (let c = 0; c <= r; c++) {
      const [i, j] = [shown[r], shown[c]];
      const box = { x: left + c * (cellW + EDGE.gap), y: EDGE.top + r * (cellH + EDGE.gap), w: cellW, h: cellH };
      const x = axis(false, [frame.lo[j], frame.hi[j]], [box.x, box.x + box.w]);
      const y = axis(false, [frame.lo[i], frame.hi[i]], [box.y + box.h, box.y]);
      cells.push({ r, c, i, j, box, x, y });
    }
  }
  return cells;
}

export function drawCorner(s: Surface, input: CornerInput, theme: Theme): void {
  const { frame, shown } = input;
  const n = shown.length;
  const size = n > 6 ? 9 : n > 4 ? 10 : 11;
  const cells = cornerCells(input);
  const left = cells[0]?.box.x ?? 0;
  for (const { r, c, i, j, box, x, y } of cells) {
    if (r === c) marginal(s, frame, i, box, x, theme);
    else pair(s, frame, i, j, box, x, y, theme);
    outline(s, box, theme);
    ticksOf(s, box, x, y, { bottom: r === n - 1, left: c === 0 && r > 0 }, theme, size);
    if (r === n - 1) s.text(tex(frame.labels[j]), box.x + box.w / 2, box.y + box.h + 43, { color: theme.fg, size: 12, align: "middle" });
    if (c === 0 && r > 0) s.text(tex(frame.labels[i]), left - EDGE.left + 12, box.y + box.h / 2, { color: theme.fg, size: 12, align: "middle", rotate: -Math.PI / 2 });
    if (r === c) title(s, frame, i, box, theme, n, size);
  }
}

/** The outline on the panel of two parameters, turned over where it was drawn with the axes exchanged; null on any other panel. */
export function outlineOn({ pids, points }: Region, x: number, y: number): [number, number][] | null {
  if (pids[0] === x && pids[1] === y) return points;
  return pids[0] === y && pids[1] === x ? points.map(([a, b]) => [b, a]) : null;
}

/** The column whose label below the plot is at a place, if one is. */
export function labelAt(cells: readonly Cell[], x: number, y: number): Cell | null {
  const { box } = cells[cells.length - 1] ?? {};
  if (!box || y < box.y + box.h + 28 || y > box.y + box.h + EDGE.bottom) return null;
  const last = Math.max(...cells.map(({ r }) => r));
  return cells.find((cell) => cell.r === last && x >= cell.box.x && x <= cell.box.x + cell.box.w) ?? null;
}

/** The outline of selected draws on its panel, and the panel that the keyboard is on. */
export function drawRegion(s: Surface, cells: readonly Cell[], pids: readonly number[], region: Region | null, focus: Cell | null, theme: Theme): void {
  if (focus) s.stroke((p) => p.rect(focus.box.x + 2, focus.box.y + 2, focus.box.w - 4, focus.box.h - 4), { color: theme.accent, width: 2 });
  const cell = region && cells.find(({ r, c, i, j }) => r > c && outlineOn(region, pids[j], pids[i]));
  if (!region || !cell || region.points.length < 2) return;
  const points = outlineOn(region, pids[cell.j], pids[cell.i])!;
  const trace = (p: Pencil) => {
    points.forEach(([x, y], k) => (k ? p.lineTo : p.moveTo).call(p, cell.x.px(x), cell.y.px(y)));
    p.closePath();
  };
  s.clip(cell.box, () => {
    s.fill(trace, { color: theme.brush, alpha: 0.22 });
    s.stroke(trace, { color: theme.bg, width: 3.4, alpha: 0.7 });
    s.stroke(trace, { color: theme.brush, width: 1.8, dash: BRUSH_DASH });
  });
}

function ticksOf(s: Surface, box: Box, x: Axis, y: Axis, side: { bottom: boolean; left: boolean }, theme: Theme, size: number): void {
  const xs = linearTicks(x, Math.max(28, box.w / 3.2)).filter((t) => inside(x, t.value));
  const ys = linearTicks(y, Math.max(20, box.h / 3.2)).filter((t) => inside(y, t.value));
  const floor = box.y + box.h;
  s.stroke((p) => xs.forEach((t) => line(p, crisp(x.px(t.value)), floor, crisp(x.px(t.value)), floor - 4)), { color: theme.fg3 });
  if (side.left) s.stroke((p) => ys.forEach((t) => line(p, box.x, crisp(y.px(t.value)), box.x + 4, crisp(y.px(t.value)))), { color: theme.fg3 });
  if (side.bottom) for (const t of named(x, xs)) s.text(t.label!, x.px(t.value) + 3, floor + 9, { color: theme.fg2, size: size - 1, align: "end", baseline: "middle", rotate: -Math.PI / 5 });
  if (side.left) for (const t of ys) s.text(t.label!, box.x - 5, y.px(t.value), { color: theme.fg2, size: size - 1, align: "end", baseline: "middle" });
}

/** The ticks whose labels have room, between each other and beside those of the next panel. */
function named(a: Axis, ticks: readonly Tick[]): readonly Tick[] {
  const step = ticks.length > 1 ? ticks[1].value - ticks[0].value : 1;
  const every = ticks.length > 1 && Math.abs(a.px(ticks[1].value) - a.px(ticks[0].value)) < LABEL_ROOM ? 2 : 1;
  const [first, last] = [a.range[0] + LABEL_ROOM / 2, a.range[1] - LABEL_ROOM / 2];
  return ticks.filter((t) => Math.round(t.value / step) % every === 0 && a.px(t.value) > first - EDGE.gap && a.px(t.value) < last + EDGE.gap);
}

const inside = (a: Axis, value: number): boolean => {
  const f = (value - a.domain[0]) / (a.domain[1] - a.domain[0]);
  return f > 0.04 && f < 0.96;
};

function title(s: Surface, frame: CornerFrame, i: number, box: Box, theme: Theme, n: number, size: number): void {
  if (!frame.trusted) return; // numbers that cannot be trusted are not shown
  const text = `${printed(frame.median[i])} `;
  const [plus, minus] = [`+${printed(frame.plus[i])}`, `−${printed(frame.minus[i])}`];
  const type = { color: theme.fg, size: n > 6 ? 9 : size };
  const small = { ...type, size: type.size * 0.8, color: theme.fg2 };
  const width = s.width(text, type) + Math.max(s.width(plus, small), s.width(minus, small));
  const x = Math.min(box.x + box.w / 2 - width / 2, box.x + box.w - width + 20);
  const at = x + s.width(text, type);
  s.text(text, x, box.y - 7, type);
  s.text(plus, at, box.y - 11, small);
  s.text(minus, at, box.y - 2.5, small);
}

/** What cannot be trusted is dashed. */
const doubtful = (frame: CornerFrame): readonly number[] | undefined => (frame.trusted ? undefined : [4, 3]);

function marginal(s: Surface, frame: CornerFrame, i: number, box: Box, x: Axis, theme: Theme): void {
  const heights = frame.marginals[i];
  const top = Math.max(...heights) || 1;
  const w = box.w / heights.length;
  const y = (h: number) => box.y + box.h - (h / top) * (box.h - 8);
  const trace = (p: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }) => {
    p.moveTo(box.x, box.y + box.h);
    heights.forEach((h, k) => {
      p.lineTo(box.x + k * w, y(h));
      p.lineTo(box.x + (k + 1) * w, y(h));
    });
    p.lineTo(box.x + box.w, box.y + box.h);
  };
  s.clip(box, () => {
    s.fill(trace, { color: theme.accent, alpha: 0.14 });
    s.stroke(trace, { color: theme.accent, width: 1.3, dash: doubtful(frame) });
    if (frame.trusted) interval(s, frame, i, box, x, theme);
    best(s, frame.best[i], x, box, theme);
  });
}

/** Median and the 68.3 % interval, from the texts Python formatted (numbers it can say, the plot can place). */
function interval(s: Surface, frame: CornerFrame, i: number, box: Box, x: Axis, theme: Theme): void {
  const number = (text: string) => Number(text.replace(/[−]/g, "-").replace(/^\+/, ""));
  const middle = number(frame.median[i]);
  const ends = [middle - Math.abs(number(frame.minus[i])), middle, middle + Math.abs(number(frame.plus[i]))];
  ends.forEach((v, k) => {
    if (Number.isFinite(v)) s.stroke((p) => line(p, crisp(x.px(v)), box.y, crisp(x.px(v)), box.y + box.h), { color: theme.fg2, dash: k === 1 ? undefined : [3, 3], alpha: 0.75 });
  });
}

function best(s: Surface, value: number | undefined, x: Axis, box: Box, theme: Theme): void {
  if (value === undefined || !Number.isFinite(value)) return;
  s.fill((p) => {
    p.moveTo(x.px(value), box.y + box.h - 7);
    p.lineTo(x.px(value) - 4, box.y + box.h);
    p.lineTo(x.px(value) + 4, box.y + box.h);
    p.closePath();
  }, { color: theme.units[1] });
}

function pair(s: Surface, frame: CornerFrame, i: number, j: number, box: Box, x: Axis, y: Axis, theme: Theme): void {
  const [bins, flip] = [frame.bins, i < j];
  const source = flip ? frame.pair(j, i) : frame.pair(i, j);
  const grid = flip ? transposed(source, bins) : source;
  const cuts = flip ? frame.thresholds(j, i) : frame.thresholds(i, j);
  s.clip(box, () => {
    s.image(heat(grid, bins, theme), bins, bins, box);
    contourLines(s, grid, bins, cuts, box, theme, doubtful(frame));
    const at = [x.px(frame.best[j]), y.px(frame.best[i])];
    if (at.every(Number.isFinite)) {
      s.stroke((p) => { line(p, at[0] - 4, at[1], at[0] + 4, at[1]); line(p, at[0], at[1] - 4, at[0], at[1] + 4); }, { color: theme.units[1], width: 1.6 });
    }
  });
}

function transposed(grid: Uint8Array, bins: number): Uint8Array {
  const out = new Uint8Array(grid.length);
  for (let a = 0; a < bins; a++) for (let b = 0; b < bins; b++) out[b * bins + a] = grid[a * bins + b];
  return out;
}

/** Density as opacity of the accent colour; the first row of the image is the top, that is the largest y. */
function heat(grid: Uint8Array, bins: number, theme: Theme): Uint8ClampedArray {
  const [r, g, b] = rgb(theme.accent) ?? [25, 118, 210];
  const out = new Uint8ClampedArray(bins * bins * 4);
  for (let row = 0; row < bins; row++) {
    for (let col = 0; col < bins; col++) {
      const at = ((bins - 1 - row) * bins + col) * 4;
      out.set([r, g, b, Math.round(170 * (grid[row * bins + col] / 255) ** 0.75)], at);
    }
  }
  return out;
}

function contourLines(s: Surface, grid: Uint8Array, bins: number, cuts: readonly number[], box: Box, theme: Theme, dash?: readonly number[]): void {
  const maker = contours().size([bins, bins]).smooth(true);
  const values = Array.from(grid);
  const [sx, sy] = [box.w / bins, box.h / bins];
  [...cuts].filter((v) => v > 0).sort((a, b) => a - b).forEach((cut, k) => {
    const shape = maker.contour(values, cut);
    s.stroke((p) => {
      for (const polygon of shape.coordinates) for (const ring of polygon) {
        ring.forEach(([gx, gy], m) => (m ? p.lineTo : p.moveTo).call(p, box.x + gx * sx, box.y + box.h - gy * sy));
        p.closePath();
      }
    }, { color: theme.fg, width: k === 0 ? 1 : 1.4, alpha: k === 0 ? 0.65 : 0.9, dash });
  });
}

/** |correlation| of a pair from its histogram: to choose which parameters to show when there are many. */
export function correlation(grid: ArrayLike<number>, bins: number): number {
  let [w, mx, my, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let r = 0; r < bins; r++) for (let c = 0; c < bins; c++) {
    const v = grid[r * bins + c];
    w += v; mx += v * c; my += v * r; xx += v * c * c; yy += v * r * r; xy += v * r * c;
  }
  if (!w) return 0;
  const [vx, vy] = [xx / w - (mx / w) ** 2, yy / w - (my / w) ** 2];
  return vx > 0 && vy > 0 ? (xy / w - (mx / w) * (my / w)) / Math.sqrt(vx * vy) : 0;
}
