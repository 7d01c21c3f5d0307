// Walk: a handle along the degeneracy of the last fit, below the table. All free parameters move together, by how much is
// Python's to say; while it moves the curves are a preview, letting go (or resting, with keys) is one action.
// UI state: view-local (the handle in hand); the direction and the present place on it are the session's.
import { useRef, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import { plain } from "../plot/tex";
import { PlaceError, Tex } from "../ui/parts";
import { signed } from "../state/format";

export const REST_MS = 500;

export function Walk() {
  const local = useLocal();
  const { lab } = local;
  const line = lab.view.value?.degeneracy;
  const [held, setHeld] = useState<number | null>(null);
  const grip = useRef<{ to: number; pointer: boolean } | null>(null);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  if (!line || lab.frozen.value) return null;
  const at = held ?? line.at;
  const end = (finish: (to: number) => void) => {
    clearTimeout(rest.current);
    if (!grip.current) return;
    const { to } = grip.current;
    grip.current = null;
    finish(to);
  };
  const cancel = () => end(() => { setHeld(null); lab.giveUp(); });
  const commit = () => end((to) => void local.act("walk", "walk", { to }).then((reply) => {
    setHeld(null);
    if (!reply.ok) lab.giveUp();
  }));
  const move = (to: number) => {
    if (grip.current) grip.current.to = to;
    else grip.current = { to, pointer: false };
    setHeld(to);
    lab.walk(to);
    clearTimeout(rest.current);
    if (!grip.current.pointer) rest.current = setTimeout(commit, REST_MS);
  };
  const words = line.moves.map((m) => `${plain(m.label)} ${m.up ? "up" : "down"}`).join(", ");
  return (
    <div class="sl-walk" role="group" aria-label="Degeneracy">
      <span class="sl-walk-words" title={`The direction in which the data leave the parameters freest: ${line.share} of their scatter lies along it`}>
        <span class="sl-faint">degeneracy</span>{line.moves.map((m) => <span key={m.pid} class="sl-num"><Tex source={m.label} /> {m.up ? "↑" : "↓"}</span>)}
      </span>
      <span class="sl-walk-grip"><input type="range" min={line.lo} max={line.hi} step={(line.hi - line.lo) / 400} value={at} aria-label={`Along the degeneracy: ${words}`} aria-valuetext={`${at.toFixed(2)} standard deviations`}
        title={`Move ${words} together; nothing changes until you let go (← → by keys, Esc takes it back)`}
        onPointerDown={() => { grip.current = { to: line.at, pointer: true }; }}
        onPointerUp={() => { if (grip.current && held === null) grip.current = null; else commit(); }} onPointerCancel={cancel} onBlur={commit}
        onInput={(e) => move(Number(e.currentTarget.value))}
        onKeyDown={(e) => {
          if (e.key === "Escape" && grip.current) cancel();
          else if (e.key === "Enter" && grip.current) commit();
          else return;
          e.preventDefault();
          e.stopPropagation();
        }} />
      <span class={`sl-walk-at ${held !== null ? "sl-held" : ""}`} title="Standard deviations from the best fit, along the degeneracy">{signed(at, 2)} σ</span></span>
      <PlaceError place="walk" />
    </div>
  );
}
