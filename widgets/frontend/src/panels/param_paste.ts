// Copy and paste between the parameter table and a spreadsheet. A paste is one action; what the lines mean, and which
// one is bad, is Python's to say: the text crosses the border as it is, with the rows that are meant.
// UI state: view-local (selection, what was said last).
import { effect } from "@preact/signals";
import type { Local } from "../state/local";
import type { ParameterRow } from "../state/protocol";
import { targets } from "../state/select";

const FLASH_MS = 1400;

export interface PasteTarget {
  pids: number[];
  /** All rows from the one in hand downwards; otherwise the rows are a selection, filled completely. */
  down: boolean;
}

/** The rows a column of values fills, in the order of the table. */
export function pasteTarget(shown: readonly ParameterRow[], selected: readonly number[], active: number | null): PasteTarget {
  const pids = targets(selected, active);
  if (pids.length > 1) return { pids: shown.filter((row) => pids.includes(row.pid)).map((row) => row.pid), down: false };
  const from = shown.findIndex((row) => row.pid === (pids[0] ?? active));
  return { pids: from < 0 ? [] : shown.slice(from).map((row) => row.pid), down: true };
}

/** Rows as a spreadsheet takes them: name, tab, value. A name that two rows share gives way to the number. */
export function copyText(all: readonly ParameterRow[], pids: readonly number[]): string {
  const name = (row: ParameterRow) => `${row.component}.${row.name}`;
  const shared = (row: ParameterRow) => all.filter((r) => name(r) === name(row)).length > 1;
  return all.filter((row) => pids.includes(row.pid)).map((row) => `${shared(row) ? `par[${row.pid}]` : name(row)}\t${row.value}`).join("\n");
}

/** More than one cell: a text field has no place for it. */
export const isTable = (text: string): boolean => /[\t\n]/.test(text.replace(/\s+$/, ""));

export async function pasteText(local: Local, text: string, target: PasteTarget): Promise<void> {
  for (const place of [...local.errors.value.keys()]) if (place === "params" || place.startsWith("row:")) local.clear(place);
  local.said.value = "";
  const before = new Map(local.lab.rows.value.map((row) => [row.pid, row.value]));
  const reply = await local.lab.act("paste", { text, ...target });
  const pid = reply.error?.pid;
  const there = typeof pid === "number" && local.shownRows.value.some((row) => row.pid === pid);
  local.settle(there ? `row:${pid}` : "params", reply);
  if (!reply.ok) return;
  local.said.value = "Pasted. Ctrl Z takes it back.";
  await shown(local, reply.rev ?? 0);
  local.flash.value = local.lab.rows.value.filter((row) => before.get(row.pid) !== row.value).map((row) => row.pid);
  setTimeout(() => { local.flash.value = []; }, FLASH_MS);
}

/** Wait for the view of a revision, but not for ever. */
function shown(local: Local, rev: number): Promise<void> {
  return new Promise((resolve) => {
    let stop = () => {};
    const end = () => { stop(); resolve(); };
    setTimeout(end, FLASH_MS);
    stop = effect(() => { if ((local.lab.view.value?.rev ?? -1) >= rev) queueMicrotask(end); });
  });
}

const inField = (event: Event): boolean => (event.target as HTMLElement).closest("input, textarea, select") !== null;

export function onTablePaste(local: Local, event: ClipboardEvent): void {
  if (inField(event)) return;
  event.preventDefault();
  event.stopPropagation();
  void pasteText(local, event.clipboardData?.getData("text/plain") ?? "", pasteTarget(local.shownRows.value, local.selected.value, local.active.value));
}

export function onTableCopy(local: Local, event: ClipboardEvent): void {
  const marked = globalThis.getSelection?.()?.toString();
  const text = copyText(local.lab.rows.value, targets(local.selected.value, local.active.value));
  if (inField(event) || marked || !text) return;
  event.preventDefault();
  event.stopPropagation();
  event.clipboardData?.setData("text/plain", text);
}
