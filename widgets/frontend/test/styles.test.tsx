// Unfolded spectra: counts times what a count is worth, a scale and a power of the energy, also for what lies over them.
import { afterEach, describe, expect, it } from "vitest";
import { openingView } from "../dev/recorded";
import { styledCurves, styledFrame } from "../src/plot/styles";
import type { OverlayFrame, SpectrumFrame } from "../src/state/frames";
import type { SpectrumMessage } from "../src/state/protocol";
import { show, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const VFV = { name: "vFv", label: "νFν", ylabel: "erg", power: 2, scale: 2 };
const f = (...values: number[]) => Float32Array.from(values);
const frame = (unfold: Float32Array | null): SpectrumFrame => ({
  rev: 1, seq: 1, preview: false, exact: true, xlabel: "E", ylabel: "counts", stat: "1", ymin: 0.1, score: null, xscale: "log", yscale: "log", moves: [],
  units: [{ name: "u", color: 0, n: 2, lo: f(1, 3), hi: f(3, 5), data: f(2, 4), err: f(1, 1), model: f(2, 3), resid: f(0, 1), used: f(1, 1), unfold, components: [{ name: "c", values: f(1, 1) }] }],
});

describe("a style", () => {
  it("multiplies data, errors, model and terms, and leaves residuals", () => {
    const shown = styledFrame(frame(f(0.5, 0.25)), VFV);
    const [unit] = shown.units;
    expect([...unit.data]).toEqual([2 * 0.5 * 2 * 4, 4 * 0.25 * 2 * 16]);
    expect([...unit.err]).toEqual([4, 8]);
    expect([...unit.model]).toEqual([8, 24]);
    expect([...unit.components[0].values]).toEqual([4, 8]);
    expect([[...unit.resid], shown.ylabel]).toEqual([[0, 1], "erg"]);
    expect(shown.ymin).toBeCloseTo(0.3 * 8);
  });

  it("leaves a frame alone that cannot be unfolded, and counts", () => {
    const plain = frame(null);
    expect(styledFrame(plain, VFV)).toBe(plain);
    expect(styledFrame(plain, null)).toBe(plain);
  });

  it("takes past curves along, by the nearest group of the frame", () => {
    const past: OverlayFrame = { run: 1, label: "x", units: [{ name: "u", n: 1, lo: f(2.9), hi: f(5.1), model: f(1) }, { name: "v", n: 1, lo: f(1), hi: f(2), model: f(7) }] };
    const [unit, other] = styledCurves(past, frame(f(0.5, 0.25)), VFV).units;
    expect(unit.model[0]).toBeCloseTo(0.25 * 2 * 16);
    expect(other.model[0]).toBe(7);
  });
});

describe("the menu of styles", () => {
  it("asks for what is needed and shows it", async () => {
    const s = (open = await show({ panels: ["spectrum"] }, { plays: ["unfold"] }));
    await until(() => s.el.querySelector(".sl-select") !== null);
    let fields: string[] = [];
    s.model.on("msg:custom", ((m: SpectrumMessage) => { if (m.type === "spectrum") [{ fields }] = m.units; }) as (...args: never[]) => void);
    const menu = s.one(".sl-select") as HTMLSelectElement;
    expect([...menu.options].map((o) => o.textContent)).toEqual(["counts", ...openingView().styles.map((style) => style.label)]);
    menu.value = "vFv";
    menu.dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => s.model.sent.some((m) => m.type === "unfold"));
    await until(() => fields.includes("unfold"));
    expect(menu.title).toContain("Unfolded with cpl");
  });
});
