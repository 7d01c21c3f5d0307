// The border: buffers at any offset, replies by id, old revisions, acks after the draw, drags one at a time.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Stream, STREAM_TIMEOUT_MS } from "../src/state/stream";
import { cornerFrame, float32, pairIndex, spectrumFrame } from "../src/state/frames";
import { Lab } from "../src/state/lab";
import { BUSY_MS, GONE, HELLO_MS, LOST_MS } from "../src/state/link";
import type { CornerMessage, SpectrumMessage, LabView } from "../src/state/protocol";
import { openingView, RecordedModel } from "../dev/recorded";

const header = (more: Partial<SpectrumMessage> = {}): SpectrumMessage => ({
  type: "spectrum", rev: 1, seq: 1, preview: false, exact: true, xlabel: "E", ylabel: "N", stat: "1",
  units: [{ name: "a", color: 0, n: 2, fields: ["lo", "hi", "data", "err", "model", "resid", "used", "comp:pl"], components: ["pl"] }, { name: "b", color: 1, n: 1, fields: ["lo", "hi", "data", "err", "model", "resid", "used"], components: [] }],
  ...more,
});
const numbers = Float32Array.from({ length: 23 }, (_, i) => i);

function shifted(values: Float32Array, by: number): DataView {
  const buffer = new ArrayBuffer(values.byteLength + by + 3);
  new Uint8Array(buffer).set(new Uint8Array(values.buffer), by);
  return new DataView(buffer, by, values.byteLength);
}

describe("buffers", () => {
  it.each([0, 4, 1, 7])("reads float32 at byte offset %i", (by) => {
    expect([...float32(shifted(numbers, by))]).toEqual([...numbers]);
  });

  it("makes a view where the alignment allows and a copy where not", () => {
    const aligned = shifted(numbers, 8);
    expect(float32(aligned).buffer).toBe(aligned.buffer);
    const odd = shifted(numbers, 5);
    expect(float32(odd).buffer).not.toBe(odd.buffer);
  });

  it("cuts the spectrum buffer unit by unit, field by field", () => {
    const frame = spectrumFrame(header(), [shifted(numbers, 3)]);
    expect([...frame.units[0].lo]).toEqual([0, 1]);
    expect([...frame.units[0].resid]).toEqual([10, 11]);
    expect(frame.units[0].components.map((c) => [c.name, ...c.values])).toEqual([["pl", 14, 15]]);
    expect([...frame.units[1].lo, ...frame.units[1].used]).toEqual([16, 22]);
  });

  it("refuses a buffer shorter than its header promises", () => {
    expect(() => spectrumFrame(header(), [shifted(numbers.slice(0, 20), 0)])).toThrow(/promises 23/);
  });

  it("finds pairs of the corner in row order", () => {
    expect([pairIndex(1, 0), pairIndex(2, 0), pairIndex(2, 1), pairIndex(3, 0)]).toEqual([0, 1, 2, 3]);
    const message = { type: "corner", rev: 1, seq: 1, labels: ["a", "b", "c"], bins: 2, levels: [0.393, 0.865] } as unknown as CornerMessage;
    const frame = cornerFrame(message, [shifted(numbers.slice(0, 6), 2), new Uint8Array(12).map((_, i) => i), shifted(numbers.slice(0, 6), 1)]);
    expect([...frame.pair(2, 1)]).toEqual([8, 9, 10, 11]);
    expect(frame.thresholds(2, 0)).toEqual([2, 3]);
    expect([...frame.marginals[1]]).toEqual([2, 3]);
  });
});

describe("drags", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("has one in flight and lets the newest win", () => {
    const sent: number[][] = [];
    const drags = new Stream<number>((value, seq) => sent.push([value, seq]));
    [1, 2, 3, 4].forEach((v) => drags.move(v));
    expect(sent).toEqual([[1, 1]]);
    drags.arrived(1);
    expect(sent).toEqual([[1, 1], [4, 2]]);
    drags.arrived(1);
    drags.move(6);
    expect(sent.length).toBe(2);
    drags.arrived(2);
    expect(sent.at(-1)).toEqual([6, 3]);
  });

  it("goes on when a frame is lost, and forgets what waits when the slider is released", () => {
    const sent: number[] = [];
    const drags = new Stream<number>((value) => sent.push(value));
    drags.move(1);
    drags.move(2);
    vi.advanceTimersByTime(STREAM_TIMEOUT_MS);
    expect(sent).toEqual([1, 2]);
    drags.move(3);
    drags.end();
    vi.advanceTimersByTime(2 * STREAM_TIMEOUT_MS);
    expect(sent).toEqual([1, 2]);
  });
});

