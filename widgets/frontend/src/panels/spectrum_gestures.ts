// Gestures on the spectrum: zoom by dragging, notice and ignore by dragging (tool or held key), brackets pulled along
// the lanes, the model's curve pulled up or down, hover. The picture is drawn by the scene; this class knows where things were drawn last.
// UI state: drafts and zoom are view-local; a finished gesture is one `notice` or `drag_curve` action.
import type { Signal } from "@preact/signals";
import { brief } from "../state/format";
import type { Local, Tool } from "../state/local";
import type { UnitInfo, Window } from "../state/protocol";
import { ignored, noticed, snap, spelled } from "../state/windows";
import { crisp, line } from "../plot/marks";
import { bracketAt, curveAt, hit, laneAt, zoomable, type Bracket, type CurvePoint, type Hit, type Lane, type SpectrumInput, type SpectrumLayout } from "../plot/spectrum_layout";
import type { Surface } from "../plot/surface";
import type { Axis } from "../plot/ticks";
import type { Theme } from "../plot/theme";
import { otherRange } from "./energy_range";

export interface Draft {
  windows: ReadonlyMap<string, Window[]>;
  brush: { x0: number; x1: number; tool: Tool } | null;
  /** The point of the curve that is, or could be taken, in hand. */
  handle: { x: number; y: number } | null;
}

export type Hover = { hit: Hit; x: number; y: number } | null;

type Grip = { kind: "brush"; x: number; tool: Tool; lane: Lane | null } | { kind: "bracket"; bracket: Bracket } | CurveGrip | null;

/** A point of a unit's curve in hand; whether it is pulled or a zoom begins there, the first pixels decide. */
interface CurveGrip extends CurvePoint {
  kind: "curve";
  axis: Axis;
  from: { x: number; y: number };
  factor: number | null;
}

const EMPTY: Draft = { windows: new Map(), brush: null, handle: null };
const DECIDED = 4; // pixels
const LEAST = 1e-4; // a curve cannot be pulled to nothing

export class SpectrumGestures {
  private input: SpectrumInput | null = null;
  private at: SpectrumLayout | null = null;
  private grip: Grip = null;
  private held: Tool | null = null;
  private inside = false;

  constructor(private readonly local: Local, private readonly draft: Signal<Draft>, private readonly hover: Signal<Hover>) {}

  drawn(input: SpectrumInput, at: SpectrumLayout): void {
    this.input = input;
    this.at = at;
  }

  attach(canvas: HTMLCanvasElement): () => void {
    const on: [EventTarget, string, (event: never) => void][] = [
      [canvas, "pointerdown", this.down], [canvas, "pointermove", this.move], [canvas, "pointerup", this.up], [canvas, "pointercancel", this.cancel],
      [canvas, "pointerleave", this.leave], [canvas, "pointerenter", this.enter], [canvas, "dblclick", this.all],
      [canvas.ownerDocument, "keydown", this.key], [canvas.ownerDocument, "keyup", this.key],
    ];
    for (const [target, name, handler] of on) target.addEventListener(name, handler as EventListener);
    return () => { for (const [target, name, handler] of on) target.removeEventListener(name, handler as EventListener); };
  }

