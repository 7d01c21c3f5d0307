// Lab: what one anywidget model knows, as signals. One `Lab` a model, shared by all its views.
// UI state: a copy of the session's (domain, undoable) and of State.ui (shared), never edited here; `pending` is the
// optimistic value of a row between a gesture and the view that confirms it.
import { batch, computed, signal } from "@preact/signals";
import { type BrushFrame, type Bytes, type CornerFrame, type OverlayFrame, type Region, type SpectrumFrame, brushFrame, cornerFrame, overlayFrame, spectrumFrame } from "./frames";
import { Link } from "./link";
import { Stream } from "./stream";
import type { AnyModel } from "./anywidget";
import type { ActivityMessage, CommandName, Commands, ErrorData, FitStatus, FromPython, LabView, ProfileData, Reply } from "./protocol";

export const IDLE: FitStatus = {
  state: "idle", engine: "", progress: null, message: "", elapsed: null, eta: null, error: null, draft: false,
};

const STUCK_MS = 1500;
const DEFAULT_PANELS = ["spectrum", "params", "fit", "criteria", "corner", "history", "python"];

/** Arguments may be left out where a command needs none. */
export type ActArguments<N extends CommandName> = Record<string, never> extends Commands[N] ? [args?: Commands[N]] : [args: Commands[N]];

/** What is being tried: outside history, the newest wins. */
type Trial = { type: "drag"; pid: number; value: number } | { type: "scrub"; moment: string } | { type: "walk"; to: number } | { type: "drag_curve"; unit: string; energy: number; factor: number };

export class Lab {
  readonly link: Link;
  readonly view = signal<LabView | null>(null);
  readonly fit = signal<FitStatus>(IDLE);
  readonly spectrum = signal<SpectrumFrame | null>(null);
  /** The curve as it was before the present drag: drawn as a ghost under the preview. */
  readonly before = signal<SpectrumFrame | null>(null);
  readonly corner = signal<CornerFrame | null>(null);
  /** What a person typed or dragged and Python has not yet confirmed: pid → shown value. */
  readonly pending = signal<ReadonlyMap<number, number | string>>(new Map());
  /** What is being computed, and since when (a page's own clock, ms). */
  readonly activity = signal<{ message: ActivityMessage; at: number } | null>(null);
  readonly fault = signal<ErrorData | null>(null);
  readonly panels = signal<string[]>(DEFAULT_PANELS);
  readonly height = signal(0);
  readonly running = computed(() => ["running", "paused", "stopping"].includes(this.fit.value.state));
  /** Why commands that need a kernel cannot be had, in a page without one. */
  readonly frozen = computed(() => this.view.value?.frozen?.why ?? null);
  /** The curves and the statistic shown belong to an earlier set-up than the table. */
  readonly stale = computed(() => this.view.value?.stat.exact === false && !this.spectrum.value?.preview && !this.frozen.value);
  readonly rows = computed(() => this.view.value?.params.rows ?? []);
  /** The draws selected on a corner panel, by anybody, and what they look like; null when there are none. */
  readonly brush = signal<BrushFrame | null>(null);
  /** Curves of past runs, by run; the view's history says which are drawn. */
  readonly overlays = signal<ReadonlyMap<number, OverlayFrame>>(new Map());
  /** Where the parameters of the shown preview stand, if elsewhere than in the set-up: pid → value and text. */
  readonly trial = signal<ReadonlyMap<number, { value: number; text: string }>>(new Map());
  /** Profiles that dragging has given for the present question, by the master's pid. */
  readonly curves = signal<ReadonlyMap<number, ProfileData>>(new Map());
  /** Whether a dragged slider refits the other free parameters. */
  readonly refitting = computed(() => !!this.view.value?.refit_others && !this.frozen.value);
  /** The moment of the timeline that is being looked at; null: the present. */
  readonly moment = signal<string | null>(null);
  /** The outline as it is under the hand, before Python has answered. */
  readonly region = signal<Region | null>(null);
  private readonly drags = new Stream<Trial>((message, seq) => this.link.send({ ...message, seq }));
  private readonly brushes = new Stream<{ pids: number[]; points: [number, number][] } | null>((region, seq) => this.link.send({ type: "brush", pids: region?.pids ?? [], region: region?.points ?? [], seq }));
  private readonly confirmAt = new Map<number, number>();
  private readonly views = new Map<string, boolean>();
  private shown: boolean | null = null;
  private readonly onTraits = () => this.readTraits();

