// Parameters: the table one edits with mouse or keys. Every gesture is one action; what is free, linked or tied is
// Python's to say.
// UI state: reads the session (domain, undoable); selection, filter and focus are view-local.
import { Fragment } from "preact";
import { useLocal } from "../state/local";
import type { ParameterRow } from "../state/protocol";
import { freezeTo, targets } from "../state/select";
import { Button, Empty, Panel, Toggle } from "../ui/parts";
import { Icon } from "../ui/icons";
import { LinkQuestion, linkRows } from "./link_question";
import { ModelPopover, modelWords } from "./model_popover";
import { onTableKey } from "./param_keys";
import { onTableCopy, onTablePaste } from "./param_paste";
import { ParamRow } from "./param_row";
import { PriorPopover } from "./prior_popover";
import { Walk } from "./walk";

export function Params() {
  const local = useLocal();
  const rows = local.lab.rows.value;
  return (
    <Panel name="params" title="Parameters" tools={rows.length > 0 ? <Tools /> : undefined}>
      <LinkQuestion />
      {rows.length === 0 ? <Empty title="No parameters yet">Append a pair of data and model to the inference.</Empty> : <Table />}
      {rows.length > 0 && <Walk />}
      <span class="sl-hide" role="status">{local.said.value}</span>
      {local.priorOf.value !== null && <PriorPopover />}
      {local.modelOpen.value && <ModelPopover />}
    </Panel>
  );
}

function Tools() {
  const local = useLocal();
  const rows = local.lab.rows.value;
  const pids = targets(local.selected.value, local.active.value);
  const freeze = freezeTo(rows, pids);
  const linked = rows.some((row) => pids.includes(row.pid) && row.link !== null);
  const master = rows.find((row) => row.pid === pids[0]);
  const models = local.lab.view.value!.models ?? [];
  return (
    <>
      {models.length > 0 && !local.lab.view.value!.lesson && (
        <Button kernel icon="pencil" label={modelWords(models)} extra="sl-model-button" title="The model: change it, add or take away components (M)" onClick={() => { local.modelOpen.value = true; }} />
      )}
      <div class="sl-group">
        <Button kernel icon="snowflake" label={freeze || !pids.length ? "Freeze" : "Thaw"} disabled={!pids.length} title={`${freeze ? "Freeze" : "Thaw"} the selected parameters (F)`}
          onClick={() => void local.act("params", "freeze", { pids, frozen: freeze })} />
        <Button kernel icon="link" label="Link" disabled={local.selected.value.length < 2} onClick={() => linkSelected(local)}
          title={pids.length > 1 ? `Link ${pids.length} parameters; ${master?.name ?? "the first"} gives value, prior and state (L)` : "Link: select two or more rows first, with Ctrl or Shift (L)"} />
        <Button kernel icon="unlink" label="Unlink" disabled={!linked} title="Unlink the selected parameters; values stay (U)" onClick={() => void local.act("params", "unlink", { pids })} />
      </div>
      <label class="sl-filter" title="Show only matching rows: name, component, unit, number, or free, frozen, linked (/)">
        <Icon name="search" size={14} />
        <input type="search" placeholder="filter" aria-label="Filter parameters" value={local.filter.value}
          onInput={(e) => { local.filter.value = e.currentTarget.value; }}
          onKeyDown={(e) => { if (e.key === "Escape") local.filter.value = ""; }} />
      </label>
    </>
  );
}

/** Stands over the sliders, which it concerns. */
function RefitOthers() {
  const local = useLocal();
  if (local.lab.view.value!.lesson) return null;
  return (
    <Toggle kernel label="Refit others" on={local.lab.refitting.value} onChange={(on) => void local.act("params", "set_refit_others", { on })}
      title="While a slider is dragged, fit all other free parameters to it and draw the profile of the statistic below; sliders then span 5σ about the best fit" />
  );
}

export function linkSelected(local: ReturnType<typeof useLocal>): void {
  const pids = [...local.selected.value];
  if (pids.length < 2) return local.fail("params", { message: "Linking needs two or more parameters.", hint: "Choose the master first, then add others with Ctrl-click, Shift-click or Space." });
  linkRows(local, pids);
}

/** Which rows begin a component: another name, or a parameter that the present one already has (a second pair). */
export function headings(rows: readonly ParameterRow[]): boolean[] {
  let key = "";
  const seen = new Set<string>();
  return rows.map((row) => {
    const now = `${row.pair ?? ""} ${row.expression} ${row.component}`;
    const begins = now !== key || seen.has(row.name);
    if (begins) seen.clear();
    seen.add(row.name);
    key = now;
    return begins;
  });
}

/** What the factors of the data are, each once. */
function factorWords(rows: readonly ParameterRow[]): string {
  const words = new Map(rows.filter((row) => row.hidden && row.doc).map((row) => [row.name, row.doc]));
  return [...words].map(([name, doc]) => `${name}: ${doc}`).join("; ");
}

function Table() {
  const local = useLocal();
  const shown = local.shownRows.value;
  const begins = headings(shown);
  const inHand = shown.some((row) => row.pid === local.active.value) ? local.active.value : shown[0]?.pid;
  const hidden = local.lab.rows.value.filter((row) => row.hidden).length;
  return (
    <div class="sl-scroll">
      <table class={`sl-params ${shown.some((row) => row.link !== null) ? "" : "sl-no-links"}`} onKeyDown={(event) => onTableKey(local, event)} onPaste={(event) => onTablePaste(local, event)} onCopy={(event) => onTableCopy(local, event)} role="grid" aria-label="Parameters" aria-multiselectable="true">
        <thead>
          <tr>
            <th class="sl-c-state"><span class="sl-hide">frozen</span></th><th class="sl-c-link"><span class="sl-hide">link</span></th>
            <th class="sl-c-pid" title="Number of the parameter: par[1], par[2], …">#</th><th class="sl-c-name">name</th>
            <th class="sl-c-value">value</th><th class="sl-c-error" title="Uncertainty: 1σ">±</th><th class="sl-c-unit">unit</th>
            <th class="sl-c-slider"><span class="sl-hide">slider</span><RefitOthers /></th><th class="sl-c-prior">prior</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row, i) => (
            <Fragment key={row.pid}>
              {begins[i] && (
                <tr class="sl-heading-row">
                  <th colSpan={9} scope="rowgroup"><span>{row.component}</span>{row.pair && <span class="sl-expression">for {row.pair}</span>}{row.expression !== row.component && <span class="sl-expression">{row.expression}</span>}</th>
                </tr>
              )}
              <ParamRow row={row} inHand={row.pid === inHand} />
            </Fragment>
          ))}
          {shown.length === 0 && <tr><td colSpan={9} class="sl-none">No parameter matches “{local.filter.value}”.</td></tr>}
        </tbody>
      </table>
      {local.showHidden.value && hidden > 0 && <p class="sl-doc">{factorWords(local.lab.rows.value)}</p>}
      {hidden > 0 && (
        <button type="button" class={`sl-fold ${local.showHidden.value ? "sl-open" : ""}`} aria-expanded={local.showHidden.value} title={factorWords(local.lab.rows.value)} onClick={() => { local.showHidden.value = !local.showHidden.value; }}>
          <Icon name="chevron" size={12} /> {hidden} frozen {hidden === 1 ? "factor" : "factors"} of the data
        </button>
      )}
    </div>
  );
}
