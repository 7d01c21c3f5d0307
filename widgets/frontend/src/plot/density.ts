// The density of a prior as strokes, with the parameter's present value marked.
// UI state: none.
import type { Span } from "../state/handles";
import type { Density } from "../state/priors";
import { crisp, FONT, line, xAxis } from "./marks";
import type { Box, Pencil, Surface } from "./surface";
import type { Theme } from "./theme";
import { axis } from "./ticks";

/** The axis a density is drawn on: what is worth showing, with some air. */
export function densitySpan({ lo, hi, log }: Density): Span {
  if (log) return { lo: lo / (hi / lo) ** 0.06, hi: hi * (hi / lo) ** 0.06, log };
  const pad = 0.06 * (hi - lo) || 1;
  return { lo: lo - pad, hi: hi + pad, log };
}

export function drawDensity(s: Surface, density: Density, span: Span, value: number, width: number, height: number, theme: Theme): void {
  const box = { x: 8, y: 8, w: width - 16, h: height - 30 };
  const x = axis(span.log, [span.lo, span.hi], [box.x, box.x + box.w]);
  const floor = box.y + box.h;
  s.clip({ ...box, h: box.h + 1 }, () => {
    hill(s, box, x.px, density, theme.accent);
    if (density.posterior) hill(s, box, x.px, density.posterior, theme.units[1]);
  });
  xAxis(s, box, x, theme, { gap: 50, labels: true, grid: false });
  s.stroke((p) => line(p, box.x, crisp(floor), box.x + box.w, crisp(floor)), { color: theme.fg3 });
  const at = x.px(value);
  if (!(at >= box.x && at <= box.x + box.w)) return;
  s.stroke((p) => line(p, crisp(at), box.y, crisp(at), floor), { color: theme.fg, dash: [3, 3] });
  const right = at > box.x + box.w - 50;
  s.text("value", at + (right ? -4 : 4), box.y + 9, { color: theme.fg2, size: FONT - 1, align: right ? "end" : "start" });
}

/** A curve to its own height, and the area below. */
function hill(s: Surface, box: Box, px: (x: number) => number, { x, density }: Pick<Density, "x" | "density">, color: string): void {
  const top = Math.max(...density.filter(Number.isFinite), 1e-300);
  const floor = box.y + box.h;
  const points = x.map((v, i) => [px(v), floor - (Math.min(density[i], top) / top) * (box.h - 18)] as const).filter((point) => point.every(Number.isFinite));
  const shape = (p: Pencil) => {
    p.moveTo(points[0]?.[0] ?? box.x, floor);
    for (const [x1, y1] of points) p.lineTo(x1, y1);
    p.lineTo(points.at(-1)?.[0] ?? box.x, floor);
  };
  s.fill(shape, { color, alpha: 0.16 });
  s.stroke(shape, { color, width: 1.6 });
}
