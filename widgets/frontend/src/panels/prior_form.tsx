// The prior form: family, arguments, the density Python draws for them, OK. Used by the popover and by the Priors panel.
// UI state: view-local draft until OK; then one undoable action.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { drawDensity } from "../plot/density";
import { useLocal } from "../state/local";
import { joinPrior, priorShape, splitPrior, switchFamily, type Density, type PriorText, type Shape } from "../state/priors";
import type { Row } from "../state/protocol";
import { useDrawing, useStage } from "../ui/draw";
import { Button, ErrorNote, Unit } from "../ui/parts";

const PAUSE_MS = 120;

export function PriorForm({ row, onDone, onCancel }: { row: Row; onDone?: () => void; onCancel?: () => void }) {
  const local = useLocal();
  const families = local.lab.view.value!.params.families;
  const draft = useMemo(() => signal<PriorText>(splitPrior(row.prior)), [row.pid, row.prior]);
  const shape = useMemo(() => signal<Shape | null>(null), [row.pid]);
  const family = families.find((f) => f.name === draft.value.family);
  const text = joinPrior(draft.value);
  useEffect(() => {
    let here = true;
    const timer = setTimeout(() => { if (text) void priorShape(local.lab, row.pid, text).then((s) => { if (here) shape.value = s; }); }, shape.value ? PAUSE_MS : 0);
    return () => { here = false; clearTimeout(timer); };
  }, [text]);
  const apply = async () => {
    const reply = await local.lab.act("set_prior", { pid: row.pid, prior: text });
    if (reply.ok) onDone?.();
    else shape.value = { ok: false, error: reply.error ?? { message: "The prior was refused." } };
  };
  const reset = () => { draft.value = splitPrior(row.prior); onCancel?.(); };
  const bad = shape.value && !shape.value.ok ? shape.value.error : null;
  return (
    <form class="sl-prior-form" onSubmit={(e) => { e.preventDefault(); void apply(); }} onKeyDown={(e) => { e.stopPropagation(); if (e.key === "Escape") reset(); }}>
      <div class="sl-fields">
        <label class="sl-field"><span>family</span>
          <select value={draft.value.family} onChange={(e) => {
            const to = families.find((f) => f.name === e.currentTarget.value);
            if (to) draft.value = switchFamily(draft.value, family, to);
          }}>
            {!family && <option value="">choose …</option>}
            {families.map((f) => <option key={f.name} value={f.name} title={f.doc}>{f.name}</option>)}
          </select>
        </label>
        {family?.args.map((arg, i) => (
          <label class="sl-field" key={arg.name}><span>{arg.name}</span>
            <input type="text" inputMode="decimal" size={7} spellcheck={false} value={draft.value.args[i] ?? ""} onInput={(e) => {
              const args = family.args.map((_, k) => draft.value.args[k] ?? "");
              args[i] = e.currentTarget.value.trim();
              draft.value = { ...draft.value, args };
            }} />
          </label>
        ))}
        {row.unit && <span class="sl-form-unit"><Unit source={row.unit} /></span>}
      </div>
      {family && <p class="sl-doc"><code>{family.signature}</code> {family.doc}</p>}
      <DensityPlot row={row} shape={shape} />
      {bad && <ErrorNote error={bad} />}
      <div class="sl-form-end">
        {onCancel && <Button label="Cancel" title="Leave the prior as it is (Esc)" onClick={reset} />}
        <button type="submit" class="sl-button sl-primary" disabled={!text || !!bad || (text === row.prior && row.prior_set)} title={`Set the prior to ${text}`}>Set prior</button>
      </div>
    </form>
  );
}

function DensityPlot({ row, shape }: { row: Row; shape: { value: Shape | null } }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, stage } = useStage();
  const good = useRef<Density | null>(null);
  const old = !!shape.value && !shape.value.ok;
  useDrawing(canvas, stage, () => {
    const shown = shape.value;
    if (shown?.ok) good.current = shown.density;
    return { input: good.current, height: 130 };
  }, (s, density, theme, size) => {
    if (density) drawDensity(s, density, row.value, size.width, size.height, theme);
  });
  return <div ref={ref} class={`sl-density ${old ? "sl-old" : ""}`}><canvas ref={canvas} role="img" aria-label={`Density of the prior of ${row.name}`} /></div>;
}
