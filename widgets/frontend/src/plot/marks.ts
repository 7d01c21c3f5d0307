// Marks shared by the scenes: frames, grids, tick labels, and the marker shapes that tell units apart without colour.
// UI state: none.
import type { Box, Pencil, Surface } from "./surface";
import type { Theme } from "./theme";
import { ticks, type Axis } from "./ticks";
import type { Run } from "./tex";

export const FONT = 11;
/** Selected draws, wherever they show: the outline on the corner, the median on the spectrum. */
export const BRUSH_DASH: readonly number[] = [8, 3];

/** One shape a unit: circle, square, triangle, diamond, inverted triangle. */
export function marker(pencil: Pencil, kind: number, x: number, y: number, r: number): void {
  const poly = (points: readonly [number, number][]) => {
    points.forEach(([dx, dy], i) => (i ? pencil.lineTo(x + dx * r, y + dy * r) : pencil.moveTo(x + dx * r, y + dy * r)));
    pencil.closePath();
  };
  switch (kind % 5) {
    case 0: return pencil.circle(x, y, r);
    case 1: return pencil.rect(x - 0.85 * r, y - 0.85 * r, 1.7 * r, 1.7 * r);
    case 2: return poly([[0, -1.15], [1.1, 0.85], [-1.1, 0.85]]);
    case 3: return poly([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]);
    default: return poly([[0, 1.15], [1.1, -0.85], [-1.1, -0.85]]);
  }
}

export function frame(s: Surface, box: Box, theme: Theme): void {
  s.stroke((p) => p.rect(crisp(box.x), crisp(box.y), Math.round(box.w), Math.round(box.h)), { color: theme.fg3, width: 1, alpha: 0.75 });
}

/** Past runs laid over the spectrum, by their place in the list; longer than the dashes of components. */
export const OVERLAY_DASH: readonly (readonly number[])[] = [[12, 4], [12, 3, 2, 3], [12, 3, 2, 3, 2, 3], [18, 3, 6, 3]];

export const crisp = (x: number): number => Math.round(x) + 0.5;

interface AxisOptions {
  gap: number;
  labels: boolean;
  grid: boolean;
}

export function xAxis(s: Surface, box: Box, a: Axis, theme: Theme, o: AxisOptions): void {
  const all = ticks(a, o.gap);
  const bottom = box.y + box.h;
  const major = all.filter((t) => t.label);
  if (o.grid) s.stroke((p) => major.forEach((t) => line(p, crisp(a.px(t.value)), box.y, crisp(a.px(t.value)), bottom)), { color: theme.grid });
  s.stroke((p) => all.forEach((t) => line(p, crisp(a.px(t.value)), bottom, crisp(a.px(t.value)), bottom - (t.label ? 6 : 3))), { color: theme.fg3 });
  if (!o.labels) return;
  let edge = -Infinity;
  for (const t of major) {
    const half = s.width(t.label!, { color: "", size: FONT }) / 2;
    const x = Math.min(a.px(t.value), box.x + box.w - half + 8);
    if (x - half < edge + 5) continue;
    edge = x + half;
    s.text(t.label!, x, bottom + 15, { color: theme.fg2, size: FONT, align: "middle" });
  }
}

export function yAxis(s: Surface, box: Box, a: Axis, theme: Theme, o: AxisOptions): void {
  const all = ticks(a, o.gap).filter((t) => Number.isFinite(a.px(t.value)));
  const major = all.filter((t) => t.label);
  if (o.grid) s.stroke((p) => major.forEach((t) => line(p, box.x, crisp(a.px(t.value)), box.x + box.w, crisp(a.px(t.value)))), { color: theme.grid });
  s.stroke((p) => all.forEach((t) => line(p, box.x, crisp(a.px(t.value)), box.x + (t.label ? 6 : 3), crisp(a.px(t.value)))), { color: theme.fg3 });
  if (o.labels) for (const t of major) s.text(t.label!, box.x - 6, a.px(t.value), { color: theme.fg2, size: FONT, align: "end", baseline: "middle" });
}

export function yTitle(s: Surface, box: Box, title: readonly Run[], theme: Theme, x = 13): void {
  s.text(title, x, box.y + box.h / 2, { color: theme.fg2, size: FONT, align: "middle", rotate: -Math.PI / 2 });
}

export function line(p: Pencil, x0: number, y0: number, x1: number, y1: number): void {
  p.moveTo(x0, y0);
  p.lineTo(x1, y1);
}
