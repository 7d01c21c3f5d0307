// The wire: one anywidget model, its messages out and in. Matches replies by id, drops what is older than what is
// shown, acknowledges frames after the draw, says how the kernel is doing. It holds no science.
// UI state: view-local to the browser (the state of the connection); nothing here is saved or undone.
import { signal } from "@preact/signals";
import type { AnyModel } from "./anywidget";
import type { CommandName, Commands, ErrorData, FromPython, Reply, ToPython } from "./protocol";
import type { Bytes } from "./frames";

export type LinkPhase = "connecting" | "live" | "busy" | "lost";

export interface LinkState {
  phase: LinkPhase;
  /** Round trip of the last answered message, ms. */
  rtt: number | null;
  text: string;
}

export const BUSY_MS = 3000;
export const LOST_MS = 20000;
export const HELLO_MS = 6000;

interface Waiting {
  sent: number;
  name: string;
  resolve: (reply: Reply) => void;
  timers: ReturnType<typeof setTimeout>[];
}

export const GONE = "The kernel was restarted or shut down, and what these panels showed went with it. Run the cell that shows them again; Lab.recover() brings an autosaved session back.";

type Handler = (message: FromPython, buffers: readonly Bytes[]) => void;

const unanswered = (name: string): ErrorData => ({
  kind: "timeout",
  message: `The kernel did not answer “${name}” within ${LOST_MS / 1000} s.`,
  hint: "It may be running a cell, or it was restarted: wait for the cell, or run the cell that shows this panel again.",
});

export class Link {
  readonly state = signal<LinkState>({ phase: "connecting", rtt: null, text: "Waiting for the kernel …" });
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private helloTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly onCustom = (message: FromPython, buffers?: readonly Bytes[]) => this.receive(message, buffers ?? []);

  constructor(private readonly model: AnyModel, private readonly handle: Handler) {
    model.on("msg:custom", this.onCustom as (...args: never[]) => void);
  }

  /** False when nobody is there to send to: the kernel was restarted or shut down, and with it went this panel's other half. */
  send(message: ToPython): boolean {
    try {
      this.model.send(message);
      return true;
    } catch {
      this.state.value = { ...this.state.value, phase: "lost", text: GONE };
      return false;
    }
  }

  /** Announce a view; if no snapshot comes the state says so. */
  hello(view: string, again = false): void {
    clearTimeout(this.helloTimer);
    if (!this.send(again ? { type: "hello", view, again } : { type: "hello", view })) return;
    this.helloTimer = setTimeout(() => this.lost(`no snapshot came for ${HELLO_MS / 1000} s. It may still be running a cell; if not, run the cell that shows this panel again.`), HELLO_MS);
  }

  /** Send one action; the promise always resolves, with an error reply when no answer came. */
  act<N extends CommandName>(name: N, args: Commands[N]): Promise<Reply> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      const timers = [
        setTimeout(() => this.busy(name), BUSY_MS),
        setTimeout(() => this.expire(id), LOST_MS),
      ];
      this.waiting.set(id, { sent: performance.now(), name, resolve, timers });
      if (!this.send({ type: "action", id, name, args })) this.expire(id);
    });
  }

  /** Acknowledge a frame once the browser has drawn it: after the animation-frame callbacks queued so far. */
  ackAfterDraw(topic: string, seq: number): void {
    requestAnimationFrame(() => this.send({ type: "ack", topic, seq }));
  }

  visible(visible: boolean): void {
    this.send({ type: "visible", visible });
  }

  close(): void {
    clearTimeout(this.helloTimer);
    for (const { timers } of this.waiting.values()) timers.forEach(clearTimeout);
    this.waiting.clear();
    this.model.off("msg:custom", this.onCustom as (...args: never[]) => void);
  }

  private receive(message: FromPython, buffers: readonly Bytes[]): void {
    if (message.type === "reply") this.answer(message);
    else if (this.state.value.phase !== "live" && this.waiting.size === 0) this.live(this.state.value.rtt);
    if (message.type === "view") clearTimeout(this.helloTimer);
    this.handle(message, buffers);
  }

  private answer(reply: Reply): void {
    const waiting = reply.id === null ? undefined : this.waiting.get(reply.id);
    if (!waiting || reply.id === null) return this.live(this.state.value.rtt);
    this.waiting.delete(reply.id);
    waiting.timers.forEach(clearTimeout);
    this.live(performance.now() - waiting.sent);
    waiting.resolve(reply);
  }

  private expire(id: number): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    waiting.timers.forEach(clearTimeout);
    const gone = this.state.value.text === GONE;
    if (!gone) this.lost(`no answer to “${waiting.name}” for ${LOST_MS / 1000} s.`);
    waiting.resolve({ type: "reply", id, ok: false, error: gone ? { kind: "gone", message: `“${waiting.name}” went nowhere: the kernel is gone.` } : unanswered(waiting.name) });
  }

  private live(rtt: number | null): void {
    this.state.value = { phase: "live", rtt, text: "" };
  }

  private busy(name: string): void {
    this.state.value = { ...this.state.value, phase: "busy", text: `The kernel is busy: “${name}” waits for it.` };
  }

  private lost(text: string): void {
    this.state.value = { ...this.state.value, phase: "lost", text: `The kernel did not answer: ${text}` };
  }
}
