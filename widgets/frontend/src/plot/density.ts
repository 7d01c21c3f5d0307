// The density of a prior as strokes, with the parameter's present value marked.
// UI state: none.
import type { Span } from "../state/handles";
import type { Density } from "../state/priors";
import { crisp, FONT, line, xAxis } from "./marks";
import type { Surface } from "./surface";
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
  const top = Math.max(...density.density.filter(Number.isFinite), 1e-300);
  const y = (d: number) => box.y + box.h - (Math.min(d, top) / top) * (box.h - 18);
  const floor = box.y + box.h;
  const inside = density.x.map((v, i) => [x.px(v), y(density.density[i])] as const).filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py));
  s.clip({ ...box, h: box.h + 1 }, () => {
    s.fill((p) => {
      p.moveTo(inside[0]?.[0] ?? box.x, floor);
      for (const [px, py] of inside) p.lineTo(px, py);
      p.lineTo(inside.at(-1)?.[0] ?? box.x, floor);
      p.closePath();
    }, { color: theme.accent, alpha: 0.16 });
    s.stroke((p) => {
      p.moveTo(inside[0]?.[0] ?? box.x, floor);
      for (const [px, py] of inside) p.lineTo(px, py);
      p.lineTo(inside.at(-1)?.[0] ?? box.x, floor);
    }, { color: theme.accent, width: 1.6 });
  });
  xAxis(s, box, x, theme, { gap: 50, labels: true, grid: false });
  s.stroke((p) => line(p, box.x, crisp(floor), box.x + box.w, crisp(floor)), { color: theme.fg3 });
  const at = x.px(value);
  if (!(at >= box.x && at <= box.x + box.w)) return;
  s.stroke((p) => line(p, crisp(at), box.y, crisp(at), floor), { color: theme.fg, dash: [3, 3] });
  const right = at > box.x + box.w - 50;
  s.text("value", at + (right ? -4 : 4), box.y + 9, { color: theme.fg2, size: FONT - 1, align: right ? "end" : "start" });
}
