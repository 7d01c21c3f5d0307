// The table's keys and wheel put into action. Steps are previews while they come and one action when they stop.
// UI state: view-local (active row, selection); values go through the same gate as the slider's.
import type { Local } from "../state/local";
import type { ParameterRow } from "../state/protocol";
import { type Command, rowCommand } from "../state/keys";
import { stepped } from "../state/range";
import { extended, freezeTo, targets, toggled } from "../state/select";
import { linkSelected } from "./params";

export const STEP_REST_MS = 350;
const resting = new WeakMap<Local, { pid: number; value: number; timer: ReturnType<typeof setTimeout> }>();

export function focusRow(local: Local, pid: number): void {
  local.active.value = pid;
  local.root?.querySelector<HTMLElement>(`tr[data-pid="${pid}"]`)?.focus();
}

export function onTableKey(local: Local, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (target.closest("input, select, textarea")) return;
  const tr = target.closest<HTMLElement>("tr[data-pid]");
  if (!tr) return;
  if (target.tagName === "BUTTON" && (event.key === "Enter" || event.key === " ")) return;
  const command = rowCommand(event);
  const row = local.lab.rows.value.find((r) => r.pid === Number(tr.dataset.pid));
  if (!command || !row) return;
  event.preventDefault();
  event.stopPropagation();
  run(local, row, command, event.shiftKey);
}

function run(local: Local, row: ParameterRow, command: Command, shift: boolean): void {
  const pids = targets(local.selected.value, row.pid);
  switch (command.do) {
    case "move": return move(local, row, command.by, shift);
    case "edge": {
      const shown = local.shownRows.value;
      return focusRow(local, (command.end === "first" ? shown[0] : shown[shown.length - 1]).pid);
    }
    case "step": return step(local, row, command.by);
    case "edit": local.editing.value = { pid: row.pid, start: command.start }; return;
    case "prior": local.priorOf.value = row.pid; return;
    case "model": if (!local.lab.frozen.value && !local.lab.view.value?.lesson) local.modelOpen.value = true; return;
    case "select": local.selected.value = toggled(local.selected.value, row.pid); return;
    case "freeze": return void local.act("params", "freeze", { pids, frozen: freezeTo(local.lab.rows.value, pids) });
    case "link": return linkSelected(local);
    case "unlink": return void local.act("params", "unlink", { pids });
    case "filter": local.root?.querySelector<HTMLElement>(".sl-filter input")?.focus(); return;
    case "escape":
      if (local.linking.value) return void (local.linking.value = null); // the question goes, what it is about stays chosen
      local.selected.value = [];
      local.errors.value = new Map();
      if (local.lab.region.value) local.lab.select(null);
      return;
  }
}

function move(local: Local, row: ParameterRow, by: number, shift: boolean): void {
  const shown = local.shownRows.value;
  const next = shown[shown.findIndex((r) => r.pid === row.pid) + by];
  if (!next) return;
  if (shift) local.selected.value = extended(local.selected.value, shown, row.pid, next.pid);
  focusRow(local, next.pid);
}

/** The wheel over value or slider of the row in hand; elsewhere it scrolls the page. */
export function onRowWheel(local: Local, row: ParameterRow, event: WheelEvent): void {
  const tr = (event.currentTarget as HTMLElement).closest("tr")!;
  const { activeElement } = tr.getRootNode() as Document | ShadowRoot;
  if (!tr.contains(activeElement) || local.editing.peek() || row.tie || row.fixed || event.ctrlKey) return;
  event.preventDefault();
  const turned = -(event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 33 : 1); // a notch is about a hundred pixels, or three lines
  const size = event.shiftKey ? 0.1 : event.altKey ? 0.001 : 0.01;
  step(local, row, size * Math.min(1, Math.max(-1, turned / 100)));
}

function step(local: Local, row: ParameterRow, by: number): void {
  if (row.tie) return local.fail(`row:${row.pid}`, { message: `${row.name} follows ${row.tie}.`, hint: "Type a number in its value cell to cut the tie." });
  const held = resting.get(local);
  if (held && held.pid !== row.pid) rest(local);
  const now = resting.get(local)?.value ?? row.value;
  const value = stepped(now, by, row.slider);
  if (value === now) return;
  clearTimeout(resting.get(local)?.timer);
  resting.set(local, { pid: row.pid, value, timer: setTimeout(() => rest(local), STEP_REST_MS) });
  local.lab.drag(row.pid, value);
}

function rest(local: Local): void {
  const held = resting.get(local);
  if (!held) return;
  clearTimeout(held.timer);
  resting.delete(local);
  void local.lab.land(held.pid, held.value).then((reply) => local.settle(`row:${held.pid}`, reply));
}
