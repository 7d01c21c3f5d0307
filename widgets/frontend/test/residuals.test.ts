// What the lower panel shows, and which energies the picture does.
import { describe, expect, it } from "vitest";
import { residualDomain, withResiduals } from "../src/plot/residual_kinds";
import { allEnergies, layout, noticedEnergies, zoomable, type SpectrumInput } from "../src/plot/spectrum_layout";
import type { SpectrumFrame } from "../src/state/frames";
import { elided } from "../src/state/format";

const f = (...values: number[]) => Float32Array.from(values);

/** Three noticed bins of 1 keV, between one of 2 eV to 1 keV and one that reaches to 100 keV. */
const frame = {
  rev: 1, seq: 1, preview: false, exact: true, xlabel: "E", ylabel: "c", stat: "1", ymin: null, score: null, xscale: "log", yscale: "log", moves: [],
  units: [{
    name: "a", color: 0, n: 5, lo: f(0.002, 1, 2, 3, 4), hi: f(1, 2, 3, 4, 100), data: f(9, 4, 6, 2, 1e-6), err: f(1, 2, 2, 1, 1), model: f(NaN, 2, 5, 4, NaN),
    resid: f(NaN, 1, 0.5, -2, NaN), used: f(0, 1, 1, 1, 0), unfold: null, components: [],
  }],
} as unknown as SpectrumFrame;
const input = (more: Partial<SpectrumInput> = {}): SpectrumInput => ({
  frame, ghost: null, overlays: [], brush: null, units: [], draft: new Map(), hidden: new Set(), activeUnit: null, logx: true, logy: true,
  zoom: { x: null, y: null }, components: true, width: 500, height: 300, legend: false, caption: "", ...more,
});

describe("energies", () => {
  it("are those noticed with a little beside them, so that a channel of 2 eV does not take half the picture", () => {
    const [lo, hi] = noticedEnergies(input());
    expect(lo).toBeGreaterThan(0.8);
    expect(hi).toBeLessThan(5);
    expect(layout(input()).x.domain).toEqual([lo, hi]);
    expect(allEnergies(input())[0]).toBeLessThan(0.002);
  });
  it("are all of them where nothing is noticed, and in a linear axis too", () => {
    const none = { ...frame, units: [{ ...frame.units[0], used: f(0, 0, 0, 0, 0) }] };
    expect(noticedEnergies(input({ frame: none }))).toEqual(allEnergies(input({ frame: none })));
    const [lo, hi] = noticedEnergies(input({ logx: false }));
    expect([lo, hi]).toEqual([1 - 0.36, 4 + 0.36]);
  });
  it("cannot be zoomed into further than a few bins", () => {
    expect(zoomable(input(), [2.4, 2.41])).toEqual([1, 100]);
    expect(zoomable(input(), [0.9, 90])).toEqual([0.9, 90]);
  });
});

describe("the lower panel", () => {
  const kinds = (kind: "chi" | "ratio" | "cumulative") => withResiduals(frame, kind).units[0];
  it("shows χ, the ratio with its error, and the running sum, of noticed bins only", () => {
    expect([...kinds("chi").resid]).toEqual([NaN, 1, 0.5, -2, NaN]);
    expect([...kinds("ratio").resid].map((v) => +v.toFixed(4))).toEqual([NaN, 2, 1.2, 0.5, NaN]);
    expect([...kinds("ratio").residErr!].map((v) => +v.toFixed(4))).toEqual([NaN, 1, 0.4, 0.25, NaN]);
    expect([...kinds("cumulative").resid].map((v) => +v.toFixed(3))).toEqual([NaN, 16.667, 25, 8.333, NaN]);
    expect(withResiduals(frame, "deviance")).toBe(frame);
  });
  it("has an axis that stands still and holds what is there", () => {
    expect(residualDomain(frame.units)).toEqual([-4, 4]);
    expect(residualDomain([kinds("ratio")], "ratio")).toEqual([0, 2]);
    const [low, high] = residualDomain([kinds("cumulative")], "cumulative");
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(25);
  });
});

it("elides a long name in its middle", () => {
  expect(elided("short", 8)).toBe("short");
  expect(elided("glg_tte_n6_bn210702", 8)).toBe("glg_…702");
});