  drawOverlay(s: Surface, { hover, brush, handle }: { hover: Hover; brush: Draft["brush"]; handle: Draft["handle"] }, theme: Theme): void {
    const { at } = this;
    if (!at) return;
    if (handle) {
      s.fill((p) => p.circle(handle.x, handle.y, 5), { color: theme.bg });
      s.fill((p) => p.circle(handle.x, handle.y, 3.5), { color: theme.accent });
    }
    const [top, bottom] = [at.main.y, at.resid.y + at.resid.h];
    if (brush) {
      const [x0, x1] = [Math.min(brush.x0, brush.x1), Math.max(brush.x0, brush.x1)];
      const color = brush.tool === "ignore" ? theme.fg3 : brush.tool === "notice" ? theme.units[2] : theme.accent;
      s.fill((p) => p.rect(x0, top, x1 - x0, bottom - top), { color, alpha: 0.18 });
      s.stroke((p) => [x0, x1].forEach((x) => line(p, crisp(x), top, crisp(x), bottom)), { color, width: 1 });
      const text = `${brush.tool} ${brief(at.x.invert(x0))} – ${brief(at.x.invert(x1))} keV`;
      const type = { color: theme.fg, size: 11, align: "middle" as const, weight: 600 };
      const half = s.width(text, type) / 2 + 6;
      const middle = Math.min(Math.max((x0 + x1) / 2, at.main.x + half), at.main.x + at.main.w - half);
      s.fill((p) => p.rect(middle - half, top + 4, 2 * half, 18), { color: theme.bg, alpha: 0.9 });
      s.text(text, middle, top + 17, type);
    } else if (hover) {
      const x = (at.x.px(Math.max(hover.hit.unit.lo[hover.hit.bin], at.x.domain[0])) + at.x.px(hover.hit.unit.hi[hover.hit.bin])) / 2;
      s.stroke((p) => line(p, crisp(x), top, crisp(x), bottom), { color: theme.fg2, alpha: 0.55, dash: [3, 3] });
      const y = at.y.px(hover.hit.unit.data[hover.hit.bin]);
      const r = at.r.px(hover.hit.unit.resid[hover.hit.bin]);
      if (y >= at.main.y && y <= at.main.y + at.main.h) s.stroke((p) => p.circle(x, y, 4.5), { color: theme.fg, width: 1.3 });
      if (r >= at.resid.y && r <= at.resid.y + at.resid.h) s.stroke((p) => p.circle(x, r, 4.5), { color: theme.fg, width: 1.3 });
    }
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.type === "keydown" && event.key === "Escape" && this.grip?.kind === "curve") {
      event.stopPropagation();
      return this.cancel();
    }
    const key = event.key.toLowerCase();
    const tool: Tool | null = key === "n" ? "notice" : key === "i" ? "ignore" : null;
    if (!tool || (event.target as Element | null)?.closest?.("input, textarea, select, [contenteditable=true]")) return;
    if (event.type === "keyup") this.held = this.held === tool ? null : this.held;
    else if (this.inside) {
      this.held = tool;
      event.preventDefault();
      event.stopPropagation();
    }
  };

  private readonly down = (event: PointerEvent): void => {
    if (event.button !== 0 || !this.at) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    const bracket = bracketAt(this.at, event.offsetX, event.offsetY);
    const lane = laneAt(this.at, event.offsetY);
    const tool = this.held ?? this.local.tool.peek();
    const point = tool === "zoom" && !bracket && !lane ? this.onCurve(event) : null;
    canvas.setPointerCapture(event.pointerId);
    this.hover.value = null;
    if (point) {
      this.grip = { kind: "curve", ...point, axis: this.at.y, from: { x: event.offsetX, y: event.offsetY }, factor: null };
      return;
    }
    this.grip = bracket ? { kind: "bracket", bracket } : { kind: "brush", x: this.inX(event.offsetX), tool: lane && tool === "zoom" ? "ignore" : tool, lane };
  };

  private readonly move = (event: PointerEvent): void => {
    if (!this.at || !this.input) return;
    if (!this.grip) return this.look(event);
    if (this.grip.kind === "bracket") return this.pull(this.grip.bracket, event.offsetX);
    if (this.grip.kind === "curve") return this.pullCurve(this.grip, event.offsetX, event.offsetY);
    const brush = { x0: this.grip.x, x1: this.inX(event.offsetX), tool: this.grip.tool };
    this.draft.value = { ...this.draft.peek(), brush: Math.abs(brush.x1 - brush.x0) > 3 ? brush : null };
  };

  private readonly up = (): void => {
    const { grip } = this;
    const { brush, windows } = this.draft.peek();
    this.grip = null;
    if (grip?.kind === "bracket" && windows.size) {
      const { unit } = grip.bracket.lane;
      void this.commit([[unit, windows.get(unit.name)!]]);
    } else if (grip?.kind === "brush" && brush) this.finish(brush, grip.lane);
    else if (grip?.kind === "curve" && grip.factor !== null) void this.leaveCurve(grip, grip.factor);
    else this.draft.value = EMPTY;
  };

  private readonly cancel = (): void => {
    if (this.grip?.kind === "curve" && this.grip.factor !== null) this.local.lab.giveUp();
    this.grip = null;
    this.draft.value = EMPTY;
  };

  /** Take the keyboard with the pointer, unless somebody is typing: a held I must not reach the notebook (I, I interrupts). */
  private readonly enter = (event: PointerEvent): void => {
    this.inside = true;
    const canvas = event.currentTarget as HTMLElement;
    const typing = canvas.ownerDocument.activeElement?.closest("input, textarea, select, [contenteditable=true], .sl-root");
    if (!typing) canvas.parentElement?.focus({ preventScroll: true });
  };

  private readonly leave = (): void => {
    this.inside = false;
    this.held = null;
    this.hover.value = null;
    if (this.grip) return;
    this.local.activeUnit.value = null;
    if (this.draft.peek().handle) this.draft.value = { ...this.draft.peek(), handle: null };
  };

  /** On a unit's lane: notice all of it again; elsewhere: show the noticed energies, or all. */
  private readonly all = (event: MouseEvent): void => {
    const lane = this.at && laneAt(this.at, event.offsetY);
    if (!lane) otherRange(this.local);
    else if (lane.unit.notice.length) void this.local.act("spectrum", "notice", { unit: lane.unit.name, windows: [] });
  };

  private look(event: PointerEvent): void {
    const { offsetX: x, offsetY: y } = event;
    const lane = laneAt(this.at!, y);
    const point = lane || this.held || this.local.tool.peek() !== "zoom" ? null : this.onCurve(event);
    (event.currentTarget as HTMLElement).style.cursor = bracketAt(this.at!, x, y) ? "ew-resize" : point ? "ns-resize" : "";
    if (point || this.draft.peek().handle) this.draft.value = { ...this.draft.peek(), handle: point && { x, y: point.y } };
    this.local.activeUnit.value = lane && this.at!.lanes.length > 1 ? lane.unit.name : null;
    const found = lane ? null : hit(this.input!, this.at!, x, y);
    this.hover.value = found && { hit: found, x, y };
  }

  private pull({ lane, window, end }: Bracket, px: number): void {
    const all = lane.windows.map((w): Window => [...w]);
    const [lo, hi] = lane.unit.range;
    const energy = Math.min(hi, Math.max(lo, this.snapped(lane.unit, this.at!.x.invert(px))));
    if (end === 0 ? energy >= all[window][1] : energy <= all[window][0]) return;
    all[window][end] = energy;
    this.draft.value = { windows: new Map([[lane.unit.name, noticed(all, all[window][0], all[window][1])]]), brush: null, handle: null };
  }

  /** The point of the curve under the pointer, where a curve may be dragged: not in a lesson, nor without a kernel. */
  private onCurve(event: PointerEvent): CurvePoint | null {
    const { lab } = this.local;
    return lab.frozen.peek() || lab.view.peek()?.lesson ? null : curveAt(this.input!, this.at!, event.offsetX, event.offsetY);
  }

  private pullCurve(grip: CurveGrip, x: number, y: number): void {
    const [across, up] = [Math.abs(x - grip.from.x), Math.abs(y - grip.from.y)];
    if (grip.factor === null && Math.max(across, up) < DECIDED) return;
    if (grip.factor === null && across > up) {
      this.grip = { kind: "brush", x: this.inX(grip.from.x), tool: "zoom", lane: null };
      this.draft.value = { ...EMPTY, brush: { x0: this.grip.x, x1: this.inX(x), tool: "zoom" } };
      return;
    }
    const at = grip.y + y - grip.from.y;
    grip.factor = Math.max(LEAST, grip.axis.invert(at) / grip.axis.invert(grip.y));
    this.draft.value = { ...EMPTY, handle: { x: grip.from.x, y: at } };
    this.local.lab.dragCurve(grip.unit, grip.energy, grip.factor);
  }

  private async leaveCurve({ unit, energy }: CurveGrip, factor: number): Promise<void> {
    this.draft.value = EMPTY;
    this.local.clear("spectrum");
    this.local.settle("spectrum", await this.local.lab.landCurve(unit, energy, factor));
  }

  private finish({ x0, x1, tool }: NonNullable<Draft["brush"]>, lane: Lane | null): void {
    const [lo, hi] = [x0, x1].sort((a, b) => a - b).map((x) => this.at!.x.invert(x));
    this.draft.value = EMPTY;
    if (tool === "zoom") {
      this.local.zoom.value = { x: zoomable(this.input!, [lo, hi]), y: null };
      return;
    }
    const lanes = lane ? [lane] : this.at!.lanes;
    const change = tool === "notice" ? noticed : ignored;
    const edits = lanes.filter(({ unit }) => unit.range[0] < hi && unit.range[1] > lo).map(({ unit, windows }): [UnitInfo, Window[]] => {
      const [a, b] = [this.snapped(unit, Math.max(lo, unit.range[0])), this.snapped(unit, Math.min(hi, unit.range[1]))];
      return [unit, change(windows, a, b)];
    });
    void this.commit(edits.filter(([unit, windows]) => JSON.stringify(windows) !== JSON.stringify(spelled(unit))));
  }

  private async commit(edits: [UnitInfo, Window[]][]): Promise<void> {
    this.draft.value = { windows: new Map(edits.map(([unit, windows]) => [unit.name, windows])), brush: null, handle: null };
    const units = edits.filter(([, windows]) => windows.length).map(([{ name }, windows]) => [name, windows] as [string, Window[]]);
    if (units.length === 1) await this.local.act("spectrum", "notice", { unit: units[0][0], windows: units[0][1] });
    else if (units.length) await this.local.act("spectrum", "notice", { units });
    const names = edits.filter(([, windows]) => !windows.length).map(([{ name }]) => name).join(", ");
    if (names) this.local.fail("spectrum", { message: `That would ignore every channel of ${names}.`, hint: "Leave at least one range noticed, or take the unit out of the fit." });
    this.draft.value = EMPTY;
  }

  private snapped(unit: UnitInfo, energy: number): number {
    const data = (this.input!.fitted ?? this.input!.frame).units.find((u) => u.name === unit.name);
    return data ? snap(energy, data.lo, data.hi) : energy;
  }

  private inX(x: number): number {
    const { main } = this.at!;
    return Math.min(main.x + main.w, Math.max(main.x, x));
  }
}
