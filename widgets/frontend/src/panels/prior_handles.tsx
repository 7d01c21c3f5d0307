// Handles on the drawn density: pull an argument of the prior along the axis, or move it with the arrows. While it moves
// the density is a preview; letting go (or resting, with keys) is one action.
// UI state: view-local (the handle in hand).
import { useEffect, useRef, useState } from "preact/hooks";
import type { PriorHandle } from "../state/protocol";
import { grainAt, spanAt, spanFraction, within, type Span } from "../state/handles";

export const REST_MS = 500;
/** Room at both ends of the axis, and where the density stands: the same in the drawing and in the handles over it. */
export const INSET = { x: 8, top: 8, bottom: 22 };

interface Props {
  handles: readonly PriorHandle[];
  span: Span;
  width: number;
  height: number;
  words: (handle: PriorHandle) => string;
  onPull: (handle: PriorHandle, x: number, grain: number) => void;
  onLetGo: () => void;
  onCancel: () => void;
}

const STRIDE = (event: KeyboardEvent): number => (event.shiftKey ? 0.1 : event.altKey ? 0.001 : 0.01);

export function Handles(props: Props) {
  const [held, setHeld] = useState<number | null>(null);
  return <>{props.handles.map((handle) => <Grip key={handle.name} {...props} handle={handle} held={held === handle.arg} onHold={(on) => setHeld(on ? handle.arg : null)} />)}</>;
}

function Grip({ handle, span, width, height, words, held, onHold, onPull, onLetGo, onCancel }: Props & { handle: PriorHandle; held: boolean; onHold: (on: boolean) => void }) {
  const grip = useRef<{ x: number; off: number; pointer: boolean } | null>(null);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const inner = width - 2 * INSET.x;
  const room = height - INSET.top - INSET.bottom;
  const px = (x: number) => INSET.x + inner * Math.min(1, Math.max(0, spanFraction(x, span)));
  const pull = (x: number) => {
    const to = within(x, handle);
    if (!grip.current || to === grip.current.x || !Number.isFinite(to)) return;
    grip.current.x = to;
    onPull(handle, to, grainAt(to, span, inner));
  };
  const end = (finish: () => void) => {
    clearTimeout(rest.current);
    if (!grip.current) return;
    grip.current = null;
    onHold(false);
    finish();
  };
  useEffect(() => () => clearTimeout(rest.current), []);
  const place = (event: PointerEvent): number => {
    const box = (event.currentTarget as HTMLElement).parentElement!.getBoundingClientRect();
    return spanAt((event.clientX - box.left - INSET.x - grip.current!.off) / inner, span);
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const node = event.currentTarget as HTMLElement;
    node.setPointerCapture?.(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault();
    const box = node.parentElement!.getBoundingClientRect();
    grip.current = { x: handle.at, off: event.clientX - box.left - px(handle.at), pointer: true };
    onHold(true);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape" && grip.current) {
      event.preventDefault();
      event.stopPropagation();
      return end(onCancel);
    }
    if (event.key === "Enter" && grip.current) {
      event.preventDefault();
      event.stopPropagation();
      return end(onLetGo);
    }
    const by = event.key === "ArrowRight" || event.key === "ArrowUp" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowDown" ? -1 : 0;
    if (!by || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!grip.current) onHold(true);
    grip.current ??= { x: handle.at, off: 0, pointer: false };
    pull(spanAt(spanFraction(grip.current.x, span) + by * STRIDE(event), span));
    clearTimeout(rest.current);
    rest.current = setTimeout(() => end(onLetGo), REST_MS);
  };
  const shown = grip.current?.x ?? handle.at;
  const f = spanFraction(shown, span);
  const text = words(handle);
  return (
    <div class={`sl-grip sl-grip-${handle.role} ${held ? "sl-held" : ""}`} role="slider" tabIndex={0} aria-label={`${handle.name} of the prior`} aria-valuenow={shown} aria-valuetext={text} aria-valuemin={handle.least ?? undefined} aria-valuemax={handle.most ?? undefined}
      style={{ left: `${px(shown).toFixed(1)}px`, top: `${INSET.top}px`, height: `${room}px` }} title={`Pull ${handle.name}; with keys: ← → 1 %, Shift 10 %, Alt 0.1 % of the axis`}
      onPointerDown={down} onPointerMove={(event) => { if (grip.current?.pointer) pull(place(event)); }} onPointerUp={() => end(onLetGo)} onPointerCancel={() => end(onCancel)} onLostPointerCapture={() => end(onLetGo)} onKeyDown={key} onBlur={() => end(onLetGo)}>
      <span class="sl-grip-mark" aria-hidden="true" />
      <span class={`sl-grip-label ${f > 0.6 ? "sl-left-of" : ""}`} aria-hidden="true">{text}</span>
    </div>
  );
}
