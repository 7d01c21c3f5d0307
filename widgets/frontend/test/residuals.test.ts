// What the lower panel shows, and which energies the picture does.
import { describe, expect, it } from "vitest";
import { residualDomain, withResiduals } from "../src/plot/residual_kinds";
import { rebinned } from "../src/plot/rebin";
import { allEnergies, layout, noticedEnergies, zoomable, type SpectrumInput } from "../src/plot/spectrum_layout";
import type { SpectrumFrame } from "../src/state/frames";
import { toldApart } from "../src/state/format";

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

it("shortens long names so that they are told apart", () => {
  expect(toldApart(["na", "b1"], 7)).toEqual(["na", "b1"]);
  expect(toldApart(["glg_tte_n6_bn21", "glg_tte_b1_bn21"], 7)).toEqual(["…n6_bn…", "…b1_bn…"]);
  expect(toldApart(["3c273.pi"], 7)).toEqual(["3c273.…"]);
});

describe("bins joined for the eye", () => {
  const unit = (more: object) => ({ ...frame.units[0], n: 6, lo: f(10, 11, 12, 13, 16, 17), hi: f(11, 12, 13, 14, 17, 18), data: f(4, 1, 1, 9, 1, 1), err: f(1, 1, 1, 1, 1, 1), model: f(3, 2, 2, 2, 2, 2), resid: f(1, -1, -1, 2, 0, 0), used: f(1, 1, 1, 1, 1, 1), ...more });
  const of = (sigma: number, more: object = {}) => rebinned({ ...frame, units: [unit(more)] } as unknown as SpectrumFrame, sigma).units[0];
  it("stand out by so many σ, do not reach over gaps, and leave no counts over", () => {
    const made = of(3);
    expect([...made.lo]).toEqual([10, 11, 16]);
    expect([...made.hi]).toEqual([11, 14, 18]);
    expect(made.data[1]).toBeCloseTo(11 / 3);
    expect(made.err[1]).toBeCloseTo(Math.sqrt(3) / 3);
    expect(made.resid[1]).toBeCloseTo(0);
    const tail = of(3.5, { data: f(4, 4, 1, 1, 9, 1) });
    expect([...tail.lo]).toEqual([10, 11, 16]);
    expect([...tail.hi]).toEqual([11, 14, 18]);
  });
  it("are never of noticed and ignored ones together, and are those of the fit where nothing is asked", () => {
    expect([...of(50, { lo: f(1, 2, 3, 4, 6, 7), hi: f(2, 3, 4, 5, 7, 8) }).hi]).toEqual([2, 5, 8]);
    expect([...of(50, { used: f(1, 1, 0, 0, 1, 1) }).lo]).toEqual([10, 12, 16]);
    expect(rebinned(frame, 0)).toBe(frame);
  });
});
