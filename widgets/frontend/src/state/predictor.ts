// Predictor: follows sliders without a kernel, from tables that Python made once: along each slider the logarithm of
// every curve, against the logarithm of each rate its residual. It knows no model and no statistic.
// UI state: none; pure functions.
import type { SliderRange } from "./protocol";
import { fraction } from "./range";

export interface PredictorHeader {
  nodes: number;
  axes: (SliderRange & { pid: number; value: number })[];
  units: { n: number; terms: number; weight: number; residual: boolean }[];
  /** ln of the rate is tabulated from -ratio to ratio, at so many places. */
  ratio: number;
  ratios: number;
  stat: number;
}

/** Lagrange weights for `at` (in steps) on up to four neighbouring nodes of `count`. */
export function stencil(at: number, count: number): { first: number; weights: number[] } {
  const size = Math.min(4, count);
  const x = Math.min(count - 1, Math.max(0, at || 0));
  const first = Math.min(count - size, Math.max(0, Math.floor(x) - 1));
  const weights = Array.from({ length: size }, (_, i) => {
    let w = 1;
    for (let j = 0; j < size; j++) if (j !== i) w *= (x - first - j) / (i - j);
    return w;
  });
  return { first, weights };
}

export class Predictor {
  private readonly columns: number;
  private readonly residuals: (Float32Array | null)[];

  constructor(readonly header: PredictorHeader, private readonly tables: Float32Array) {
    this.columns = header.units.reduce((sum, u) => sum + u.n * Math.max(1, u.terms), 0);
    let at = header.axes.length * header.nodes * this.columns;
    this.residuals = header.units.map((u) => (u.residual ? tables.subarray(at, (at += header.ratios * u.n)) : null));
    if (tables.length < at) throw new RangeError(`the predictor holds ${tables.length} numbers, its header promises ${at}`);
  }

  /** ln of every curve, less that of the curves the tables were made for, with the sliders at `values`. */
  shift(values: ReadonlyMap<number, number>): Float32Array {
    const out = new Float32Array(this.columns);
    this.header.axes.forEach((axis, number) => {
      const value = values.get(axis.pid) ?? axis.value;
      if (value === axis.value) return;
      for (const [to, sign] of [[value, 1], [axis.value, -1]]) this.add(out, number, fraction(to, axis), sign);
    });
    return out;
  }

  private add(out: Float32Array, axis: number, t: number, sign: number): void {
    const { nodes } = this.header;
    const { first, weights } = stencil(t * (nodes - 1), nodes);
    weights.forEach((w, i) => {
      const at = (axis * nodes + first + i) * this.columns;
      for (let c = 0; c < this.columns; c++) out[c] += sign * w * this.tables[at + c];
    });
  }

  /** Residuals of a unit when its rates are `exp(ln)` times those of the tables; null when no table says. */
  residual(unit: number, ln: ArrayLike<number>): Float32Array | null {
    const table = this.residuals[unit];
    if (!table) return null;
    const { ratio, ratios } = this.header;
    const { n } = this.header.units[unit];
    return Float32Array.from({ length: n }, (_, c) => {
      const { first, weights } = stencil(((ln[c] + ratio) / (2 * ratio)) * (ratios - 1), ratios);
      return weights.reduce((sum, w, i) => sum + w * table[(first + i) * n + c], 0);
    });
  }

  /** The statistic that residuals add up to, with the constant that they leave out; null when some unit's are unknown. */
  stat(before: readonly ArrayLike<number>[], after: readonly (ArrayLike<number> | null)[]): number | null {
    let sum = this.header.stat;
    for (const [i, now] of after.entries()) {
      if (!now) return null;
      const { n, weight } = this.header.units[i];
      for (let c = 0; c < n; c++) if (Number.isFinite(before[i][c])) sum += weight * (now[c] ** 2 - before[i][c] ** 2);
    }
    return sum;
  }
}
