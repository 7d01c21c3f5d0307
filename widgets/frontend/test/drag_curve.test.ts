// Dragging the curve: up or down it is pulled, sideways it is a zoom; previews on the way, one action when it is let go.
import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { type Draft, type Hover, SpectrumGestures } from "../src/panels/spectrum_gestures";
import type { SpectrumInput, SpectrumLayout } from "../src/plot/spectrum_layout";
import type { Local } from "../src/state/local";
import { tick } from "./helpers";

/** A curve of 10 over 0 to 100 keV, drawn on an axis where one unit is one pixel, upwards from 200. */
function opened({ lesson = false, frozen = null as string | null } = {}) {
  const told: unknown[] = [];
  const lab = {
    frozen: signal(frozen), view: signal({ lesson: lesson ? {} : null }),
    dragCurve: (...args: unknown[]) => { told.push(["drag", ...args]); },
    landCurve: async (...args: unknown[]) => { told.push(["land", ...args]); return { ok: true }; },
    giveUp: () => { told.push(["giveUp"]); },
  };
  const local = { lab, tool: signal("zoom"), activeUnit: signal(null), zoom: signal({ x: null, y: null }), clear: () => {}, settle: () => {} } as unknown as Local;
  const draft = signal<Draft>({ windows: new Map(), brush: null, handle: null });
  const gestures = new SpectrumGestures(local, draft, signal<Hover>(null));
  const curve = { name: "na", n: 10, lo: Float32Array.from({ length: 10 }, (_, i) => 10 * i), hi: Float32Array.from({ length: 10 }, (_, i) => 10 * i + 10), model: new Float32Array(10).fill(10), data: new Float32Array(10), resid: new Float32Array(10), used: new Float32Array(10).fill(1) };
  const box = { x: 0, y: 0, w: 100, h: 200 };
  const input = { frame: { units: [curve] }, hidden: new Set(), logx: false } as unknown as SpectrumInput;
  gestures.drawn(input, { main: box, resid: { ...box, y: 210 }, lanes: [], x: { px: (v: number) => v, invert: (v: number) => v, domain: [0, 100] }, y: { px: (v: number) => 200 - v, invert: (y: number) => 200 - y, domain: [0, 200] }, r: { px: () => 220 } } as unknown as SpectrumLayout);
  const canvas = document.body.appendChild(document.createElement("canvas"));
  canvas.setPointerCapture = () => {};
  gestures.attach(canvas);
  const at = (type: string, x: number, y: number) => {
    const event = new PointerEvent(type, { button: 0, pointerId: 1, bubbles: true });
    Object.defineProperties(event, { offsetX: { value: x }, offsetY: { value: y } });
    canvas.dispatchEvent(event);
  };
  return { told, at, canvas, local, draft };
}

describe("a drag that begins on the curve", () => {
  it("pulls it by the factor under the hand, and lands once", async () => {
    const { told, at, draft } = opened();
    at("pointerdown", 55, 192);
    at("pointermove", 55, 190); // too little to say which way
    expect(told).toEqual([]);
    at("pointermove", 56, 182); // taken 2 above the curve: 10 up from there
    expect(told).toEqual([["drag", "na", Math.sqrt(50 * 60), 2]]);
    expect(draft.value.handle).toEqual({ x: 55, y: 180 });
    at("pointerup", 56, 182);
    await tick();
    expect(told.slice(1)).toEqual([["land", "na", Math.sqrt(50 * 60), 2]]);
    expect(draft.value.handle).toBeNull();
  });

  it("is a zoom where it goes sideways, or begins elsewhere", async () => {
    for (const y of [190, 100]) {
      const { told, at, local } = opened();
      at("pointerdown", 20, y);
      at("pointermove", 60, y + 3);
      at("pointerup", 60, y + 3);
      await tick();
      expect(told).toEqual([]);
      expect(local.zoom.value.x).toEqual([20, 60]);
    }
  });

  it("is given up by Escape, and not to be had in a lesson or without a kernel", async () => {
    const { told, at } = opened();
    at("pointerdown", 55, 190);
    at("pointermove", 55, 150);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    at("pointerup", 55, 150);
    await tick();
    expect(told.map((t) => (t as unknown[])[0])).toEqual(["drag", "giveUp"]);
    for (const without of [opened({ lesson: true }), opened({ frozen: "no kernel" })]) {
      without.at("pointerdown", 55, 190);
      without.at("pointermove", 55, 150);
      without.at("pointerup", 55, 150);
      expect(without.told).toEqual([]);
    }
  });

  it("shows where it can be taken", () => {
    const { at, canvas, draft } = opened();
    at("pointermove", 30, 187);
    expect([canvas.style.cursor, draft.value.handle]).toEqual(["ns-resize", { x: 30, y: 190 }]);
    at("pointermove", 30, 100);
    expect([canvas.style.cursor, draft.value.handle]).toEqual(["", null]);
  });
});
