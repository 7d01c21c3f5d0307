// Criteria: runs compared by AIC, AICc, BIC and lnZ. Rows that answer another question are fenced off with the reason.
// UI state: rows are the session's; the column that Δ refers to is view-local.
import { useLocal } from "../state/local";
import type { CriteriaRow } from "../state/protocol";
import { Icon } from "../ui/icons";
import { Empty, Panel } from "../ui/parts";
import { fixed, minus, signed } from "./format";

const COLUMNS = [
  { key: "aic", text: "AIC", doc: "Akaike: stat + 2k" },
  { key: "aicc", text: "AICc", doc: "Akaike, corrected for few bins" },
  { key: "bic", text: "BIC", doc: "Bayes (Schwarz): stat + k ln n" },
  { key: "lnz", text: "ln Z", doc: "log evidence, with its error; larger is better" },
] as const;
export type Criterion = (typeof COLUMNS)[number]["key"];

/** Differences from the best comparable row: ≥ 0 for AIC, AICc and BIC, ≤ 0 for lnZ. */
export function deltas(rows: readonly CriteriaRow[], key: Criterion): Map<CriteriaRow, number> {
  const usable = rows.filter((row) => row.comparable && row[key] !== null && Number.isFinite(row[key]));
  const values = usable.map((row) => row[key] as number);
  const best = key === "lnz" ? Math.max(...values) : Math.min(...values);
  return new Map(usable.map((row) => [row, (row[key] as number) - best]));
}

export function CriteriaPanel() {
  const local = useLocal();
  const { criteria } = local.lab.view.value!;
  const good = criteria.rows.filter((row) => row.comparable);
  const fenced = criteria.rows.filter((row) => !row.comparable);
  return (
    <Panel name="criteria" title="Model comparison" tools={<span class="sl-tag" title="Where the statistic of “now” is taken">at {criteria.at}</span>}>
      {criteria.quality && (
        <p class={`sl-quality ${criteria.quality.ok ? "" : "sl-warn"}`}><Icon name={criteria.quality.ok ? "check" : "warning"} size={14} /> {minus(criteria.quality.text)}</p>
      )}
      {criteria.rows.length === 0 ? <Empty title="Nothing to compare yet">Fit once, or switch Live on.</Empty> : (
        <div class={`sl-scroll ${criteria.stale ? "sl-stale" : ""}`}>
          <table class="sl-criteria">
            <Head />
            <tbody>{good.map((row) => <Row key={row.run} row={row} delta={deltas(criteria.rows, local.criterion.value).get(row)} />)}</tbody>
            {fenced.length > 0 && (
              <tbody class="sl-fence">
                <tr><th colSpan={9} scope="rowgroup">Not comparable with the present data</th></tr>
                {fenced.map((row) => <Row key={row.run} row={row} />)}
              </tbody>
            )}
          </table>
        </div>
      )}
      {criteria.stale && <p class="sl-doc sl-warn"><Icon name="warning" size={14} /> These numbers belong to an earlier set-up and are being renewed.</p>}
    </Panel>
  );
}

function Head() {
  const local = useLocal();
  return (
    <thead>
      <tr>
        <th class="sl-left">model</th><th title="Number of free parameters">k</th><th class="sl-c-stat" title="Fit statistic">stat</th>
        {COLUMNS.map(({ key, text, doc }) => (
          <th key={key} class={`sl-c-${key === local.criterion.value ? "chosen" : key}`} aria-sort={local.criterion.value === key ? "other" : undefined}>
            <button type="button" class={`sl-sort ${local.criterion.value === key ? "sl-on" : ""}`} title={`${doc}. Click: Δ refers to this column`} onClick={() => { local.criterion.value = key; }}>{text}</button>
          </th>
        ))}
        <th title={`Difference from the best comparable row`}>Δ {COLUMNS.find((c) => c.key === local.criterion.value)!.text}</th>
        <th class="sl-weight-head" title="Weight of the row among the comparable ones">weight</th>
      </tr>
    </thead>
  );
}

/** Decimals that show an error: two, or three where two would show nothing. */
function digits(error: number | null): number {
  return error !== null && error < 0.01 ? 3 : 2;
}

function Row({ row, delta }: { row: CriteriaRow; delta?: number }) {
  const local = useLocal();
  const column = (key: Criterion) => `sl-c-${key === local.criterion.value ? "chosen" : key}`;
  const alone = (local.lab.view.value?.criteria.rows.filter((r) => r.comparable).length ?? 0) < 2; // nothing to be better than
  const best = !alone && delta !== undefined && Math.abs(delta) < 1e-9;
  return (
    <>
      <tr class={`${row.run === "now" ? "sl-now" : ""} ${best ? "sl-best" : ""}`}>
        <td class="sl-left"><span class="sl-run">{row.run === "now" ? "now" : `#${row.run}`}</span>{row.run === "now" && row.label === "now" ? "" : row.label}</td>
        <td>{row.k}</td><td class="sl-c-stat">{fixed(row.stat, 2)}</td><td class={column("aic")}>{fixed(row.aic, 2)}</td><td class={column("aicc")}>{fixed(row.aicc, 2)}</td><td class={column("bic")}>{fixed(row.bic, 2)}</td>
        <td>{fixed(row.lnz, digits(row.lnz_err))}{row.lnz !== null && row.lnz_err !== null && <span class="sl-faint"> ± {fixed(row.lnz_err, digits(row.lnz_err))}</span>}</td>
        <td>{delta === undefined || alone ? "" : best ? <span class="sl-best-mark">best</span> : signed(delta, 2)}</td>
        <td class="sl-weight">{row.weight !== null && row.comparable && !alone && <><span class="sl-weight-bar" style={{ width: `${Math.round(34 * row.weight)}px` }} /><span>{row.weight < 0.001 ? "<.001" : row.weight.toFixed(3)}</span></>}</td>
      </tr>
      {(row.why && !row.comparable) || row.note ? <tr class="sl-sub"><td colSpan={9} class="sl-left">{row.comparable ? row.note : row.why}</td></tr> : null}
    </>
  );
}
