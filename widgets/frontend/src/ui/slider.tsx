// Slider: continuous, linear or logarithmic. Moves are previews, the release is the action; a value outside the range
// shows as an arrow at the end of the track. Keys are the row's business.
// UI state: view-local (the pointer's grip).
import { useRef } from "preact/hooks";
import type { SliderRange } from "../state/protocol";
import { fraction, valueAt } from "../state/range";

interface Props {
  value: number;
  range: SliderRange;
  label: string;
  text: string;
  disabled: boolean;
  why?: string;
  dim: boolean;
  onMove: (value: number) => void;
  onRelease: (value: number) => void;
  onCancel: () => void;
}

export function Slider({ value, range, label, text, disabled, why, dim, onMove, onRelease, onCancel }: Props) {
  const track = useRef<HTMLDivElement>(null);
  const grip = useRef<{ id: number; value: number } | null>(null);
  const f = fraction(value, range);
  if (Number.isNaN(f)) return <div class="sl-slider sl-slider-none" title="No finite range to slide in: set a prior or bounds">–</div>;
  const at = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    return valueAt((event.clientX - box.left) / box.width, range);
  };
  const down = (event: PointerEvent) => {
    if (disabled || event.button !== 0) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture?.(event.pointerId);
    grip.current = { id: event.pointerId, value: at(event) };
    onMove(grip.current.value);
  };
  const move = (event: PointerEvent) => {
    if (!grip.current) return;
    const next = at(event);
    if (next === grip.current.value) return;
    grip.current.value = next;
    onMove(next);
  };
  const up = () => {
    if (!grip.current) return;
    const final = grip.current.value;
    grip.current = null;
    onRelease(final);
  };
  const cancel = () => {
    if (!grip.current) return;
    grip.current = null;
    onCancel();
  };
  const percent = `${(100 * Math.min(1, Math.max(0, f))).toFixed(3)}%`;
  const out = f < -1e-9 ? "low" : f > 1 + 1e-9 ? "high" : "";
  return (
    <div class={`sl-slider ${dim ? "sl-dim" : ""} ${disabled ? "sl-off" : ""}`} role="slider" aria-label={label} aria-valuemin={range.lo} aria-valuemax={range.hi}
      aria-valuenow={value} aria-valuetext={text} aria-disabled={disabled} title={why ?? (out ? `The value lies outside the slider's range` : undefined)}
      onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={cancel} onLostPointerCapture={up}>
      <div class="sl-track" ref={track}>
        <div class="sl-track-fill" style={{ width: percent }} />
        <div class={`sl-thumb ${out ? `sl-thumb-${out}` : ""}`} style={{ left: percent }} />
      </div>
    </div>
  );
}
