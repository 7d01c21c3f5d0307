// What the lower panel shows: signed roots of the deviances (as the statistic has them), χ, the ratio, or the running sum of
// data − model. All from the curves of a frame, before these are unfolded. Pure.
// UI state: none.
import type { SpectrumFrame, SpectrumUnit } from "../state/frames";

export type ResidualKind = "deviance" | "chi" | "ratio" | "cumulative";

interface Row {
  kind: ResidualKind;
  label: string;
  axis: string;
  title: string;
  /** Where data and model agree. */
  zero: number;
  /** Whether its values are in σ. */
  sigma: boolean;
}

export const RESIDUALS: readonly Row[] = [
  { kind: "deviance", label: "deviance", axis: "residual / σ", title: "Signed root of what a bin adds to the statistic", zero: 0, sigma: true },
  { kind: "chi", label: "χ = Δ / error", axis: "Δ / error", title: "(data − model) / error of the data", zero: 0, sigma: true },
  { kind: "ratio", label: "data / model", axis: "data / model", title: "Net data over model", zero: 1, sigma: false },
  { kind: "cumulative", label: "cumulative", axis: "ΣΔ / %", title: "Running sum of data − model, per cent of all net counts", zero: 0, sigma: false },
];

export const residualRow = (kind: ResidualKind = "deviance"): Row => RESIDUALS.find((row) => row.kind === kind)!;

/** A frame whose residuals are of a kind, with their errors where they have some. */
export function withResiduals(frame: SpectrumFrame, kind: ResidualKind): SpectrumFrame {
  return kind === "deviance" ? frame : { ...frame, units: frame.units.map((unit) => ({ ...unit, ...residuals(unit, kind) })) };
}

function residuals(unit: SpectrumUnit, kind: ResidualKind): { resid: Float32Array; residErr?: Float32Array } {
  const seen = (i: number) => !!unit.used[i] && Number.isFinite(unit.data[i]) && Number.isFinite(unit.model[i]);
  const each = (value: (i: number) => number) => Float32Array.from({ length: unit.n }, (_, i) => (seen(i) ? value(i) : NaN));
  if (kind === "chi") return { resid: each((i) => (unit.err[i] > 0 ? (unit.data[i] - unit.model[i]) / unit.err[i] : NaN)) };
  if (kind === "ratio") {
    const over = (values: Float32Array) => each((i) => (unit.model[i] > 0 ? values[i] / unit.model[i] : NaN));
    return { resid: over(unit.data), residErr: over(unit.err) };
  }
  const counts = (values: (i: number) => number) => each((i) => values(i) * (unit.hi[i] - unit.lo[i]));
  const all = counts((i) => unit.data[i]).reduce((sum, v) => sum + (v || 0), 0);
  let sum = 0;
  return { resid: counts((i) => unit.data[i] - unit.model[i]).map((v) => (Number.isNaN(v) ? NaN : (100 * (sum += v)) / Math.abs(all || 1))) };
}

/** Half-heights of a panel in σ, and of one of ratios: few of them, so that the axis stands still while a slider moves. */
const SIGMAS = [4, 6, 10, 16, 25, 40, 60];
const RATIOS = [0.1, 0.2, 0.5, 1, 2, 4, 9];

/** The vertical range of the lower panel. */
export function residualDomain(units: readonly SpectrumUnit[], kind: ResidualKind = "deviance"): [number, number] {
  const values = units.flatMap((unit) => [...unit.resid].filter((v, i) => unit.used[i] && Number.isFinite(v)));
  if (kind === "cumulative") {
    const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
    const room = 0.08 * (high - low) || 1;
    return [low - room, high + room];
  }
  const { zero } = residualRow(kind);
  const sizes = values.map((v) => Math.abs(v - zero)).sort((a, b) => a - b);
  const most = 1.05 * (sizes.length ? sizes[Math.floor((kind === "ratio" ? 0.95 : 0.995) * (sizes.length - 1))] : 0);
  const rungs = kind === "ratio" ? RATIOS : SIGMAS;
  const top = rungs.find((rung) => rung >= most) ?? rungs[rungs.length - 1];
  return kind === "ratio" ? [Math.max(0, 1 - top), 1 + top] : [-top, top];
}
