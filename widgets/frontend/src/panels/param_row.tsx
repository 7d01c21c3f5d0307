// One row of the parameter table: state, link, name, value with its cell editor, error, slider, prior.
// UI state: the row is the session's; the cell being edited, hover and drag targets are view-local.
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocal, type Local } from "../state/local";
import type { ParameterRow } from "../state/protocol";
import { rough } from "../state/range";
import { clicked } from "../state/select";
import { Icon } from "../ui/icons";
import { needsKernel, PlaceError, Tex, Unit } from "../ui/parts";
import { plain } from "../plot/tex";
import { Slider } from "../ui/slider";
import { focusRow, onRowWheel } from "./param_keys";
import { linkRows } from "./link_question";
import { isTable, pasteText, pasteTarget } from "./param_paste";
import { printed } from "../state/format";
import { ProfileCurve } from "./profile_curve";
import { Glyph } from "./prior_glyph";

const CHAIN_COLOURS = 8;

export function ParamRow({ row, inHand }: { row: ParameterRow; inHand: boolean }) {
  const local = useLocal();
  const order = local.selected.value.indexOf(row.pid);
  const lit = row.link !== null && local.hoverLink.value === row.link;
  const [over, setOver] = useState(false);
  const classes = ["sl-row", row.frozen ? "sl-frozen" : row.free ? "sl-free" : "sl-bound", order >= 0 ? "sl-selected" : "", lit ? "sl-lit" : "", over ? "sl-drop" : "", local.flash.value.includes(row.pid) ? "sl-flash" : ""];
  const tab = inHand ? 0 : -1;
  return (
    <>
      <tr data-pid={row.pid} class={classes.filter(Boolean).join(" ")} tabIndex={tab} aria-selected={order >= 0} aria-label={summary(row)}
        onFocusIn={() => { local.active.value = row.pid; }}
        onClick={(e) => onRowClick(local, row, e)}
        onMouseEnter={() => { local.hoverLink.value = row.link; }} onMouseLeave={() => { local.hoverLink.value = null; }}
        onDragOver={(e) => { if (e.dataTransfer?.types.includes(MIME)) { e.preventDefault(); setOver(true); } }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => { setOver(false); dropOn(local, row, e); }}>
        <td class="sl-c-state"><FreezeButton row={row} tab={tab} /></td>
        <td class="sl-c-link"><Chain row={row} tab={tab} /></td>
        <td class="sl-c-pid">{row.pid}</td>
        <td class="sl-c-name" draggable title={`${row.component}.${row.name}${row.doc ? `: ${row.doc}` : ""} · drag onto another row to link`} onDragStart={(e) => e.dataTransfer?.setData(MIME, String(row.pid))}>
          <Tex source={row.label || row.name} />{order >= 0 && local.selected.value.length > 1 && <span class="sl-order" title={order === 0 ? "master of the link" : `chosen as number ${order + 1}`}>{order === 0 ? "master" : order + 1}</span>}
          <Followers row={row} tab={tab} />
        </td>
        <td class="sl-c-value" onWheel={(e) => onRowWheel(local, row, e)}><ValueCell row={row} tab={tab} /></td>
        <td class="sl-c-error">{row.tie ? <span class="sl-tie" title={`Tied: ${row.name} = ${row.tie}`}>= {row.tie.replace(/^=\s*/, "")}</span> : row.error && !local.lab.trial.value.has(row.pid) ? <ErrorText error={row.error} /> : row.frozen ? <span class="sl-faint">frozen</span> : ""}<Bound row={row} /></td>
        <td class="sl-c-unit" title={plain(row.unit)}><Unit source={row.unit} /></td>
        <td class="sl-c-slider" onWheel={(e) => onRowWheel(local, row, e)}><RowSlider row={row} /><ProfileCurve row={row} /></td>
        <td class="sl-c-prior"><PriorButton row={row} tab={tab} /></td>
      </tr>
      {local.errors.value.has(`row:${row.pid}`) && <tr class="sl-error-row"><td colSpan={9}><PlaceError place={`row:${row.pid}`} /></td></tr>}
    </>
  );
}

