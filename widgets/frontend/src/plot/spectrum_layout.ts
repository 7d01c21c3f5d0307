// Where everything of the spectrum plot sits: boxes, axes, notice lanes; what is under the pointer.
// UI state: none; pure functions of a frame, the view-local toggles and a size.
import type { BrushFrame, OverlayFrame, SpectrumFrame, SpectrumUnit } from "../state/frames";
import type { UnitInfo, Window } from "../state/protocol";
import type { XY } from "../state/local";
import { spelled } from "../state/windows";
import { axis, type Axis } from "./ticks";
import type { Box } from "./surface";

export interface SpectrumInput {
  frame: SpectrumFrame;
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

export const shownUnits = (input: SpectrumInput): { unit: SpectrumUnit; index: number }[] =>
  input.frame.units.map((unit, index) => ({ unit, index })).filter(({ unit }) => !input.hidden.has(unit.name));

function energyDomain(input: SpectrumInput): [number, number] {
  let [lo, hi] = [Infinity, -Infinity];
  for (const { unit } of shownUnits(input)) {
    for (let i = 0; i < unit.n; i++) {
      if (unit.lo[i] > 0 || !input.logx) lo = Math.min(lo, unit.lo[i]);
      hi = Math.max(hi, unit.hi[i]);
    }
  }
  if (!(hi > lo)) return [1, 10];
  return input.logx ? [lo / 1.06, hi * 1.06] : [lo - 0.02 * (hi - lo), hi + 0.02 * (hi - lo)];
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
  return [bottom / 1.5, top * 1.7];
}

/** Half-heights of the residual panel: few of them, so that the axis stands still while a slider moves. */
const RUNGS = [4, 6, 10, 16, 25, 40, 60];

function residualDomain(input: SpectrumInput): [number, number] {
  const sizes: number[] = [];
  for (const { unit } of shownUnits(input)) {
    for (let i = 0; i < unit.n; i++) if (unit.used[i] && Number.isFinite(unit.resid[i])) sizes.push(Math.abs(unit.resid[i]));
  }
  sizes.sort((a, b) => a - b);
  const high = sizes.length ? sizes[Math.floor(0.995 * (sizes.length - 1))] : 0;
  const top = RUNGS.find((rung) => rung >= high * 1.05) ?? RUNGS[RUNGS.length - 1];
  return [-top, top];
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
  const xd = input.zoom.x ?? energyDomain(input);
  const rd = residualDomain(input);
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
