// Selection: an ordered list of pids (the first is the master of a link) and what clicks and keys make of it.
// UI state: none; pure functions over view-local lists.
import type { ParameterRow } from "./protocol";

export interface Click {
  shiftKey?: boolean;
  ctrlKey?: boolean;
  metaKey?: boolean;
}

export function toggled(selected: readonly number[], pid: number): number[] {
  return selected.includes(pid) ? selected.filter((p) => p !== pid) : [...selected, pid];
}

/** The rows from `from` to `to` as shown, added to the selection in that order. */
export function extended(selected: readonly number[], shown: readonly ParameterRow[], from: number, to: number): number[] {
  const pids = shown.map((row) => row.pid);
  const [a, b] = [pids.indexOf(from), pids.indexOf(to)];
  if (a < 0 || b < 0) return toggled(selected, to);
  const span = a <= b ? pids.slice(a, b + 1) : pids.slice(b, a + 1).reverse();
  return [...selected, ...span.filter((pid) => !selected.includes(pid))];
}

export function clicked(selected: readonly number[], shown: readonly ParameterRow[], active: number | null, pid: number, click: Click): number[] {
  if (click.shiftKey && active !== null) return extended(selected, shown, active, pid);
  if (click.ctrlKey || click.metaKey) return toggled(selected, pid);
  return selected.length === 1 && selected[0] === pid ? [] : [pid];
}

/** What a command on the table works on: the selection if the active row is in it (or no row is active), else the row. */
export function targets(selected: readonly number[], active: number | null): number[] {
  if (active === null || selected.includes(active)) return [...selected];
  return [active];
}

/** Freezing is one decision for all: if any of them is still thawed, all freeze. */
export function freezeTo(rows: readonly ParameterRow[], pids: readonly number[]): boolean {
  return rows.some((row) => pids.includes(row.pid) && !row.frozen);
}
