// Where everything of the spectrum plot sits: boxes, axes, notice lanes; what is under the pointer.
// UI state: none; pure functions of a frame, the view-local toggles and a size.
import type { BrushFrame, OverlayFrame, SpectrumFrame, SpectrumUnit } from "../state/frames";
import type { UnitInfo, Window } from "../state/protocol";
import type { XY } from "../state/local";
import { spelled } from "../state/windows";
import { residualDomain, type ResidualKind } from "./residual_kinds";
import { axis, type Axis } from "./ticks";
import type { Box } from "./surface";

export interface SpectrumInput {
  frame: SpectrumFrame;
  /** The same with the bins of the fit, where the picture joins them: windows end at their edges. */
  fitted?: SpectrumFrame;
  ghost: SpectrumFrame | null;
  /** Whether residuals are coloured by what they add to the statistic. */
  heat?: boolean;
  /** Curves of past runs. */
  overlays: readonly OverlayFrame[];
  /** Selected draws. */
  brush: BrushFrame | null;
  units: readonly UnitInfo[];
  /** Windows under the hand, by unit name; they overrule `units`. */
  draft: ReadonlyMap<string, Window[]>;
  hidden: ReadonlySet<string>;
  activeUnit: string | null;
  logx: boolean;
  logy: boolean;
  zoom: XY;
  components: boolean;
  /** What the lower panel shows; deviances where it is not said. */
  residual?: ResidualKind;
  width: number;
  height: number;
  /** Name the units inside the picture (exports); on the screen the toolbar does it. */
  legend: boolean;
  /** One line under the names, for exports: the statistic. */
  caption: string;
}

export interface Lane {
  unit: UnitInfo;
  index: number;
  y: number;
  h: number;
  windows: Window[];
}

export interface SpectrumLayout {
  main: Box;
  resid: Box;
  lanes: Lane[];
  x: Axis;
  y: Axis;
  r: Axis;
}

const MARGIN = { left: 58, right: 12, top: 6, bottom: 36, gap: 8 };

export const shownUnits = (input: Pick<SpectrumInput, "frame" | "hidden">): { unit: SpectrumUnit; index: number }[] =>
  input.frame.units.map((unit, index) => ({ unit, index })).filter(({ unit }) => !input.hidden.has(unit.name));

/** From the lowest to the highest energy of the shown units, or of their noticed bins; null where there is none. */
function extent(input: Domained, onlyUsed: boolean): [number, number] | null {
  let [lo, hi] = [Infinity, -Infinity];
  for (const { unit } of shownUnits(input)) {
    for (let i = 0; i < unit.n; i++) {
      if (onlyUsed && !unit.used[i]) continue;
      if (unit.lo[i] > 0 || !input.logx) lo = Math.min(lo, unit.lo[i]);
      hi = Math.max(hi, unit.hi[i]);
    }
  }
  return hi > lo ? [lo, hi] : null;
}

type Domained = Pick<SpectrumInput, "frame" | "hidden" | "logx">;
const BESIDE = 0.12; // of the axis: what is not noticed, on either side of what is

/** All energies there are. */
export function allEnergies(input: Domained): [number, number] {
  const found = extent(input, false);
  if (!found) return [1, 10];
  const [lo, hi] = found;
  return input.logx ? [lo / 1.06, hi * 1.06] : [lo - 0.02 * (hi - lo), hi + 0.02 * (hi - lo)];
}

/** The noticed energies and a little beside them, as far as there are any; all of them where nothing is noticed. */
export function noticedEnergies(input: Domained): [number, number] {
  const [all, used] = [allEnergies(input), extent(input, true)];
  if (!used) return all;
  const [lo, hi] = used;
  const beside: [number, number] = input.logx ? [lo * (lo / hi) ** BESIDE, hi * (hi / lo) ** BESIDE] : [lo - BESIDE * (hi - lo), hi + BESIDE * (hi - lo)];
  return [Math.max(all[0], beside[0]), Math.min(all[1], beside[1])];
}