  constructor(private readonly model: AnyModel) {
    this.link = new Link(model, (message, buffers) => this.receive(message, buffers));
    this.readTraits();
    for (const name of ["change:panels", "change:height"]) model.on(name, this.onTraits);
  }

  act<N extends CommandName>(name: N, ...args: ActArguments<N>): Promise<Reply> {
    return this.link.act(name, args[0] ?? ({} as Commands[N]));
  }

  /** Stop is acknowledged at once: the word changes before the kernel has heard it. */
  stop(): Promise<Reply> {
    if (this.running.value) this.fit.value = { ...this.fit.value, state: "stopping" };
    return this.act("stop");
  }

  drag(pid: number, value: number): void {
    this.keepBefore();
    this.hold(pid, value);
    this.drags.move({ type: "drag", pid, value });
  }

  /** End of a drag, or a typed value: the undoable action. The row shows `value` until a view confirms it. */
  setValue(pid: number, value: number | string): Promise<Reply> {
    return this.put("set_value", pid, value);
  }

  /** The slider was let go: the value, and with it what the others were refitted to. */
  land(pid: number, value: number): Promise<Reply> {
    return this.put(this.refitting.peek() ? "set_refitted" : "set_value", pid, value);
  }

  private async put(name: "set_value" | "set_refitted", pid: number, value: number | string): Promise<Reply> {
    this.drags.end();
    this.hold(pid, value);
    const reply = await this.act(name, { pid, value } as Commands[typeof name]);
    if (reply.ok) this.confirm(pid, reply.rev);
    else this.release(pid);
    if (reply.ok) setTimeout(() => this.refreshIfPreview(), STUCK_MS);
    else this.refreshIfPreview();
    return reply;
  }

  /** A drag was broken off: nothing enters history. */
  cancelDrag(pid: number): void {
    this.giveUp();
    this.release(pid);
    this.refreshIfPreview();
  }

  private keepBefore(): void {
    const frame = this.spectrum.peek();
    if (!this.before.peek() && frame && !frame.preview) this.before.value = frame;
  }

  /** Look at a set-up of the timeline without going there; null comes back to the present. */
  look(moment: string | null): void {
    if (moment === this.moment.peek()) return;
    this.moment.value = moment;
    if (moment !== null) {
      this.keepBefore();
      return this.drags.move({ type: "scrub", moment });
    }
    this.giveUp();
  }

  /** Ask that frames say what a count is worth, from now on. */
  unfold(): void {
    this.link.send({ type: "unfold" });
  }

  /** Look at a place on the degeneracy; the action `walk` goes there. */
  walk(to: number): void {
    this.keepBefore();
    this.drags.move({ type: "walk", to });
  }

  /** Pull a point of a unit's curve to `factor` times where it stands; the action `drag_curve` leaves it there. */
  dragCurve(unit: string, energy: number, factor: number): void {
    this.keepBefore();
    this.drags.move({ type: "drag_curve", unit, energy, factor });
  }

  /** A dragged curve was let go: the undoable action. */
  async landCurve(unit: string, energy: number, factor: number): Promise<Reply> {
    this.drags.end();
    const reply = await this.act("drag_curve", { unit, energy, factor });
    if (reply.ok) setTimeout(() => this.refreshIfPreview(), STUCK_MS);
    else this.refreshIfPreview();
    return reply;
  }

  /** What is being tried was broken off: back to the present. */
  giveUp(): void {
    this.drags.end();
    this.link.send({ type: "scrub", moment: null, seq: 0 });
  }

  /** Select the draws within an outline (null: none). It may be called as often as the pointer moves. */
  select(region: Region | null): void {
    this.region.value = region;
    this.brushes.move(region);
  }

  /** All draws, for the band of the posterior. */
  selectAll(): void {
    this.region.value = null;
    this.brushes.move({ pids: [], points: [[0, 0]] });
  }

  /** No preview outlives its drag: where no exact frame followed (a refused value, a drag broken off), ask for one. */
  private refreshIfPreview(): void {
    const [view] = this.views.keys();
    if (this.spectrum.peek()?.preview && !this.drags.busy) this.link.hello(view ?? "model", true);
  }

  /** A view of this model was shown, hidden or removed (`null`); streams run while at least one is seen. */
  seen(view: string, visible: boolean | null): void {
    if (visible === null) this.views.delete(view);
    else this.views.set(view, visible);
    const any = [...this.views.values()].some(Boolean);
    if (any === this.shown) return;
    this.shown = any;
    this.link.visible(any);
  }

  close(): void {
    for (const name of ["change:panels", "change:height"]) this.model.off(name, this.onTraits);
    this.drags.end();
    this.brushes.end();
    this.link.close();
  }