const MIME = "application/x-spec-lab-pid";

function summary(row: ParameterRow): string {
  const state = row.tie ? `tied to ${row.tie}` : row.frozen ? "frozen" : row.linked_to !== null ? `linked to parameter ${row.linked_to}` : "free";
  return `${row.pid} ${row.component} ${plain(row.label || row.name)} ${row.text} ${row.error ? `error ${row.error}` : ""} ${plain(row.unit)}, ${state}`;
}

/** 1σ; where its sides differ, one over the other. */
function ErrorText({ error }: { error: string }) {
  const sides = error.split(" ");
  if (sides.length === 1) return <span title={/^[+-]/.test(error) ? "1σ to the one side that is free" : "1σ"}>{printed(error)}</span>;
  return <span class="sl-sides" title="1σ, up and down">{sides.map((side) => <span key={side}>{printed(side)}</span>)}</span>;
}

function onRowClick(local: Local, row: ParameterRow, event: MouseEvent): void {
  if ((event.target as HTMLElement).closest("button, input, [role=slider]")) return;
  local.selected.value = clicked(local.selected.value, local.shownRows.value, local.active.value, row.pid, event);
  focusRow(local, row.pid);
}

function dropOn(local: Local, row: ParameterRow, event: DragEvent): void {
  const source = Number(event.dataTransfer?.getData(MIME));
  if (!source || source === row.pid) return;
  event.preventDefault();
  linkRows(local, [row.pid, source]);
}

function FreezeButton({ row, tab }: { row: ParameterRow; tab: number }) {
  const local = useLocal();
  return (
    <button type="button" class="sl-freeze" tabIndex={tab} aria-pressed={row.frozen} title={row.frozen ? "Thaw (F): let fits change it" : "Freeze (F): fits leave it alone"}
      onClick={() => void local.act("params", "freeze", { pids: [row.pid], frozen: !row.frozen })} {...needsKernel(local.lab.frozen.value)}><Icon name="snowflake" size={15} /></button>
  );
}

function Chain({ row, tab }: { row: ParameterRow; tab: number }) {
  const local = useLocal();
  if (row.link === null) return null;
  const words = row.linked_to === null ? "master of the group" : `follows parameter ${row.linked_to}`;
  return (
    <button type="button" class={`sl-chain sl-chain-${(row.link - 1) % CHAIN_COLOURS}`} tabIndex={tab} title={`Link ${row.link}: ${words}. Click to unlink (U)`}
      onClick={() => void local.act("params", "unlink", { pids: [row.pid] })} {...needsKernel(local.lab.frozen.value)}><Icon name="link" size={11} />{row.link}</button>
  );
}

/** A group of linked parameters is one row; the others unfold behind it. */
function Followers({ row, tab }: { row: ParameterRow; tab: number }) {
  const local = useLocal();
  const { link } = row;
  const others = link === null || row.linked_to !== null ? [] : local.lab.rows.value.filter((other) => other.link === link && other !== row);
  if (link === null || !others.length) return null;
  const open = local.openLinks.value.has(link);
  const toggle = () => { local.openLinks.value = open ? new Set([...local.openLinks.value].filter((other) => other !== link)) : new Set([...local.openLinks.value, link]); };
  const words = `Linked with it: ${others.map((other) => `${other.component}.${other.name}`).join(", ")}. ${open ? "Fold their rows away" : "Show their rows"}`;
  return (
    <button type="button" class={`sl-followers ${open ? "sl-open" : ""}`} tabIndex={tab} aria-expanded={open} onClick={toggle}
      title={words} aria-label={words}><Icon name="chevron" size={9} />{others.length}</button>
  );
}

function Bound({ row }: { row: ParameterRow }) {
  if (!row.at_bound) return null;
  return <span class="sl-limit" title={`The value sits at its ${row.at_bound === "low" ? "lower" : "upper"} bound`}>{row.at_bound === "low" ? "min" : "max"}</span>;
}

