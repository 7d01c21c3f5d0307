// Heat: residuals as bars from zero, coloured by what each channel adds to the statistic (the square of its residual).
// Height says the same as colour. UI state: none; draws what it is given.
import { shownUnits, type SpectrumInput, type SpectrumLayout } from "./spectrum_layout";
import type { Surface } from "./surface";
import type { Theme } from "./theme";

/** Class of a residual: its square below 1, 4, 9, or more. */
export const heatOf = (residual: number): number => Math.min(3, Math.floor(Math.abs(residual)));

export const heatColors = (theme: Theme): readonly string[] => (theme.dark ? ["#6f7a86", "#e0c04a", "#f58e52", "#ff6b6b"] : ["#9aa3ad", "#c99a00", "#d55e00", "#b3001e"]);

export function drawHeat(s: Surface, input: SpectrumInput, at: SpectrumLayout, theme: Theme): void {
  const [lo, hi] = at.r.domain;
  const zero = at.r.px(0);
  heatColors(theme).forEach((color, heat) => {
    s.fill((p) => {
      for (const { unit } of shownUnits(input)) {
        for (let i = 0; i < unit.n; i++) {
          const v = unit.resid[i];
          if (!unit.used[i] || !Number.isFinite(v) || heatOf(v) !== heat) continue;
          const [x0, x1] = [at.x.px(Math.max(unit.lo[i], at.x.domain[0])), at.x.px(unit.hi[i])];
          const y = at.r.px(Math.min(hi, Math.max(lo, v)));
          p.rect(x0, Math.min(y, zero), Math.max(1, x1 - x0 - 0.5), Math.max(1, Math.abs(zero - y)));
        }
      }
    }, { color, alpha: 0.85 });
  });
}
