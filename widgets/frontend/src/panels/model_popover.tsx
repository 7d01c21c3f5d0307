// The popover on a model: type an expression, or pick components; Python says whether it is a model and what stays.
// UI state: view-local draft until it is used; then one undoable action.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLocal } from "../state/local";
import { picked, suggestions } from "../state/models";
import type { ComponentInfo, ErrorData, ModelInfo } from "../state/protocol";
import { Button, ErrorNote } from "../ui/parts";

const REST_MS = 120;

/** What the button says: the expression where there is one, else how many. */
export function modelWords(models: readonly ModelInfo[]): string {
  const all = new Set(models.map((m) => m.expression));
  return all.size === 1 ? models[0].expression : `${models.length} models`;
}

export function ModelPopover() {
  const local = useLocal();
  const models = local.lab.view.value!.models ?? [];
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const same = new Set(models.map((m) => m.expression)).size === 1;
  const [pair, setPair] = useState<number | null>(same ? null : models[0].pair);
  const [text, setText] = useState(models[0].expression);
  const [known, setKnown] = useState<readonly ComponentInfo[]>([]);
  const [at, setAt] = useState(-1);
  const [words, bad, refuse] = usePreview(text, pair);
  const present = models.every((m) => (pair !== null && m.pair !== pair) || m.expression === text.trim());
  const close = () => { local.modelOpen.value = false; };
  const shown = suggestions(text, known);
  useLayoutEffect(() => {
    const outside = (event: Event) => { if (!event.composedPath().includes(box.current!)) close(); };
    field.current!.focus({ preventScroll: true });
    field.current!.select();
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, []);
  useEffect(() => { void local.lab.act("components").then((r) => { if (r.ok && r.components) setKnown(r.components); }); }, []);
  useEffect(() => { box.current?.querySelector(".sl-pick-at")?.scrollIntoView({ block: "nearest" }); }, [at]);
  const type = (value: string) => { setText(value); setAt(-1); };
  const pick = (component: ComponentInfo) => { type(picked(text, component, known)); field.current!.focus(); };
  const use = async () => {
    const reply = await local.lab.act("set_model", { model: text, pair });
    if (reply.ok) close();
    else refuse(reply.error ?? { message: "The model was refused." });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    if (event.key === "Escape") { close(); return; }
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!by || event.target !== field.current) return;
    event.preventDefault();
    setAt(Math.max(-1, Math.min(shown.length - 1, at + by)));
  };
  return (
    <div class="sl-popover sl-model-popover" ref={box} role="dialog" aria-label="Model" onKeyDown={onKey}>
      <div class="sl-popover-head"><strong>Model</strong><span class="sl-faint">what stays keeps its values, priors and links</span>
        <Button icon="close" title="Close (Esc)" kind="quiet" onClick={close} /></div>
      <form class="sl-model-form" onSubmit={(e) => { e.preventDefault(); if (at >= 0 && shown[at]) pick(shown[at]); else if (!bad && !present) void use(); }}>
        {models.length > 1 && (
          <label class="sl-field"><span>for</span>
            <select value={pair ?? "all"} onChange={(e) => {
              const to = e.currentTarget.value === "all" ? null : Number(e.currentTarget.value);
              setPair(to);
              setText(models.find((m) => m.pair === to)?.expression ?? text);
            }}>
              <option value="all">all data</option>
              {models.map((m) => <option key={m.pair} value={m.pair}>{m.data}: {m.expression}</option>)}
            </select>
          </label>
        )}
        <div class="sl-model-line">
          <input ref={field} class="sl-model-text" type="text" spellcheck={false} autocomplete="off" aria-label="Model expression" placeholder="tbabs*(pl + gauss)" value={text}
            role="combobox" aria-expanded="true" aria-controls="sl-picks" aria-activedescendant={at >= 0 ? `sl-pick-${at}` : undefined} onInput={(e) => type(e.currentTarget.value)} />
          <Button label="Clear" title="Begin with an empty model; then pick its components" disabled={!text} onClick={() => { type(""); field.current!.focus(); }} />
        </div>
        <div class="sl-picks" id="sl-picks" role="listbox" aria-label="Components">
          {shown.map((c, i) => (
            <button type="button" role="option" aria-selected={i === at} id={`sl-pick-${i}`} key={c.name} tabIndex={-1} class={i === at ? "sl-pick-at" : ""} onClick={() => pick(c)}
              title={`${c.what}${c.aliases.length ? ` Also: ${c.aliases.join(", ")}.` : ""}`}>
              <span class="sl-pick-name">{c.name}</span><span class="sl-pick-kind">{c.family}</span><span class="sl-pick-what">{c.what}</span>
            </button>
          ))}
          {known.length > 0 && shown.length === 0 && <div class="sl-none">No component is called so.</div>}
        </div>
        {!text.trim() ? <p class="sl-doc">Pick a component, or type an expression.</p> : bad ? <ErrorNote error={bad} /> : <p class="sl-doc" role="status">{present ? "This is the present model." : words}</p>}
        <div class="sl-form-end">
          <Button label="Cancel" title="Leave the model as it is (Esc)" onClick={close} />
          <button type="submit" class="sl-button sl-primary" disabled={!!bad || present} title={`Use ${text} from now on`}>Use this model</button>
        </div>
      </form>
    </div>
  );
}

/** What Python says of the text, asked when the typing rests: words, or an error. */
function usePreview(text: string, pair: number | null): [string, ErrorData | null, (error: ErrorData) => void] {
  const { lab } = useLocal();
  const [said, setSaid] = useState<{ words: string; bad: ErrorData | null }>({ words: "", bad: null });
  useEffect(() => {
    let late = false;
    const timer = setTimeout(() => void lab.act("model_preview", { model: text, pair }).then((reply) => {
      if (!late) setSaid(reply.ok ? { words: reply.words ?? "", bad: null } : { words: "", bad: reply.error ?? { message: "This is no model." } });
    }), REST_MS);
    return () => { late = true; clearTimeout(timer); };
  }, [text, pair]);
  return [said.words, said.bad, (bad) => setSaid({ words: "", bad })];
}