function ValueCell({ row, tab }: { row: ParameterRow; tab: number }) {
  const local = useLocal();
  const held = local.lab.pending.value.get(row.pid) ?? local.lab.trial.value.get(row.pid)?.text;
  if (local.editing.value?.pid === row.pid) return <ValueEditor row={row} start={local.editing.value.start} />;
  const text = held === undefined ? row.text : typeof held === "number" ? rough(held, row.slider) : held;
  const note = row.tie ? `${row.name} ${row.tie.startsWith("=") ? "" : "= "}${row.tie}` : row.linked_to !== null ? `Linked to parameter ${row.linked_to}: typing here sets the whole group` : "Type a value, with unit if you like; = makes a tie (Enter). Or paste a column of values here (Ctrl V)";
  return (
    <button type="button" class={`sl-value ${held !== undefined ? "sl-held" : ""}`} tabIndex={tab} title={note} onClick={() => { local.editing.value = { pid: row.pid, start: null }; }}>
      {printed(text)}
    </button>
  );
}

function ValueEditor({ row, start }: { row: ParameterRow; start: string | null }) {
  const local = useLocal();
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    field.current!.focus();
    if (start === null) field.current!.select();
    else field.current!.setSelectionRange(start.length, start.length);
  }, []);
  const close = () => {
    done.current = true;
    local.editing.value = null;
    requestAnimationFrame(() => focusRow(local, row.pid));
  };
  const commit = () => {
    if (done.current) return;
    const text = field.current!.value.trim();
    close();
    if (text === "" || text === initial) return;
    void enter(local, row, text);
  };
  const initial = row.tie ? (row.tie.startsWith("=") ? row.tie : `=${row.tie}`) : row.text;
  return (
    <input ref={field} class="sl-value-edit" aria-label={`Value of ${row.name}`} value={start ?? initial} spellcheck={false} autocomplete="off"
      onKeyDown={(e) => {
        e.stopPropagation();
        if (e.key === "Enter") commit();
        else if (e.key === "Escape") close();
      }} onPaste={(e) => {
        const text = e.clipboardData?.getData("text/plain") ?? "";
        e.stopPropagation();
        if (!isTable(text)) return;
        e.preventDefault();
        close();
        void pasteText(local, text, pasteTarget(local.shownRows.value, [row.pid], row.pid));
      }} onBlur={commit} />
  );
}

/** Hand the typed text to Python as it is; a lone `=` removes a tie. */
export async function enter(local: Local, row: ParameterRow, text: string): Promise<void> {
  const place = `row:${row.pid}`;
  local.clear(place);
  if (text.startsWith("=")) await local.act(place, "tie", { pid: row.pid, expression: text.slice(1).trim() });
  else local.settle(place, await local.lab.setValue(row.pid, text));
}

function RowSlider({ row }: { row: ParameterRow }) {
  const local = useLocal();
  const held = local.lab.pending.value.get(row.pid);
  const value = typeof held === "number" ? held : local.lab.trial.value.get(row.pid)?.value ?? row.value;
  return (
    <Slider value={value} range={row.slider} label={`${row.component} ${row.name}`} text={row.text} disabled={row.tie !== null || !!row.fixed} why={row.fixed} dim={!row.free && row.linked_to === null}
      onMove={(v) => {
        if (local.active.peek() !== row.pid) focusRow(local, row.pid);
        local.lab.drag(row.pid, v);
      }}
      onRelease={(v) => void local.lab.land(row.pid, v).then((reply) => local.settle(`row:${row.pid}`, reply))}
      onCancel={() => local.lab.cancelDrag(row.pid)} />
  );
}

function PriorButton({ row, tab }: { row: ParameterRow; tab: number }) {
  const local = useLocal();
  const words = row.prior_set ? row.prior : row.prior ? `${row.prior} (the component's own)` : "no prior: improper";
  return (
    <button type="button" class={`sl-prior ${row.prior_set ? "sl-set" : ""}`} tabIndex={tab} title={`${words}. Click to edit (P)`} onClick={() => { local.priorOf.value = row.pid; focusRow(local, row.pid); }} {...needsKernel(local.lab.frozen.value)}>
      <Glyph row={row} /><span class="sl-prior-text">{row.prior || "none"}</span>
    </button>
  );
}
