// Selecting draws on the corner: outlines, the wire (one at a time, the newest wins), what the panels then show, keys.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { boxOf, moved, reordered, sized, thinned } from "../src/panels/corner_gestures";
import { cornerCells, drawRegion, outlineOn } from "../src/plot/corner_scene";
import { drawSpectrum } from "../src/plot/spectrum_scene";
import { runs } from "../src/plot/selection_scene";
import { LIGHT } from "../src/plot/theme";
import { brushFrame } from "../src/state/frames";
import { Lab } from "../src/state/lab";
import type { BrushMessage } from "../src/state/protocol";
import { RecordedModel } from "../dev/recorded";
import { press, Recorder, show, tick, until } from "./helpers";

describe("outlines", () => {
  it("are boxes, moved and sized about their middle, never inside out", () => {
    const box = boxOf([0, 0], [2, 4]);
    expect(box).toEqual([[0, 0], [2, 0], [2, 4], [0, 4]]);
    expect(moved(box, 1, -1)[2]).toEqual([3, 3]);
    expect(sized(box, 2, 0)).toEqual([[-1, 0], [3, 0], [3, 4], [-1, 4]]);
    const small = sized(box, -9, -9);
    expect(small[1][0]).toBeGreaterThan(small[0][0]);
  });

  it("stay short however long one draws", () => {
    const path = Array.from({ length: 999 }, (_, i): [number, number] => [i, i]);
    expect(thinned(path, 200).length).toBeLessThanOrEqual(200);
    expect(thinned(path.slice(0, 50), 200).length).toBe(50);
  });
});

const message = (more: Partial<BrushMessage> = {}): BrushMessage => ({
  type: "brush", rev: 1, seq: 1, request: 1, pids: [1, 2], region: [[0, 0], [1, 0], [1, 1]], n: 12, total: 99, units: [{ name: "a", n: 2 }], fields: ["lo", "hi", "low", "lower", "mid", "upper", "high", "rlow", "rmid", "rhigh"], ...more,
});

describe("frames", () => {
  it("are cut into the bands of each unit", () => {
    const frame = brushFrame(message(), [Float32Array.from({ length: 20 }, (_, i) => i).buffer]);
    expect([...frame.units[0].mid, ...frame.units[0].rhigh]).toEqual([8, 9, 18, 19]);
    expect(frame.all).toBe(false);
    expect(brushFrame(message({ pids: [], region: [] }), [new Float32Array(20).buffer]).all).toBe(true);
    expect(frame.region).toEqual({ pids: [1, 2], points: [[0, 0], [1, 0], [1, 1]] });
    expect(brushFrame(message({ pids: [], region: [], units: [], n: 0 }), [new ArrayBuffer(0)]).region).toBeNull();
    expect(() => brushFrame(message(), [new ArrayBuffer(8)])).toThrow(/promises 20/);
  });

  it("break where the noticed ranges do", () => {
    expect(runs({ n: 4, lo: [1, 2, 5, 6], hi: [2, 3, 6, 7] })).toEqual([[0, 1], [2, 3]]);
  });

  it("break where a value is not known, as unfolded curves of other energies are", () => {
    const unit = { n: 5, lo: [1, 2, 3, 4, 5], hi: [2, 3, 4, 5, 6] };
    expect(runs(unit, [NaN, 1, NaN, 0, 1], [1, 1, 1, 1, 1])).toEqual([[1, 1], [3, 4]]);
  });
});

describe("the wire", () => {
  it("sends one outline at a time, the newest wins, and shows the hand's until the answer is there", async () => {
    const model = new RecordedModel();
    model.pace = 5;
    const lab = new Lab(model);
    for (let i = 1; i <= 9; i++) lab.select({ pids: [1, 2], points: boxOf([-1, 2.6], [-1 + 0.1 * i, 2.8]) });
    expect(lab.region.value!.points[1][0]).toBeCloseTo(-0.1);
    await until(() => lab.brush.value !== null && lab.brush.value.region!.points[1][0] > -0.2);
    expect(model.sent.filter((m) => m.type === "brush").length).toBe(2);
    lab.select(null);
    await until(() => lab.brush.value === null);
    expect(lab.region.value).toBeNull();
    await tick(30);
    expect(model.sent.filter((m) => m.type === "ack" && m.topic === "brush").length).toBe(3);
    lab.close();
  });
});

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
const width = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "clientWidth");
beforeEach(() => Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 500 }));
afterEach(() => {
  open?.close();
  open = null;
  document.body.innerHTML = "";
  if (width) Object.defineProperty(HTMLElement.prototype, "clientWidth", width);
});