const NARROWEST = 4; // bins

/** A range to zoom into; one that holds fewer bins than that is widened to some neighbours of its middle. */
export function zoomable(input: Domained, [lo, hi]: [number, number]): [number, number] {
  const units = shownUnits(input).map(({ unit }) => unit);
  const held = (unit: SpectrumUnit) => unit.lo.filter((low, i) => low < hi && unit.hi[i] > lo).length;
  const unit = units.reduce<SpectrumUnit | null>((most, one) => (most && held(most) >= held(one) ? most : one), null);
  const middle = input.logx && lo > 0 ? Math.sqrt(lo * hi) : (lo + hi) / 2;
  const bin = unit ? findBin(unit, middle) : -1;
  if (!unit || bin < 0 || held(unit) >= NARROWEST) return [lo, hi];
  const [first, last] = [Math.max(0, bin - 1), Math.min(unit.n - 1, bin + 2)];
  return [Math.min(lo, unit.lo[first], unit.lo[last]), Math.max(hi, unit.hi[first], unit.hi[last])];
}

/** Extremes of what is worth showing: noticed data with their errors; the model only where there is no data. */
function extremes(input: SpectrumInput, [lo, hi]: [number, number]): { min: number; minPositive: number; max: number } {
  const out = { min: Infinity, minPositive: Infinity, max: -Infinity };
  const put = (v: number, top: number) => {
    if (Number.isFinite(v)) out.min = Math.min(out.min, v);
    if (v > 0) out.minPositive = Math.min(out.minPositive, v);
    if (Number.isFinite(top)) out.max = Math.max(out.max, top);
  };
  for (const onlyUsed of [true, false]) {
    for (const { unit } of shownUnits(input)) {
      for (let i = 0; i < unit.n; i++) {
        if ((onlyUsed && !unit.used[i]) || unit.hi[i] < lo || unit.lo[i] > hi) continue;
        const data = unit.data[i];
        if (Number.isFinite(data)) put(data, data + 0.7 * (unit.err[i] || 0));
        else put(unit.model[i], unit.model[i]);
      }
    }
    if (out.max > 0) break;
  }
  return out;
}

function fluxDomain(input: SpectrumInput, x: [number, number]): [number, number] {
  const { min, minPositive, max } = extremes(input, x);
  if (!(max > -Infinity)) return input.logy ? [0.1, 10] : [0, 1];
  if (!input.logy) {
    const floor = Math.min(0, min);
    return [floor - 0.04 * (max - floor), max + 0.08 * (max - floor) || 1];
  }
  const top = max > 0 ? max : 1;
  const hint = input.frame.ymin ?? 0;
  const bottom = Math.max(hint > 0 && hint < top ? hint : 0, Number.isFinite(minPositive) ? Math.min(minPositive, top / 3) : top / 100, top * 1e-7);
  return [Math.min(bottom, top / 3) / 1.5, top * 1.7];
}

export function laneHeight(count: number): number {
  return count <= 1 ? 14 : count <= 4 ? 12 : 8;
}

export function layout(input: SpectrumInput): SpectrumLayout {
  const { width, height } = input;
  const listed = input.units.map((unit, index) => ({ unit, index })).filter(({ unit }) => !input.hidden.has(unit.name));
  const each = laneHeight(listed.length);
  const top = MARGIN.top + listed.length * each + (listed.length ? 9 : 0);
  const w = Math.max(40, width - MARGIN.left - MARGIN.right);
  const free = Math.max(60, height - top - MARGIN.bottom - MARGIN.gap);
  const main = { x: MARGIN.left, y: top, w, h: Math.round(free * 0.72) };
  const resid = { x: MARGIN.left, y: main.y + main.h + MARGIN.gap, w, h: free - main.h };
  const xd = input.zoom.x ?? noticedEnergies(input);
  const rd = residualDomain(shownUnits(input).map(({ unit }) => unit), input.residual);
  return {
    main, resid,
    lanes: listed.map(({ unit, index }, i) => ({
      unit, index, y: MARGIN.top + i * each, h: each, windows: input.draft.get(unit.name) ?? spelled(unit),
    })),
    x: axis(input.logx && xd[0] > 0, xd, [main.x, main.x + w]),
    y: axis(input.logy, input.zoom.y ?? fluxDomain(input, xd), [main.y + main.h, main.y]),
    r: axis(false, rd, [resid.y + resid.h, resid.y]),
  };
}

