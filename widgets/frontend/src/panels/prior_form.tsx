// The prior form: family, arguments, the density Python draws for them with handles to pull, OK. Used by the popover and by
// the Priors panel.
// UI state: view-local draft until OK, or until a handle is let go; then one undoable action.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { densitySpan, drawDensity } from "../plot/density";
import { useLocal } from "../state/local";
import { pulled, type Span } from "../state/handles";
import { joinPrior, ShapeStream, splitPrior, switchFamily, type Density, type PriorText, type Shape } from "../state/priors";
import type { PriorHandle, ParameterRow } from "../state/protocol";
import { useDrawing, useStage } from "../ui/draw";
import { Button, ErrorNote, Unit } from "../ui/parts";
import { Handles } from "./prior_handles";
import { printed } from "../state/format";

const HEIGHT = 140;

export function PriorForm({ row, onDone, onCancel }: { row: ParameterRow; onDone?: () => void; onCancel?: () => void }) {
  const local = useLocal();
  const families = local.lab.view.value!.params.families;
  const draft = useMemo(() => signal<PriorText>(splitPrior(row.prior)), [row.pid, row.prior]);
  const shape = useMemo(() => signal<Shape | null>(null), [row.pid]);
  const good = useMemo(() => signal<Density | null>(null), [row.pid]);
  const stream = useMemo(() => new ShapeStream(local.lab, row.pid, (s) => { shape.value = s; if (s.ok) good.value = s.density; }), [row.pid]);
  const family = families.find((f) => f.name === draft.value.family);
  const text = joinPrior(draft.value);
  const { rev } = local.lab.view.value!;
  useEffect(() => { if (text) stream.ask(text); }, [text, rev]);
  useEffect(() => () => stream.end(), [stream]);
  const apply = async (done?: () => void) => {
    const reply = await local.lab.act("set_prior", { pid: row.pid, prior: joinPrior(draft.peek()) });
    if (reply.ok) done?.();
    else shape.value = { ok: false, error: reply.error ?? { message: "The prior was refused." } };
  };
  const reset = () => { draft.value = splitPrior(row.prior); onCancel?.(); };
  const bad = shape.value && !shape.value.ok ? shape.value.error : null;
  const posterior = good.value?.posterior;
  const set = (i: number, value: string) => { draft.value = { ...draft.value, args: family!.args.map((_, k) => (k === i ? value : draft.value.args[k] ?? "")) }; };
  return (
    <form class="sl-prior-form" onSubmit={(e) => { e.preventDefault(); void apply(onDone); }} onKeyDown={(e) => onFormKey(e, reset)}>
      <div class="sl-fields">
        <label class="sl-field"><span>family</span>
          <select value={draft.value.family} onChange={(e) => {
            const to = families.find((f) => f.name === e.currentTarget.value);
            if (to) draft.value = switchFamily(draft.value, family, to, row);
          }}>
            {!family && <option value="">choose …</option>}
            {families.map((f) => <option key={f.name} value={f.name} title={f.doc}>{f.name}</option>)}
          </select>
        </label>
        {family?.args.map((arg, i) => (
          <label class="sl-field" key={arg.name}><span>{arg.name}</span>
            <input type="text" inputMode="decimal" size={7} spellcheck={false} placeholder={arg.default === null ? "" : String(arg.default)} value={draft.value.args[i] ?? ""} onInput={(e) => set(i, e.currentTarget.value.trim())} />
          </label>
        ))}
        {row.unit && <span class="sl-form-unit"><Unit source={row.unit} /></span>}
      </div>
      {family && <p class="sl-doc"><code>{family.signature}</code> {family.doc}</p>}
      <DensityPlot row={row} good={good} old={!!bad} words={(h) => printed(`${h.name} ${draft.value.args[h.arg] ?? family?.args[h.arg]?.default ?? ""}`)}
        onPull={(handle, x, grain) => { if (family) draft.value = pulled(draft.peek(), family, handle, x, grain); }}
        onLetGo={() => { if (joinPrior(draft.peek()) !== row.prior) void apply(); }}
        onCancel={() => { draft.value = splitPrior(row.prior); }} />
      {posterior && <p class="sl-doc sl-learned" title={posterior.title}>{posterior.words}</p>}
      {bad && <ErrorNote error={bad} />}
      <div class="sl-form-end">
        {onCancel && <Button label="Cancel" title="Leave the prior as it is (Esc)" onClick={reset} />}
        <button type="submit" class="sl-button sl-primary" disabled={!text || !!bad || (text === row.prior && row.prior_set)} title={`Set the prior to ${text}`}>Set prior</button>
      </div>
    </form>
  );
}

/** Keys of the form stay in it, but for undo and redo outside its fields. */
function onFormKey(event: KeyboardEvent, reset: () => void): void {
  if (event.ctrlKey || event.metaKey) return;
  event.stopPropagation();
  if (event.key === "Escape") reset();
}

interface Plot {
  row: ParameterRow;
  good: { value: Density | null };
  old: boolean;
  words: (handle: PriorHandle) => string;
  onPull: (handle: PriorHandle, x: number, grain: number) => void;
  onLetGo: () => void;
  onCancel: () => void;
}

function DensityPlot({ row, good, old, words, onPull, onLetGo, onCancel }: Plot) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, stage } = useStage();
  const { lab } = useLocal();
  const held = useMemo(() => signal<Span | null>(null), [row.pid]);
  const span = held.value ?? (good.value && densitySpan(good.value));
  useDrawing(canvas, stage, () => {
    const density = good.value;
    const value = lab.rows.value.find((r) => r.pid === row.pid)?.value ?? row.value; // it may move while the form is open
    return { input: density && { density, span: held.value ?? densitySpan(density), value }, height: HEIGHT };
  }, (s, input, theme, size) => {
    if (input) drawDensity(s, input.density, input.span, input.value, size.width, size.height, theme);
  });
  const letGo = (finish: () => void) => { held.value = null; finish(); };
  return (
    <div ref={ref} class={`sl-density ${old ? "sl-old" : ""}`}>
      <canvas ref={canvas} role="img" aria-label={`Density of the prior of ${row.name}`} />
      {good.value && span && stage.value.width > 0 && (
        <Handles handles={good.value.handles} span={span} width={stage.value.width} height={HEIGHT} words={words}
          onPull={(handle, x, grain) => { held.value ??= span; onPull(handle, x, grain); }} onLetGo={() => letGo(onLetGo)} onCancel={() => letGo(onCancel)} />
      )}
    </div>
  );
}
