// Notice and ignore by dragging: one gesture is one action, however many units it changes.
import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { type Draft, type Hover, SpectrumGestures } from "../src/panels/spectrum_gestures";
import type { SpectrumInput, SpectrumLayout } from "../src/plot/spectrum_layout";
import type { Local } from "../src/state/local";
import type { UnitInfo, Window } from "../src/state/protocol";
import { tick } from "./helpers";

const unit = (name: string, range: Window): UnitInfo => ({ name, range, notice: [], grouping: "none", pair: 1, stat: "", formula: "", channels: 9, used: 9, color: 0 });

async function ignored(units: UnitInfo[], from: number, to: number) {
  const acts: unknown[] = [];
  const fails: string[] = [];
  const local = {
    tool: signal("ignore"), activeUnit: signal(null), zoom: signal(null),
    act: async (_place: string, name: string, args: unknown) => { acts.push([name, args]); },
    fail: (_place: string, error: { message: string }) => { fails.push(error.message); },
  } as unknown as Local;
  const draft = signal<Draft>({ windows: new Map(), brush: null, handle: null });
  const gestures = new SpectrumGestures(local, draft, signal<Hover>(null));
  const lanes = units.map((u, i) => ({ unit: u, y: 300 + 20 * i, h: 10, windows: [u.range] }));
  const box = { x: 0, y: 0, w: 1000, h: 200 };
  gestures.drawn({ frame: { units: [] } } as unknown as SpectrumInput, { main: box, resid: box, lanes, x: { px: (v: number) => v, invert: (v: number) => v } } as unknown as SpectrumLayout);
  const canvas = document.createElement("canvas");
  canvas.setPointerCapture = () => {};
  const detach = gestures.attach(canvas);
  const at = (type: string, x: number) => {
    const event = new PointerEvent(type, { button: 0, pointerId: 1 });
    Object.defineProperties(event, { offsetX: { value: x }, offsetY: { value: 100 } });
    canvas.dispatchEvent(event);
  };
  at("pointerdown", from);
  at("pointermove", to);
  at("pointerup", to);
  await tick();
  detach();
  return { acts, fails };
}

describe("an ignore drag", () => {
  it("over several units is one action", async () => {
    const { acts, fails } = await ignored([unit("na", [10, 900]), unit("bg", [200, 40000])], 300, 400);
    expect(acts).toEqual([["notice", { units: [["na", [[10, 300], [400, 900]]], ["bg", [[200, 300], [400, 40000]]]] }]]);
    expect(fails).toEqual([]);
  });

  it("over one unit names it alone", async () => {
    const { acts } = await ignored([unit("na", [10, 900]), unit("bg", [200, 40000])], 30, 40);
    expect(acts).toEqual([["notice", { unit: "na", windows: [[10, 30], [40, 900]] }]]);
  });

  it("changes the others and says so where a unit would be left with nothing", async () => {
    const { acts, fails } = await ignored([unit("na", [10, 900]), unit("xrt", [20, 30])], 15, 40);
    expect(acts).toEqual([["notice", { unit: "na", windows: [[10, 15], [40, 900]] }]]);
    expect(fails).toEqual(["That would ignore every channel of xrt."]);
  });
});