export interface Hit {
  unit: SpectrumUnit;
  index: number;
  bin: number;
}

/** The bin under the pointer: of all units' bins at that energy the one whose datum (or residual) is nearest. */
export function hit(input: SpectrumInput, at: SpectrumLayout, px: number, py: number): Hit | null {
  if (px < at.main.x || px > at.main.x + at.main.w) return null;
  const energy = at.x.invert(px);
  const below = py > at.resid.y - MARGIN.gap / 2;
  let best: Hit | null = null;
  let gap = Infinity;
  for (const { unit, index } of shownUnits(input)) {
    const bin = findBin(unit, energy);
    if (bin < 0) continue;
    const y = below ? at.r.px(unit.resid[bin]) : at.y.px(Math.max(unit.data[bin], at.y.domain[0]));
    const d = Number.isFinite(y) ? Math.abs(y - py) : 1e6;
    if (d < gap) [best, gap] = [{ unit, index, bin }, d];
  }
  return best;
}

function findBin(unit: SpectrumUnit, energy: number): number {
  for (let i = 0; i < unit.n; i++) if (energy >= unit.lo[i] && energy < unit.hi[i]) return i;
  return -1;
}

/** A point of a unit's folded curve: energy (keV, the middle of its bin), and where it is drawn. */
export interface CurvePoint {
  unit: string;
  energy: number;
  y: number;
}

/** The curve within reach of the pointer, above or below it, if any. */
export function curveAt(input: Pick<SpectrumInput, "frame" | "fitted" | "hidden">, at: SpectrumLayout, px: number, py: number, reach = 6): CurvePoint | null {
  if (px < at.main.x || px > at.main.x + at.main.w || py < at.main.y || py > at.main.y + at.main.h) return null;
  const energy = at.x.invert(px);
  let best: CurvePoint | null = null;
  let gap = reach;
  for (const unit of (input.fitted ?? input.frame).units) {
    const bin = input.hidden.has(unit.name) ? -1 : findBin(unit, energy);
    if (bin < 0 || !unit.used[bin]) continue;
    const y = at.y.px(unit.model[bin]);
    if (!(Math.abs(y - py) <= gap)) continue;
    [best, gap] = [{ unit: unit.name, energy: Math.sqrt(unit.lo[bin] * unit.hi[bin]), y }, Math.abs(y - py)];
  }
  return best;
}

export interface Bracket {
  lane: Lane;
  window: number;
  end: 0 | 1;
}

/** The bracket within reach of the pointer, if any. */
export function bracketAt(at: SpectrumLayout, px: number, py: number, reach = 7): Bracket | null {
  for (const lane of at.lanes) {
    if (py < lane.y - 1 || py > lane.y + lane.h + 1) continue;
    let best: Bracket | null = null;
    let gap = reach;
    lane.windows.forEach((window, w) => ([0, 1] as const).forEach((end) => {
      const d = Math.abs(at.x.px(window[end]) - px);
      if (d <= gap) [best, gap] = [{ lane, window: w, end }, d];
    }));
    if (best) return best;
  }
  return null;
}

export const laneAt = (at: SpectrumLayout, py: number): Lane | null =>
  at.lanes.find((lane) => py >= lane.y && py < lane.y + lane.h) ?? null;
