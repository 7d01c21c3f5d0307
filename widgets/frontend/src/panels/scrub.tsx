// Scrub: a slider over where one has been. Each place is shown on the plot and in the table as a preview; nothing changes until
// Restore, which is one more change (undo takes it back).
// UI state: view-local (the moment looked at); the timeline is the session's.
import { useLocal } from "../state/local";
import { Button } from "../ui/parts";

export function Scrub() {
  const local = useLocal();
  const { lab } = local;
  const line = lab.view.value?.timeline;
  if (!line || line.moments.length < 2 || lab.frozen.value) return null;
  const found = line.moments.findIndex((m) => m.id === lab.moment.value);
  const at = found < 0 ? line.now : found;
  const here = line.moments[at];
  const away = at !== line.now;
  const go = (index: number) => lab.look(index === line.now ? null : line.moments[index].id);
  const back = () => lab.look(null);
  const restore = () => { if (away) void local.act("history", "revisit", { moment: here.id }).then((reply) => { if (!reply.ok) back(); }); };
  const words = `${at + 1} of ${line.moments.length}: ${here.label}`;
  return (
    <div class={`sl-scrub ${away ? "sl-away" : ""}`} role="group" aria-label="Where you have been">
      <Button icon="chevron" extra="sl-earlier" title="One change earlier, as a preview (←)" kind="quiet" disabled={at === 0} onClick={() => go(at - 1)} />
      <input type="range" min={0} max={line.moments.length - 1} step={1} value={at} aria-label="Earlier set-ups, as a preview" aria-valuetext={words}
        title="Look at earlier set-ups on the plot; nothing changes until Restore (← →, Enter restores, Esc comes back)"
        onInput={(e) => go(Number(e.currentTarget.value))}
        onKeyDown={(e) => {
          if (e.key === "Enter") restore();
          else if (e.key === "Escape" && away) back();
          else return;
          e.preventDefault();
          e.stopPropagation();
        }} />
      <Button icon="chevron" title="One change later, as a preview (→)" kind="quiet" disabled={at === line.moments.length - 1} onClick={() => go(at + 1)} />
      <span class="sl-scrub-words" title={here.label}><span class="sl-faint sl-num">{at + 1} / {line.moments.length}</span> <code>{here.label}</code></span>
      {away ? (
        <>
          <Button icon="restore" label="Restore" kind="primary" title="Go back to this set-up; it can be undone (Enter)" onClick={restore} />
          <Button label="Now" title="Come back to the present (Esc)" onClick={back} />
        </>
      ) : <span class="sl-tag" title="The plot shows the present set-up">now</span>}
    </div>
  );
}
