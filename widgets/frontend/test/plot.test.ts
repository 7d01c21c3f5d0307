// Plots: ticks that fit, scenes on a recording surface, gestures' geometry, the SVG twin.
import { describe, expect, it } from "vitest";
import { RecordedModel } from "../dev/recorded";
import { Lab } from "../src/state/lab";
import { axis, linearTicks, logTicks } from "../src/plot/ticks";
import { bracketAt, hit, layout, type SpectrumInput } from "../src/plot/spectrum_layout";
import { drawSpectrum, modelDash } from "../src/plot/spectrum_scene";
import { correlation, drawCorner } from "../src/plot/corner_scene";
import { svgText } from "../src/plot/export";
import { altText } from "../src/plot/alt";
import { deeper, LIGHT, unitColor } from "../src/plot/theme";
import { shownParameters } from "../src/panels/corner";
import { Recorder } from "./helpers";

function frames(scene = "fitted") {
  const model = new RecordedModel({}, { scene });
  const lab = new Lab(model);
  model.open();
  return { lab, view: lab.view.value!, spectrum: lab.spectrum.value!, corner: lab.corner.value! };
}

function input(more: Partial<SpectrumInput> = {}, scene = "fitted"): SpectrumInput {
  const { view, spectrum } = frames(scene);
  return {
    frame: spectrum, ghost: null, brush: null, overlays: [], units: view.units, draft: new Map(), hidden: new Set(), activeUnit: null, logx: true, logy: true, zoom: { x: null, y: null },
    components: true, width: 640, height: 420, legend: false, caption: "", ...more,
  };
}

const labels = (ticks: { label: { text: string; shift: number }[] | null }[]) => ticks.filter((t) => t.label).map((t) => t.label!.map((r) => (r.shift ? `^${r.text}` : r.text)).join(""));

describe("ticks", () => {
  it("names decades as powers of ten and keeps minors without names", () => {
    const ticks = logTicks(axis(true, [8, 40000], [0, 600]), 46);
    expect(labels(ticks)).toEqual(["10^1", "10^2", "10^3", "10^4"]);
    expect(ticks.length).toBeGreaterThan(30);
  });

  it("thins decades that would collide", () => {
    expect(labels(logTicks(axis(true, [1e-9, 1e3], [300, 0]), 46)).length).toBeLessThanOrEqual(6);
  });

  it("uses 1–2–5 where the axis is short", () => {
    expect(labels(logTicks(axis(true, [0.3, 10], [0, 500]), 46))).toContain("0.5");
    expect(labels(logTicks(axis(true, [20, 30], [0, 500]), 46)).length).toBeGreaterThanOrEqual(3);
  });

  it.each([[[8, 40000], 200], [[0.3, 10], 160], [[1e-4, 30], 250], [[20, 30], 400]] as [[number, number], number][])("leaves room between labels on %o in %i px", (domain, width) => {
    const a = axis(true, domain, [0, width]);
    const at = logTicks(a, 40).filter((t) => t.label).map((t) => a.px(t.value));
    for (let i = 1; i < at.length; i++) expect(at[i] - at[i - 1]).toBeGreaterThan(18);
  });

  it("writes linear labels with as many digits as the step needs", () => {
    expect(labels(linearTicks(axis(false, [-1.18, -1.02], [0, 120]), 36))).toContain("−1.10");
    expect(labels(linearTicks(axis(false, [0, 4], [0, 200]), 50))).toContain("2");
  });
});

describe("corner", () => {
  it("leaves room between slanted labels, those of the next panel too", () => {
    const { corner } = frames();
    const s = new Recorder();
    drawCorner(s, { frame: corner, shown: [0, 1, 2, 3], width: 500, height: 500 }, LIGHT);
    const numbers = s.texts.filter(({ text }) => /^−?[\d.]+$/.test(text));
    const floor = Math.max(...numbers.map(({ y }) => y));
    const at = numbers.filter(({ y }) => y === floor).map(({ x }) => x).sort((a, b) => a - b);
    expect(at.length).toBeGreaterThan(3);
    for (let i = 1; i < at.length; i++) expect(at[i] - at[i - 1]).toBeGreaterThan(18);
  });
});

