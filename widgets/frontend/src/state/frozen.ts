// Frozen: a model without a kernel. A page that carries a snapshot (view, frames, predictor tables) answers its own
// panels: sliders by prediction, undo and redo of what was moved, everything else with the reason why not.
// UI state: the moved values, local to the page; nothing is saved.
import { statistic } from "./format";
import { float32, spectrumFrame } from "./frames";
import { Predictor, type PredictorHeader } from "./predictor";
import type { AnyModel } from "./anywidget";
import type { CornerMessage, ParameterRow, SpectrumMessage, LabView } from "./protocol";
import { rough } from "./range";

export interface FrozenPage {
  panels: string[];
  height: number;
  script: string;
  view: LabView;
  /** Headers with their buffers as base64. */
  spectrum: { header: SpectrumMessage; buffers: string[] };
  corner: { header: CornerMessage; buffers: string[] } | null;
  predictor: { header: PredictorHeader; buffers: string[] };
}

type Values = ReadonlyMap<number, number>;
type Message = Record<string, unknown>;

export function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

export class FrozenModel implements AnyModel {
  private readonly listeners = new Set<(...args: never[]) => void>();
  private readonly traits: Record<string, unknown>;
  private readonly predictor: Predictor;
  private readonly base: Float32Array;
  private readonly corner: Uint8Array[];
  private moved: Values = new Map();
  private past: Values[] = [];
  private future: Values[] = [];
  private dismissed = new Set<unknown>();
  private rev: number;
  private seq = 0;

  constructor(private readonly page: FrozenPage) {
    this.traits = { panels: page.panels, height: page.height };
    this.rev = page.view.rev;
    this.base = float32(bytes(page.spectrum.buffers[0]));
    this.corner = page.corner?.buffers.map(bytes) ?? [];
    this.predictor = new Predictor(page.predictor.header, float32(bytes(page.predictor.buffers[0])));
  }

  get(key: string): unknown { return this.traits[key]; }
  set(key: string, value: unknown): void { this.traits[key] = value; }
  save_changes(): void {}

  on(name: string, callback: (...args: never[]) => void): void {
    if (name === "msg:custom") this.listeners.add(callback);
  }

  off(_name: string, callback?: (...args: never[]) => void): void {
    if (callback) this.listeners.delete(callback);
  }

  send(content: unknown): void {
    const message = content as { type: string; id: number; name: string; args: Message; pid: number; value: number; seq: number };
    queueMicrotask(() => {
      if (message.type === "hello") this.snapshot();
      else if (message.type === "drag") this.spectrum(new Map(this.moved).set(message.pid, message.value), message.seq);
      else if (message.type === "action") this.act(message.id, message.name, message.args);
    });
  }

  private post(message: unknown, buffers: Uint8Array[] = []): void {
    for (const listener of this.listeners) (listener as (...args: unknown[]) => void)(message, buffers);
  }

  private snapshot(): void {
    this.post(this.view());
    this.spectrum(this.moved);
    if (this.page.corner) this.post(this.page.corner.header, this.corner);
  }

  private act(id: number, name: string, args: Message): void {
    const done = this.done(name, args);
    if (typeof done === "string") return this.post({ type: "reply", id, ok: false, error: { kind: "frozen", message: done } });
    this.post({ type: "reply", id, ok: true, rev: this.rev, ...done });
    if (name === "script") return;
    this.post(this.view());
    this.spectrum(this.moved);
  }

  /** Additions to the reply, or why it cannot be done here. */
  private done(name: string, args: Message): Message | string {
    if (name === "script") return { text: this.page.script };
    if (name === "dismiss") this.dismissed.add(args.message);
    else if (name === "undo" || name === "redo") this.step(name);
    else if (name === "set_value") {
      const value = Number(args.value);
      const pid = Number(args.pid);
      const axis = this.predictor.header.axes.find((a) => a.pid === this.master(pid));
      if (!axis) return this.why;
      if (!Number.isFinite(value) || String(args.value).trim() === "") return `“${args.value}” is not a number. ${this.why}`;
      this.past.push(this.moved);
      this.future = [];
      this.moved = new Map(this.moved).set(axis.pid, value);
    } else return this.why;
    this.rev += 1;
    return {};
  }

