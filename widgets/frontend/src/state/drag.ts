// Drag stream: values of a moving slider leave one at a time, the newest wins, everything between is forgotten.
// UI state: none of its own; what it sends is a preview outside history.

export const DRAG_TIMEOUT_MS = 400;

interface Move {
  pid: number;
  value: number;
}

export class DragStream {
  private inFlight: number | null = null;
  private next: Move | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private seq = 0;

  get busy(): boolean {
    return this.inFlight !== null;
  }

  constructor(private readonly send: (pid: number, value: number, seq: number) => void) {}

  move(pid: number, value: number): void {
    this.next = { pid, value };
    if (this.inFlight === null) this.flush();
  }

  /** A preview with this `seq` arrived: the newest value may leave. */
  arrived(seq: number): void {
    if (this.inFlight === null || seq < this.inFlight) return;
    this.flush();
  }

  /** The slider was released: what still waits is overtaken by `set_value`. */
  end(): void {
    this.next = null;
    this.inFlight = null;
    clearTimeout(this.timer);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.inFlight = null;
    if (!this.next) return;
    const { pid, value } = this.next;
    this.next = null;
    this.inFlight = ++this.seq;
    this.timer = setTimeout(() => this.flush(), DRAG_TIMEOUT_MS);
    this.send(pid, value, this.inFlight);
  }
}
