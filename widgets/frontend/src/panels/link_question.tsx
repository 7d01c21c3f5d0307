// Before parameters of different units or priors are linked, the table asks: the others lose their value and their prior.
// UI state: view-local (the question); the link itself is one undoable action.
import { useLayoutEffect, useRef } from "preact/hooks";
import { plain } from "../plot/tex";
import { type Local, useLocal } from "../state/local";
import type { ParameterRow } from "../state/protocol";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { printed } from "../state/format";
import { focusRow } from "./param_keys";

/** What is lost when these rows become one; null where they are alike. The first is master. */
export function linkWords(rows: readonly ParameterRow[]): string | null {
  const [master, ...others] = rows;
  const name = (row: ParameterRow) => `${row.component}.${row.name}`;
  const measured = (row: ParameterRow) => (row.unit ? `is in ${plain(row.unit)}` : "has no unit");
  const other = (key: "unit" | "prior") => others.filter((row) => row[key] !== master[key]);
  const [units, priors] = [other("unit"), other("prior")];
  const words = [
    units.length ? `${[master, ...units].map((row) => `${name(row)} ${measured(row)}`).join(", ")}.` : "",
    priors.length ? `${priors.map(name).join(", ")} would lose the prior ${[...new Set(priors.map((row) => row.prior))].join(", ")}.` : "",
  ].filter(Boolean);
  return words.length ? printed(`${words.join(" ")} All would take ${master.text}${master.prior ? ` and ${master.prior}` : ""} from ${name(master)}.`) : null;
}

const rowsOf = (local: Local, pids: readonly number[]): ParameterRow[] => pids.flatMap((pid) => local.lab.rows.peek().filter((row) => row.pid === pid));

/** Link rows, the first as master; where they differ in unit or prior, ask first. */
export function linkRows(local: Local, pids: readonly number[]): void {
  if (linkWords(rowsOf(local, pids))) local.linking.value = pids;
  else void link(local, pids);
}

async function link(local: Local, pids: readonly number[]): Promise<void> {
  local.linking.value = null;
  const reply = await local.act("params", "link", { pids: [...pids] });
  if (!reply.ok) return;
  local.selected.value = [];
  focusRow(local, Math.min(...pids)); // the row that stays: the others fold behind it
}

export function LinkQuestion() {
  const local = useLocal();
  const yes = useRef<HTMLDivElement>(null);
  const pids = local.linking.value;
  useLayoutEffect(() => { if (pids) yes.current!.querySelector("button")!.focus(); }, [pids]);
  const words = pids && linkWords(rowsOf(local, pids));
  if (!words) return null;
  const close = () => {
    local.linking.value = null;
    focusRow(local, local.active.peek() ?? pids[0]);
  };
  return (
    <div class="sl-note sl-note-warning" role="alertdialog" aria-label="Link them?" ref={yes} onKeyDown={(e) => { if (e.key === "Escape") close(); e.stopPropagation(); }}>
      <Icon name="warning" /><span class="sl-note-text">{words}</span>
      <Button label="Link" title="Link them all the same (Enter)" onClick={() => void link(local, pids)} />
      <Button label="Cancel" title="Leave them apart (Esc)" onClick={close} />
    </div>
  );
}
