// History: what was fitted, newest first. Apply takes the best values, Restore the whole set-up; both can be undone. Overlay lays
// a run's curve over the spectrum, Diff says what differs from now; the slider above looks at every earlier set-up.
// UI state: entries are the session's (append-only); the name being edited and what is unfolded are view-local.
import { useEffect, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import type { HistoryRow, Reply } from "../state/protocol";
import { Button, Empty, ErrorNote, Panel, Tex } from "../ui/parts";
import { clock, printed } from "../state/format";
import { Scrub } from "./scrub";

export function History() {
  const { history } = useLocal().lab.view.value!;
  return (
    <Panel name="history" title="History">
      <Scrub />
      {history.length === 0 ? <Empty title="No runs yet">Every fit is kept here: apply its best values, restore its set-up, pin and name it.</Empty>
        : <ol class="sl-history" data-rove="rows">{history.map((entry) => <Entry key={entry.run} entry={entry} />)}</ol>}
    </Panel>
  );
}

function Entry({ entry }: { entry: HistoryRow }) {
  const local = useLocal();
  const [name, setName] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const { run } = entry;
  const rename = () => {
    if (name !== null && name.trim() !== entry.label) void local.act("history", "label", { run, label: name.trim() });
    setName(null);
  };
  return (
    <li class={`${entry.current ? "sl-current" : ""} ${entry.pinned ? "sl-pinned" : ""}`}>
      <span class="sl-run">#{run}</span>
      <div class="sl-grow">
        {name === null ? <span class="sl-history-label">{entry.label || entry.engine}{entry.current && <span class="sl-badge" title="The parameters are at this run's best">current</span>}</span>
          : <input class="sl-history-edit" value={name} aria-label="Name of the run" ref={(node) => { if (node && document.activeElement !== node) node.focus(); }} onInput={(e) => setName(e.currentTarget.value)} onBlur={rename}
              onKeyDown={(e) => { e.stopPropagation(); if (e.key === "Enter") rename(); else if (e.key === "Escape") setName(null); }} />}
        <div class="sl-history-facts">
          <span>{entry.engine}</span><span>{clock(entry.time)}</span>{entry.stat !== null && <span>stat {printed(entry.stat)}</span>}{entry.k !== null && <span>k {entry.k}</span>}{entry.lnz !== null && <span>ln Z {printed(entry.lnz)}</span>}
          {entry.note && <span class="sl-note-inline">{entry.note}</span>}
        </div>
      </div>
      <div class="sl-history-tools">
        <Button kernel icon="target" label="Apply" title="Put the parameters at this run's best values" onClick={() => void local.act("history", "apply", { run })} />
        <Button kernel icon="restore" label="Restore" title="Bring back the whole set-up of this run: values, links, priors, ranges" onClick={() => void local.act("history", "restore", { run })} />
        {entry.posterior && <Button kernel icon="eye" title={entry.shown ? "Shown: go back to the posterior of the present set-up" : "Show: look at the posterior of this run, in corner plot, selection and band"} pressed={!!entry.shown} kind="quiet" onClick={() => void local.act("history", "show_posterior", { run: entry.shown ? null : run })} />}
        <Button kernel icon="diff" title={open ? "Close the differences" : "Diff: what differs from the present set-up"} pressed={open} kind="quiet" onClick={() => setOpen(!open)} />
        <Button kernel icon="overlay" title={entry.overlaid ? "Take its curve away from the spectrum" : "Overlay: lay its curve over the spectrum"} pressed={!!entry.overlaid} kind="quiet" onClick={() => void local.act("history", "overlay", { run, on: !entry.overlaid })} />
        <Button kernel icon="pin" title={entry.pinned ? "Unpin" : "Pin: keep it for comparison"} pressed={entry.pinned} kind="quiet" onClick={() => void local.act("history", "pin", { run, pinned: !entry.pinned })} />
        <Button kernel icon="pencil" title="Rename" kind="quiet" onClick={() => setName(entry.label)} />
        <Button kernel icon="trash" title={entry.pinned ? "Unpin it before deleting" : "Delete this run"} disabled={entry.pinned} kind="quiet" onClick={() => void local.act("history", "delete", { run })} />
      </div>
      {open && <Diff run={run} />}
    </li>
  );
}

/** Then and now, changed rows only; asked anew whenever the set-up changes. */
function Diff({ run }: { run: HistoryRow["run"] }) {
  const { lab } = useLocal();
  const [told, setTold] = useState<Reply | null>(null);
  const { rev } = lab.view.value!;
  useEffect(() => {
    let here = true;
    void lab.act("difference", { run }).then((reply) => { if (here) setTold(reply); });
    return () => { here = false; };
  }, [run, rev]);
  if (!told) return null;
  return (
    <div class="sl-diff" role="status">
      {told.error && <ErrorNote error={told.error} />}
      {told.words && <p>{told.words}</p>}
      {!!told.rows?.length && (
        <table class="sl-ranges">
          <thead><tr><th /><th>run #{run}</th><th>now</th></tr></thead>
          <tbody>{told.rows.map((row) => <tr key={row.name}><td class="sl-left">{row.of}<Tex source={row.label} /></td><td>{printed(row.then)}</td><td>{printed(row.now)}</td></tr>)}</tbody>
        </table>
      )}
    </div>
  );
}
