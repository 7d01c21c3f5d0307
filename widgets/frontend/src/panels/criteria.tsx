// Criteria: runs compared by AIC, AICc, BIC and lnZ. Rows that answer another question are fenced off with the reason.
// UI state: rows are the session's; the column that Δ refers to is view-local.
import { useLocal } from "../state/local";
import type { CriteriaRow } from "../state/protocol";
import { Icon } from "../ui/icons";
import { Empty, Panel } from "../ui/parts";
import { printed } from "../state/format";

const COLUMNS = [
  { key: "aic", text: "AIC", doc: "Akaike: stat + 2k" },
  { key: "aicc", text: "AICc", doc: "Akaike, corrected for few bins" },
  { key: "bic", text: "BIC", doc: "Bayes (Schwarz): stat + k ln n" },
  { key: "lnz", text: "ln Z", doc: "log evidence, with its error; larger is better" },
] as const;
export type Criterion = (typeof COLUMNS)[number]["key"];

export function CriteriaPanel() {
  const local = useLocal();
  const { criteria } = local.lab.view.value!;
  const good = criteria.rows.filter((row) => row.comparable);
  const fenced = criteria.rows.filter((row) => !row.comparable);
  return (
    <Panel name="criteria" title="Model comparison" tools={<span class="sl-tag" title="Where the statistic of “now” is taken">at {criteria.at}</span>}>
      {criteria.quality && (
        <p class={`sl-quality ${criteria.quality.ok ? "" : "sl-warn"}`}><Icon name={criteria.quality.ok ? "check" : "warning"} size={14} /> {printed(criteria.quality.text)}</p>
      )}
      {criteria.rows.length === 0 ? <Empty title="Nothing to compare yet">Fit once, or switch Live on.</Empty> : (
        <div class={`sl-scroll ${criteria.stale ? "sl-stale" : ""}`}>
          <table class="sl-criteria">
            <Head />
            <tbody>{good.map((row) => <Row key={row.run} row={row} />)}</tbody>
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
    <thead data-rove="bar">
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

function Row({ row }: { row: CriteriaRow }) {
  const local = useLocal();
  const column = (key: Criterion) => `sl-c-${key === local.criterion.value ? "chosen" : key}`;
  const { texts } = row;
  const delta = row.deltas[local.criterion.value];
  const best = delta === "best";
  return (
    <>
      <tr class={`${row.run === "now" ? "sl-now" : ""} ${best ? "sl-best" : ""}`}>
        <td class="sl-left"><span class="sl-run">{row.run === "now" ? "now" : `#${row.run}`}</span>{row.run === "now" && row.label === "now" ? "" : row.label}</td>
        <td>{row.k}</td><td class="sl-c-stat">{printed(texts.stat)}</td><td class={column("aic")}>{printed(texts.aic)}</td><td class={column("aicc")}>{printed(texts.aicc)}</td><td class={column("bic")}>{printed(texts.bic)}</td>
        <td>{printed(texts.lnz)}{texts.lnz_err && <span class="sl-faint"> ± {printed(texts.lnz_err)}</span>}</td>
        <td>{best ? <span class="sl-best-mark">best</span> : printed(delta)}</td>
        <td class="sl-weight">{texts.weight && <><span class="sl-weight-bar" style={{ width: `${Math.round(34 * (row.weight ?? 0))}px` }} /><span>{texts.weight}</span></>}</td>
      </tr>
      {(row.why && !row.comparable) || row.note ? <tr class="sl-sub"><td colSpan={9} class="sl-left">{row.comparable ? row.note : row.why}</td></tr> : null}
    </>
  );
}
