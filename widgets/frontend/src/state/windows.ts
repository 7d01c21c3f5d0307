// Notice windows: unions and differences of energy ranges, snapped to channel edges.
// UI state: none; pure functions. `[]` means everything, as on the border.
import type { UnitInfo, Window } from "./protocol";

/** The windows as drawn: `[]` spelled out as the unit's whole range. */
export function spelled(unit: UnitInfo): Window[] {
  return unit.notice.length ? unit.notice : [unit.range];
}

function merged(windows: readonly Window[]): Window[] {
  const out: Window[] = [];
  for (const [lo, hi] of [...windows].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && lo <= last[1]) last[1] = Math.max(last[1], hi);
    else if (hi > lo) out.push([lo, hi]);
  }
  return out;
}

export function noticed(windows: readonly Window[], lo: number, hi: number): Window[] {
  return merged([...windows, [lo, hi]]);
}

export function ignored(windows: readonly Window[], lo: number, hi: number): Window[] {
  return merged(windows.flatMap(([a, b]): Window[] => [[a, Math.min(b, lo)], [Math.max(a, hi), b]]));
}

/** The ranges inside `range` that no window covers: what the plot shades. */
export function gaps(windows: readonly Window[], range: Window): Window[] {
  return windows.reduce((rest, [lo, hi]) => ignored(rest, lo, hi), [range] as Window[]);
}

/** Nearest channel edge to `energy`; edges are the `lo` and `hi` of the groups. */
export function snap(energy: number, lo: ArrayLike<number>, hi: ArrayLike<number>): number {
  let best = energy;
  let gap = Infinity;
  for (let i = 0; i < lo.length; i++) {
    for (const edge of [lo[i], hi[i]]) {
      const d = Math.abs(Math.log(edge / energy));
      if (d < gap) [best, gap] = [edge, d];
    }
  }
  return Number(best.toPrecision(6));
}

/** “8-30, 40-900” ↔ windows. Returns null when the text is not a list of ranges. */
export function parseWindows(text: string): Window[] | null {
  const parts = text.split(/[,;]/).map((part) => part.trim()).filter(Boolean);
  const windows = parts.map((part) => part.match(/^([\d.eE+]+)\s*(?:-|–|to|\.\.|\s)\s*([\d.eE+]+)$/));
  if (windows.some((match) => !match)) return null;
  const pairs = windows.map((match): Window => [Number(match![1]), Number(match![2])]);
  return pairs.every(([lo, hi]) => Number.isFinite(lo) && Number.isFinite(hi) && hi > lo) ? merged(pairs) : null;
}

const brief = (energy: number): string => String(Number(energy.toPrecision(4)));

export function printWindows(windows: readonly Window[]): string {
  return windows.map(([lo, hi]) => `${brief(lo)}–${brief(hi)}`).join(", ");
}