describe("the panels", () => {
  it("draw the outline on its panel and the band on the spectrum", async () => {
    const model = new RecordedModel();
    const lab = new Lab(model);
    model.open();
    lab.select({ pids: [1, 2], points: boxOf([-1, 2.6], [-0.8, 2.9]) });
    await until(() => lab.brush.value !== null);
    const frame = lab.corner.value!;
    const cells = cornerCells({ frame, shown: [0, 1, 2], width: 500, height: 500 });
    const corner = new Recorder();
    drawRegion(corner, cells, frame.pids, lab.brush.value!.region, null, LIGHT);
    expect(corner.fills).toEqual([LIGHT.brush]);
    const base = { frame: lab.spectrum.value!, ghost: null, overlays: [], units: lab.view.value!.units, draft: new Map(), hidden: new Set<string>(), activeUnit: null, logx: true, logy: true, zoom: { x: null, y: null }, components: true, width: 640, height: 420, legend: false, caption: "" };
    const [without, plain] = [new Recorder(), new Recorder()];
    drawSpectrum(plain, { ...base, brush: null }, LIGHT);
    drawSpectrum(without, { ...base, brush: lab.brush.value }, LIGHT);
    expect(plain.fills).not.toContain(LIGHT.brush);
    expect(without.fills.filter((c) => c === LIGHT.brush).length).toBe(6);
    expect(without.strokes.some((s) => s.color === LIGHT.brush && s.dash?.join() === "8,3")).toBe(true);
    lab.close();
  });

  it("select with a drag, say how many, and clear with Escape", async () => {
    const s = (open = await show({ panels: ["corner", "spectrum"] }));
    await until(() => s.el.querySelector(".sl-corner .sl-over") !== null);
    const over = s.one(".sl-corner .sl-over");
    const at = (type: string, offsetX: number, offsetY: number) => {
      const event = new PointerEvent(type, { button: 0, pointerId: 1, bubbles: true });
      Object.defineProperties(event, { offsetX: { value: offsetX }, offsetY: { value: offsetY } });
      over.dispatchEvent(event);
    };
    const cell = cornerCells({ frame: (await cornerOf(s)), shown: [0, 1, 2, 3], width: 500, height: 500 }).find(({ r, c }) => r === 1 && c === 0)!;
    const { x, y, w, h } = cell.box;
    [...s.el.querySelectorAll<HTMLElement>(".sl-corner-foot button")].find((b) => b.textContent === "Box")!.click();
    at("pointerdown", x + 0.2 * w, y + 0.2 * h);
    for (let f = 0.3; f < 0.9; f += 0.1) at("pointermove", x + f * w, y + f * h);
    at("pointerup", x + 0.8 * w, y + 0.8 * h);
    await until(() => / of 1000 draws$/.test(s.one(".sl-brush-count").textContent!));
    const sent = s.model.sent.filter((m) => m.type === "brush").at(-1) as { pids: number[]; region: number[][] };
    expect(sent.pids).toEqual([1, 2]);
    expect(sent.region.length).toBe(4);
    expect(s.one(".sl-brush-key").textContent).toContain("selected draws");
    press(s.one(".sl-corner"), "Escape");
    await until(() => s.el.querySelector(".sl-brush-key") === null);
    expect(s.one(".sl-brush-count").textContent).toContain("drag on a panel");
  });

  it("select with the keys alone", async () => {
    const s = (open = await show({ panels: ["corner"] }));
    await until(() => s.el.querySelector(".sl-corner .sl-over") !== null);
    const over = s.one(".sl-corner .sl-over");
    const last = () => s.model.sent.filter((m) => m.type === "brush").at(-1) as { pids: number[]; region: number[][] };
    press(over, "ArrowDown");
    press(over, "ArrowRight");
    press(over, "Enter");
    await until(() => / of 1000 draws$/.test(s.one(".sl-brush-count").textContent!));
    expect(last().pids).toEqual([2, 3]);
    const before = last().region[0][0];
    press(over, "ArrowRight");
    await until(() => last().region[0][0] > before);
    const [wide] = [last().region[1][0] - last().region[0][0]];
    press(over, "ArrowRight", { shiftKey: true });
    await until(() => last().region[1][0] - last().region[0][0] > wide);
    press(over, "Escape");
    await until(() => last().region.length === 0);
  });
});

describe("the order of the parameters", () => {
  it("is a list with one member at the place of another", () => {
    expect(reordered([1, 2, 3], 1, 3)).toEqual([2, 3, 1]);
    expect(reordered([1, 2, 3], 3, 1)).toEqual([3, 1, 2]);
  });

  it("turns an outline over with its panel", () => {
    const region = { pids: [1, 2] as [number, number], points: [[1, 10], [2, 20]] as [number, number][] };
    expect(outlineOn(region, 1, 2)).toEqual([[1, 10], [2, 20]]);
    expect(outlineOn(region, 2, 1)).toEqual([[10, 1], [20, 2]]);
    expect(outlineOn(region, 1, 3)).toBeNull();
  });

  it("changes as a label is dragged to another column, and by the list, which also brings the first order back", async () => {
    const s = (open = await show({ panels: ["corner"] }));
    await until(() => s.el.querySelector(".sl-corner .sl-over") !== null);
    const frame = await cornerOf(s);
    const over = s.one(".sl-corner .sl-over");
    const cells = cornerCells({ frame, shown: [0, 1, 2, 3], width: 500, height: 500 });
    const [first, third] = [0, 2].map((c) => cells.find((cell) => cell.r === 3 && cell.c === c)!.box);
    const at = (type: string, box: typeof first) => over.dispatchEvent(Object.assign(new MouseEvent(type, { bubbles: true, button: 0 }), { pointerId: 1, offsetX: box.x + box.w / 2, offsetY: box.y + box.h + 40 }));
    const names = () => [...s.el.querySelectorAll(".sl-chooser label")].map((l) => l.textContent);
    [...s.el.querySelectorAll<HTMLElement>(".sl-corner-foot button")].find((b) => b.textContent === "Choose parameters")!.click();
    await until(() => names().length === 4);
    const before = names();
    at("pointerdown", first);
    at("pointermove", third);
    at("pointerup", third);
    await until(() => names()[2] === before[0]);
    expect(names()).toEqual([before[1], before[2], before[0], ...before.slice(3)]);
    expect(s.model.sent.some((m) => m.type === "brush")).toBe(false);
    s.one(".sl-chooser .sl-earlier").click();
    await until(() => names()[0] === before[2]);
    [...s.el.querySelectorAll<HTMLElement>(".sl-chooser button")].find((b) => b.textContent === "As at first")!.click();
    await until(() => names().join() === before.join());
  });
});

async function cornerOf(s: Shown) {
  const lab = new Lab(s.model);
  s.model.open();
  const frame = lab.corner.value!;
  lab.close();
  return frame;
}
