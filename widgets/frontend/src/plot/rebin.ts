// Bins joined for the eye, until each stands out of its error by so many σ or is wide enough; the fit keeps its own. A joined bin has the summed
// counts and errors in quadrature; its residual is the sum of residuals over the root of their number, which is normal as they are.
// UI state: none; pure.
import type { SpectrumFrame, SpectrumUnit } from "../state/frames";

const WIDEST = 1.5; // the factor in energy

export function rebinned(frame: SpectrumFrame, sigma: number): SpectrumFrame {
  return sigma > 0 ? { ...frame, units: frame.units.map((unit) => joined(unit, groups(unit, sigma))) } : frame;
}

/** First and last bin of each group: neighbours that touch, all noticed or all not; what is left over joins the group before it. */
function groups(unit: SpectrumUnit, sigma: number): [number, number][] {
  const made: [number, number][] = [];
  const apart = (i: number) => !(i > 0 && i < unit.n) || unit.used[i] !== unit.used[i - 1] || Math.abs(unit.lo[i] - unit.hi[i - 1]) > 1e-3 * unit.lo[i];
  let [counts, square, first, run] = [0, 0, 0, 0];
  for (let i = 0; i < unit.n; i++) {
    if (apart(i)) run = made.length;
    const width = unit.hi[i] - unit.lo[i];
    counts += unit.data[i] * width;
    square += (unit.err[i] * width) ** 2;
    const enough = (square > 0 && counts >= sigma * Math.sqrt(square)) || unit.hi[i] > WIDEST * unit.lo[first];
    if (!enough && !apart(i + 1)) continue;
    if (!enough && made.length > run) made[made.length - 1][1] = i;
    else made.push([first, i]);
    [counts, square, first] = [0, 0, i + 1];
  }
  return made;
}

function joined(unit: SpectrumUnit, made: readonly [number, number][]): SpectrumUnit {
  const width = (i: number) => unit.hi[i] - unit.lo[i];
  const sums = (value: (i: number) => number) => made.map(([a, b]) => {
    let total = 0;
    for (let i = a; i <= b; i++) total += value(i);
    return total;
  });
  const widths = sums(width);
  const mean = (values: Float32Array) => Float32Array.from(sums((i) => values[i] * width(i)), (v, k) => v / widths[k]);
  const folded = sums((i) => unit.model[i] * width(i));
  const pick = (values: Float32Array, end: 0 | 1) => Float32Array.from(made, (group) => values[group[end]]);
  return {
    ...unit, n: made.length, lo: pick(unit.lo, 0), hi: pick(unit.hi, 1), used: pick(unit.used, 0),
    data: mean(unit.data), model: mean(unit.model), unfold: unit.unfold && Float32Array.from(sums((i) => unit.unfold![i] * unit.model[i] * width(i)), (v, k) => v / folded[k]),
    err: Float32Array.from(sums((i) => (unit.err[i] * width(i)) ** 2), (v, k) => Math.sqrt(v) / widths[k]),
    resid: Float32Array.from(sums((i) => unit.resid[i]), (v, k) => v / Math.sqrt(made[k][1] - made[k][0] + 1)),
    components: unit.components.map(({ name, values }) => ({ name, values: mean(values) })),
  };
}