describe("spectrum", () => {
  it("draws finite strokes, the folded model solid, terms dashed, guides at three sigma", () => {
    const s = new Recorder();
    drawSpectrum(s, input({}, "start"), LIGHT);
    const blue = s.strokes.filter((k) => k.color === unitColor(LIGHT, 0, 0));
    expect(s.strokes.some((k) => k.color === deeper(LIGHT, unitColor(LIGHT, 0, 0)) && !k.dash && k.lines > 30)).toBe(true);
    expect(blue.filter((k) => k.dash).length).toBe(2);
    expect(s.texts.map((t) => t.text)).toEqual(expect.arrayContaining(["10^2", "residual / σ", "Energy (keV)", "na", "b1"]));
  });

  it("breaks the curve where the noticed bins do not touch", () => {
    const s = new Recorder();
    drawSpectrum(s, input({ components: false }), LIGHT);
    const curve = s.strokes.filter((k) => k.color === deeper(LIGHT, unitColor(LIGHT, 0, 0)) && !k.dash && k.lines > 25);
    expect(curve.map((k) => k.moves)).toContain(2);
  });

  it("dots a preview, draws an exact curve solid", () => {
    const { spectrum } = frames();
    expect(modelDash(spectrum)).toBeUndefined();
    expect(modelDash({ ...spectrum, preview: true })).toBeDefined();
    expect(modelDash({ ...spectrum, exact: false })).toBeDefined();
  });

  it("survives what data can be: nothing, zeros, NaN, negative counts, linear axes", () => {
    const nasty = input();
    for (const unit of nasty.frame.units) {
      unit.data.fill(-1, 0, 20);
      unit.data.fill(NaN, 20, 30);
      unit.model.fill(0, 5, 10);
      unit.resid.fill(NaN, 0, 5);
    }
    for (const logy of [true, false]) for (const logx of [true, false]) drawSpectrum(new Recorder(), { ...nasty, logx, logy }, LIGHT);
    for (const unit of nasty.frame.units) { unit.data.fill(NaN); unit.model.fill(NaN); unit.used.fill(0); }
    drawSpectrum(new Recorder(), nasty, LIGHT);
    drawSpectrum(new Recorder(), { ...nasty, hidden: new Set(["na", "b1"]) }, LIGHT);
  });

  it.each([["above", 1e9], ["below", 1e-12]] as const)("has an arrow to a model that lies %s the picture", (side, factor) => {
    const far = input();
    for (const unit of far.frame.units) for (let i = 0; i < unit.n; i++) unit.model[i] *= factor;
    const s = new Recorder();
    drawSpectrum(s, far, LIGHT);
    expect(s.texts.map((t) => t.text)).toContain(`the model lies ${side}`);
    const near = new Recorder();
    drawSpectrum(near, input(), LIGHT);
    expect(near.texts.some((t) => t.text.startsWith("the model lies"))).toBe(false);
  });

  it("finds the bin and the bracket under the pointer", () => {
    const scene = input();
    const at = layout(scene);
    const x = at.x.px(100);
    const found = hit(scene, at, x, at.y.px(40))!;
    expect(found.unit.lo[found.bin]).toBeLessThanOrEqual(100);
    expect(found.unit.hi[found.bin]).toBeGreaterThan(100);
    const lane = at.lanes[0];
    expect(bracketAt(at, at.x.px(33) + 3, lane.y + 4)).toMatchObject({ window: 0, end: 1 });
    expect(bracketAt(at, at.x.px(100), lane.y + 4)).toBeNull();
  });

  it("exports the same text twice, with no address but the namespace", () => {
    const picture = () => svgText({ name: "s", title: "a < b", width: 640, height: 420, theme: LIGHT, draw: (s) => void drawSpectrum(s, input({ legend: true }), LIGHT) });
    const text = picture();
    expect(text).toBe(picture());
    expect(text).toContain("<title>a &lt; b</title>");
    expect(text.match(/https?:/g)).toEqual(["http:"]);
    expect(text).not.toContain("NaN");
  });

  it("is a sentence for those who do not see it", () => {
    const { view, spectrum } = frames();
    expect(altText(view, spectrum)).toMatch(/na: 10\.0 to 900 keV in 18 bins, largest residual .* pgstat is \d+/);
  });
});

describe("corner", () => {
  it("draws a triangle: p marginals, p(p−1)/2 pairs, titles of every parameter", () => {
    const { corner } = frames();
    const s = new Recorder();
    drawCorner(s, { frame: corner, shown: corner.labels.map((_, i) => i), width: 500, height: 500 }, LIGHT);
    expect(s.images).toBe(6);
    expect(s.texts.filter((t) => t.text.startsWith("+")).length).toBe(4);
  });

  it("shows one parameter, and pairs in any order", () => {
    const { corner } = frames();
    drawCorner(new Recorder(), { frame: corner, shown: [2], width: 300, height: 300 }, LIGHT);
    const s = new Recorder();
    drawCorner(s, { frame: corner, shown: [3, 0], width: 300, height: 300 }, LIGHT);
    expect(s.images).toBe(1);
  });

  it("measures correlation and prefers the correlated", () => {
    const diagonal = Uint8Array.from({ length: 16 }, (_, k) => (Math.floor(k / 4) === k % 4 ? 255 : 0));
    expect(correlation(diagonal, 4)).toBeCloseTo(1);
    const { corner } = frames();
    expect(shownParameters(corner, null).length).toBe(4);
    expect(shownParameters(corner, [corner.pids[1]])).toEqual([1]);
    expect(shownParameters(corner, [corner.pids[3], -1, corner.pids[0]])).toEqual([3, 0]); // in the order they were put in
    expect(shownParameters(corner, [-1]).length).toBe(4);
  });
});
