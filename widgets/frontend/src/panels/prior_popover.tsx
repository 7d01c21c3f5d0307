// The popover on a row's prior, and the Priors panel: the same form with a list of parameters beside it.
// UI state: view-local (which parameter is open).
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLocal } from "../state/local";
import { Button, Empty, Panel, Tex } from "../ui/parts";
import { focusRow } from "./param_keys";
import { Glyph } from "./prior_glyph";
import { PriorForm } from "./prior_form";

export function PriorPopover() {
  const local = useLocal();
  const box = useRef<HTMLDivElement>(null);
  const row = local.lab.rows.value.find((r) => r.pid === local.priorOf.value);
  const close = () => {
    const pid = local.priorOf.value;
    local.priorOf.value = null;
    if (pid !== null) focusRow(local, pid);
  };
  // before the first paint: it never shows at another place, and never takes the focus from a field one is already in
  useLayoutEffect(() => {
    const outside = (event: Event) => { if (!event.composedPath().includes(box.current!)) local.priorOf.value = null; };
    place(local.root, box.current!, local.priorOf.value!);
    box.current!.querySelector<HTMLElement>("select")?.focus({ preventScroll: true });
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [local.priorOf.value]);
  if (!row) return null;
  return (
    <div class="sl-popover" ref={box} role="dialog" aria-label={`Prior of ${row.name}`}>
      <div class="sl-popover-head"><strong>Prior of <Tex source={row.label || row.name} /></strong><span class="sl-faint">{row.component}</span>
        <Button icon="close" title="Close (Esc)" kind="quiet" onClick={close} /></div>
      <PriorForm key={row.pid} row={row} onDone={close} onCancel={close} />
    </div>
  );
}

/** Below its row, or above where there is no room below; inside the panel's width. */
function place(root: HTMLElement | null, box: HTMLElement, pid: number): void {
  const anchor = root?.querySelector(`tr[data-pid="${pid}"] .sl-prior`);
  const panel = box.closest<HTMLElement>(".sl-panel");
  if (!anchor || !panel) return;
  const [a, p] = [anchor.getBoundingClientRect(), panel.getBoundingClientRect()];
  const below = a.bottom - p.top + 4;
  const height = box.offsetHeight;
  const fits = a.bottom + height + 8 < globalThis.innerHeight || a.top - height < 0;
  box.style.top = fits ? `${Math.round(below)}px` : "auto";
  box.style.bottom = fits ? "auto" : `${Math.round(p.bottom - a.top + 4)}px`; // it grows upwards when the posterior comes
  box.style.right = `${Math.max(6, Math.round(p.right - a.right))}px`;
}

export function Priors() {
  const local = useLocal();
  const rows = local.lab.rows.value.filter((row) => !row.hidden && row.linked_to === null && !row.tie);
  const row = rows.find((r) => r.pid === local.active.value) ?? rows[0];
  return (
    <Panel name="priors" title="Priors">
      {!row ? <Empty title="No parameters yet" /> : (
        <div class="sl-priors">
          <div class="sl-priors-list" role="listbox" aria-label="Parameters">
            {rows.map((r) => (
              <button type="button" key={r.pid} role="option" aria-selected={r === row} class={r === row ? "sl-selected" : ""} onClick={() => { local.active.value = r.pid; }}>
                <span class="sl-c-pid">{r.pid}</span><span class="sl-grow"><Tex source={r.label || r.name} /> <span class="sl-faint">{r.component}</span></span><Glyph row={r} /><span class="sl-prior-text">{r.prior || "none"}</span>
              </button>
            ))}
          </div>
          <PriorForm key={row.pid} row={row} />
        </div>
      )}
    </Panel>
  );
}