  private get why(): string { return this.page.view.frozen?.why ?? "This needs a kernel."; }

  private master(pid: number): number {
    return this.page.view.params.rows.find((row) => row.pid === pid)?.linked_to ?? pid;
  }

  private step(name: "undo" | "redo"): void {
    const [from, to] = name === "undo" ? [this.past, this.future] : [this.future, this.past];
    const next = from.pop();
    if (!next) return;
    to.push(this.moved);
    this.moved = next;
  }

  private view(): LabView {
    const { view } = this.page;
    const stat = this.changed(this.moved) ? this.statText(this.moved) : null;
    return {
      ...view, rev: this.rev, params: { ...view.params, rows: view.params.rows.map((row) => this.row(row)) },
      stat: stat ? { ...view.stat, value: stat, reduced: "", exact: false } : view.stat,
      undo: { can: this.past.length > 0, label: "the last move" }, redo: { can: this.future.length > 0, label: "the move" },
      messages: view.messages.filter((m) => !this.dismissed.has(m.id)),
    };
  }

  private row(row: ParameterRow): ParameterRow {
    const value = this.moved.get(this.master(row.pid));
    if (row.tie && this.changed(this.moved)) return { ...row, text: "–", error: "" };
    if (value === undefined || value === row.value) return row;
    return { ...row, value, text: rough(value, row.slider), error: "", at_bound: null };
  }

  private changed(values: Values): boolean {
    return this.predictor.header.axes.some((axis) => values.has(axis.pid) && values.get(axis.pid) !== axis.value);
  }

  private statText(values: Values): string {
    const { stat } = this.predicted(values);
    return stat === null ? "–" : statistic(stat);
  }

  /** The page's buffer with the curves where the sliders would have them. */
  private predicted(values: Values): { buffer: Float32Array; stat: number | null } {
    const { header } = this.page.spectrum;
    const buffer = this.base.slice();
    const frame = spectrumFrame(header, [buffer]);
    const before = frame.units.map((unit) => unit.resid.slice());
    const shift = this.predictor.shift(values);
    let at = 0;
    const after = frame.units.map((unit, i) => {
      const curves = unit.components.length > 1 ? unit.components.map((c) => c.values) : [unit.model];
      const shifts = curves.map(() => shift.subarray(at, (at += unit.n)));
      const ln = lnRatio(curves, shifts, unit.n);
      curves.forEach((curve, k) => curve.forEach((v, c) => { curve[c] = v * Math.exp(shifts[k][c]); }));
      if (curves.length > 1) for (let c = 0; c < unit.n; c++) unit.model[c] = curves.reduce((sum, curve) => sum + curve[c], 0);
      const residual = this.predictor.residual(i, ln);
      unit.resid.set(residual ?? new Float32Array(unit.n).fill(NaN));
      return residual;
    });
    return { buffer, stat: this.predictor.stat(before, after) };
  }

  private spectrum(values: Values, drag?: number): void {
    const moved = this.changed(values);
    const { buffer, stat } = moved ? this.predicted(values) : { buffer: this.base, stat: null };
    const text = moved ? (stat === null ? "–" : `~${statistic(stat)}`) : this.page.spectrum.header.stat;
    this.seq = drag ?? this.seq + 1;
    this.post({ ...this.page.spectrum.header, rev: this.rev, seq: this.seq, preview: drag !== undefined, exact: !moved, stat: text }, [new Uint8Array(buffer.buffer)]);
  }
}

/** ln of how much the sum of curves grows when each is shifted, also where single precision knows them only as zero. */
export function lnRatio(curves: readonly ArrayLike<number>[], shifts: readonly ArrayLike<number>[], n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, c) => {
    const before = curves.reduce((sum, curve) => sum + curve[c], 0);
    const after = curves.reduce((sum, curve, k) => sum + curve[c] * Math.exp(shifts[k][c]), 0);
    return curves.length > 1 && before > 0 ? Math.log(after / before) : Math.max(...shifts.map((s) => s[c]));
  });
}