  private hold(pid: number, value: number | string): void {
    this.pending.value = new Map(this.pending.value).set(pid, value);
  }

  private release(pid: number): void {
    const rest = new Map(this.pending.value);
    rest.delete(pid);
    this.confirmAt.delete(pid);
    this.pending.value = rest;
  }

  private confirm(pid: number, rev: number | undefined): void {
    const shown = this.view.peek()?.rev ?? -1;
    if (rev !== undefined && shown >= rev) return this.release(pid);
    this.confirmAt.set(pid, rev ?? shown + 1);
    setTimeout(() => this.confirmAt.has(pid) && this.release(pid), 400);
  }

  private receive(message: FromPython, buffers: readonly Bytes[]): void {
    if (message.type === "view") this.receiveView(message);
    else if (message.type === "progress") this.receiveFit(message.fit);
    else if (message.type === "profiles") this.curves.value = new Map(message.curves.map((curve) => [curve.pid, curve]));
    else if (message.type === "activity") this.activity.value = message.curves || message.posterior ? { message, at: performance.now() } : null;
    else if (message.type === "overlay") this.receiveOverlay(message, buffers);
    else if (message.type === "spectrum" || message.type === "corner" || message.type === "brush") this.receiveFrame(message, buffers);
  }

  private receiveView(view: LabView): void {
    if (view.rev < (this.view.peek()?.rev ?? -Infinity)) return;
    batch(() => {
      if (places(view) !== places(this.view.peek())) this.moment.value = null;
      this.view.value = view;
      this.receiveFit(view.fit);
      for (const [pid, rev] of [...this.confirmAt]) if (view.rev >= rev) this.release(pid);
    });
  }

  /** A pressed Stop stays pressed until the run really ends, whatever progress message was still on its way. */
  private receiveFit(fit: FitStatus): void {
    const stopping = this.fit.peek().state === "stopping" && (fit.state === "running" || fit.state === "paused") && fit.engine === this.fit.peek().engine;
    this.fit.value = stopping ? { ...fit, state: "stopping" } : fit;
  }

  private receiveFrame(message: Extract<FromPython, { type: "spectrum" | "corner" | "brush" }>, buffers: readonly Bytes[]): void {
    try {
      if (message.type === "spectrum") this.showSpectrum(spectrumFrame(message, buffers));
      else if (message.type === "brush") this.showBrush(brushFrame(message, buffers));
      else if (message.rev >= (this.corner.peek()?.rev ?? -Infinity)) this.corner.value = cornerFrame(message, buffers);
    } catch (error) {
      this.fault.value = { kind: "frame", message: `A ${message.type} frame could not be read: ${(error as Error).message}.` };
    }
    this.link.ackAfterDraw(message.type, message.seq);
  }

  private showSpectrum(frame: SpectrumFrame): void {
    if (frame.preview) this.drags.arrived(frame.seq);
    if (frame.rev < (this.spectrum.peek()?.rev ?? -Infinity)) return;
    batch(() => {
      if (!frame.preview) this.before.value = null;
      this.trial.value = new Map(frame.preview ? frame.moves.map(([pid, value, text]) => [pid, { value, text }]) : []);
      if (frame.profile) this.curves.value = new Map(this.curves.value).set(frame.profile.pid, frame.profile);
      this.spectrum.value = frame;
    });
  }

  private receiveOverlay(message: Extract<FromPython, { type: "overlay" }>, buffers: readonly Bytes[]): void {
    try {
      this.overlays.value = new Map(this.overlays.value).set(message.run, overlayFrame(message, buffers));
    } catch (error) {
      this.fault.value = { kind: "frame", message: `The curve of run ${message.run} could not be read: ${(error as Error).message}.` };
    }
  }

  /** What is under the hand stays as drawn until the answer to its last move is there. */
  private showBrush(frame: BrushFrame): void {
    this.brushes.arrived(frame.request);
    batch(() => {
      this.brush.value = frame.region || frame.all ? frame : null;
      if (!this.brushes.busy) this.region.value = frame.region;
    });
  }

  private readTraits(): void {
    const panels = this.model.get("panels");
    this.panels.value = Array.isArray(panels) && panels.length ? panels.map(String) : DEFAULT_PANELS;
    this.height.value = Number(this.model.get("height")) || 0;
  }
}

/** The timeline as a text that changes when it does: what was looked at then is no longer meant. */
function places(view: LabView | null): string {
  const line = view?.timeline;
  return line ? `${line.now} ${line.moments.map((m) => m.id).join()}` : "";
}