describe("the wire", () => {
  let model: RecordedModel;
  let lab: Lab;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame", "performance"] });
    model = new RecordedModel({}, { silent: true });
    lab = new Lab(model);
  });
  afterEach(() => {
    lab.close();
    vi.useRealTimers();
  });
  const sent = (type: string) => model.sent.filter((m) => m.type === type);
  const view = (rev: number): LabView => ({ ...openingView(), rev });
  const post = (m: unknown, buffers: DataView[] = []) => model.deliver(m as Record<string, unknown>, buffers);

  it("matches replies by id, whatever their order", async () => {
    const [a, b] = [lab.act("undo"), lab.act("freeze", { pids: [1], frozen: true })];
    const [first, second] = sent("action").map((m) => m.id);
    post({ type: "reply", id: second, ok: true, code: "second" });
    post({ type: "reply", id: first, ok: false, error: { message: "Nothing to undo." } });
    expect((await b).code).toBe("second");
    expect((await a).error?.message).toBe("Nothing to undo.");
  });

  it("says busy, then unanswered, and comes back to life", async () => {
    const reply = lab.act("undo");
    vi.advanceTimersByTime(BUSY_MS);
    expect(lab.link.state.value.phase).toBe("busy");
    vi.advanceTimersByTime(LOST_MS);
    expect((await reply).error?.kind).toBe("timeout");
    expect(lab.link.state.value.text).toMatch(/^The kernel did not answer:/);
    post(view(3));
    expect(lab.link.state.value.phase).toBe("live");
  });

  it("says so when hello brings no snapshot, and asks again", () => {
    lab.link.hello("view-1");
    vi.advanceTimersByTime(HELLO_MS);
    expect(lab.link.state.value.phase).toBe("lost");
    lab.link.hello("view-1", true);
    post(view(0));
    vi.advanceTimersByTime(HELLO_MS);
    expect(lab.link.state.value.phase).toBe("live");
    expect(sent("hello")).toEqual([{ type: "hello", view: "view-1" }, { type: "hello", view: "view-1", again: true }]);
  });

  it("drops older views, takes the same revision again", () => {
    post(view(4));
    post({ ...view(3), title: "old" });
    expect(lab.view.value!.rev).toBe(4);
    post({ ...view(4), title: "again" });
    expect(lab.view.value!.title).toBe("again");
  });

  it("acknowledges each frame once, after the animation frame, even an unreadable one", () => {
    post(header({ seq: 7 }), [shifted(numbers, 0)]);
    expect(sent("ack")).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(sent("ack")).toEqual([{ type: "ack", topic: "spectrum", seq: 7 }]);
    post(header({ seq: 8 }), []);
    vi.advanceTimersByTime(40);
    expect(sent("ack").at(-1)).toEqual({ type: "ack", topic: "spectrum", seq: 8 });
    expect(lab.fault.value?.message).toMatch(/spectrum frame/);
  });

  it("drops frames of an older revision but still acknowledges them", () => {
    post(header({ rev: 5, seq: 1 }), [shifted(numbers, 0)]);
    post(header({ rev: 4, seq: 2 }), [shifted(numbers, 0)]);
    vi.advanceTimersByTime(40);
    expect(lab.spectrum.value!.seq).toBe(1);
    expect(sent("ack").length).toBe(2);
  });

  it("shows what the hand did until the view of that revision comes", async () => {
    post(view(1));
    post(header({ rev: 1 }), [shifted(numbers, 0)]);
    lab.drag(2, 0.5);
    post(header({ rev: 1, seq: 1, preview: true }), [shifted(numbers, 0)]);
    expect(lab.before.value!.preview).toBe(false);
    const done = lab.setValue(2, 0.6);
    post({ type: "reply", id: sent("action").at(-1)!.id, ok: true, rev: 3 });
    await done;
    post(view(2));
    expect(lab.pending.value.get(2)).toBe(0.6);
    post(view(3));
    expect(lab.pending.value.has(2)).toBe(false);
  });

  it("takes the value back when it is refused", async () => {
    const done = lab.setValue(2, "nonsense");
    expect(lab.pending.value.get(2)).toBe("nonsense");
    post({ type: "reply", id: sent("action").at(-1)!.id, ok: false, error: { message: "no" } });
    expect((await done).ok).toBe(false);
    expect(lab.pending.value.size).toBe(0);
  });

  it("lets no preview outlive a refused drag", async () => {
    post(header({ rev: 1 }), [shifted(numbers, 0)]);
    lab.drag(2, 0.5);
    post(header({ rev: 1, seq: 1, preview: true }), [shifted(numbers, 0)]);
    const done = lab.setValue(2, 0.6);
    post({ type: "reply", id: sent("action").at(-1)!.id, ok: false, error: { message: "no" } });
    await done;
    expect(sent("hello").length).toBe(1);
    post(header({ rev: 1 }), [shifted(numbers, 0)]);
    expect(lab.spectrum.value!.preview).toBe(false);
  });

  it("shows stopping at once and until the run ends", () => {
    const running = { ...view(1).fit, state: "running" as const, engine: "nuts", progress: 0.3 };
    post({ type: "progress", fit: running });
    void lab.stop();
    expect(lab.fit.value.state).toBe("stopping");
    post({ type: "progress", fit: { ...running, progress: 0.4 } });
    expect(lab.fit.value).toMatchObject({ state: "stopping", progress: 0.4 });
    post({ type: "progress", fit: { ...running, state: "stopped" } });
    expect(lab.fit.value.state).toBe("stopped");
  });

  it("tells whether any view is seen, once for each change", () => {
    lab.seen("a", true);
    lab.seen("b", true);
    lab.seen("a", false);
    lab.seen("b", false);
    lab.seen("b", null);
    expect(sent("visible").map((m) => m.visible)).toEqual([true, false]);
  });

  it("leaves no listener behind", () => {
    lab.close();
    expect(["msg:custom", "change:panels", "change:height"].map((name) => model.count(name))).toEqual([0, 0, 0]);
  });
});

describe("a kernel that is gone", () => {
  it("is noticed at the first message that cannot be sent, and nothing waits for it", async () => {
    const model = new RecordedModel({});
    const lab = new Lab(model);
    model.send = () => { throw new Error("Cannot send"); };
    const reply = await lab.act("undo");
    expect(reply.ok).toBe(false);
    expect(reply.error!.message).toContain("undo");
    expect(lab.link.state.value).toMatchObject({ phase: "lost", text: GONE });
    expect(() => lab.link.ackAfterDraw("spectrum", 1)).not.toThrow();
    lab.close();
  });
});
