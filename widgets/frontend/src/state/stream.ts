// Stream: things that follow a hand leave one at a time, the newest wins, everything between is forgotten.
// UI state: none of its own; what it sends is a preview outside history.

export const STREAM_TIMEOUT_MS = 400;

export class Stream<T> {
  private inFlight: number | null = null;
  private next: { value: T } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private seq = 0;

  get busy(): boolean {
    return this.inFlight !== null;
  }

  constructor(private readonly send: (value: T, seq: number) => void) {}

  move(value: T): void {
    this.next = { value };
    if (this.inFlight === null) this.flush();
  }

  /** The answer to this `seq` arrived: the newest value may leave. */
  arrived(seq: number): void {
    if (this.inFlight === null || seq < this.inFlight) return;
    this.flush();
  }

  /** The hand let go: what still waits is overtaken by an action. */
  end(): void {
    this.next = null;
    this.inFlight = null;
    clearTimeout(this.timer);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.inFlight = null;
    if (!this.next) return;
    const { value } = this.next;
    this.next = null;
    this.inFlight = ++this.seq;
    this.timer = setTimeout(() => this.flush(), STREAM_TIMEOUT_MS);
    this.send(value, this.inFlight);
  }
}
