// A page without a kernel: the predictor follows exact tables, and the model answers its panels.
import { afterEach, describe, expect, it } from "vitest";
import lab from "../src/index";
import { bytes, FrozenModel, lnRatio, type FrozenPage } from "../src/state/frozen";
import { Predictor, stencil, type PredictorHeader } from "../src/state/predictor";
import { openingView } from "../dev/recorded";
import { tick, until } from "./helpers";

const N = 5;
const NODES = 9;
const RATIOS = 41;
const RATIO = 5;
const DATA = [3, 9, 27, 81, 12];
const residual = (data: number, model: number) => data - model;

/** Curves `2 exp(a) e^(-c/ exp(b))` on sliders a, b in [-1, 1], residuals `data - model`. */
const curve = (a: number, b: number, c: number) => 2 * Math.exp(a - c / Math.exp(b));
function tables(): { header: PredictorHeader; table: Float32Array } {
  const out: number[] = [];
  for (const axis of [0, 1]) {
    for (let k = 0; k < NODES; k++) {
      const v = -1 + (2 * k) / (NODES - 1);
      for (let c = 0; c < N; c++) out.push(Math.log(curve(axis ? 0 : v, axis ? v : 0, c) / curve(0, 0, c)));
    }
  }
  for (let q = 0; q < RATIOS; q++) for (let c = 0; c < N; c++) out.push(residual(DATA[c], curve(0, 0, c) * Math.exp(-RATIO + (2 * RATIO * q) / (RATIOS - 1))));
  const stat = 7 + DATA.reduce((sum, d, c) => sum + residual(d, curve(0, 0, c)) ** 2, 0);
  const axes = [1, 2].map((pid) => ({ pid, lo: -1, hi: 1, log: false, value: 0 }));
  return { header: { nodes: NODES, axes, units: [{ n: N, terms: 0, weight: 1, residual: true }], ratio: RATIO, ratios: RATIOS, stat }, table: Float32Array.from(out) };
}

describe("predictor", () => {
  it("interpolates cubics exactly, ends included, and holds still outside", () => {
    const cubic = (x: number) => 1 - 2 * x + 0.5 * x ** 2 + 0.1 * x ** 3;
    const read = (at: number) => { const { first, weights } = stencil(at, 8); return weights.reduce((s, w, i) => s + w * cubic(first + i), 0); };
    for (const at of [0, 0.3, 1, 3.7, 6.9, 7]) expect(read(at)).toBeCloseTo(cubic(at), 9);
    expect(read(-4)).toBeCloseTo(cubic(0), 9);
    expect(read(40)).toBeCloseTo(cubic(7), 9);
    expect(stencil(0.5, 3).weights.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  });

  it("follows sliders apart and together, with residuals and statistic", () => {
    const { header, table } = tables();
    const p = new Predictor(header, table);
    for (const [a, b] of [[0.37, 0], [0, -0.41], [0.37, 0.22]]) {
      const shift = p.shift(new Map([[1, a], [2, b]]));
      const resid = p.residual(0, shift)!;
      let stat = 7;
      for (let c = 0; c < N; c++) {
        expect(shift[c]).toBeCloseTo(Math.log(curve(a, b, c) / curve(0, 0, c)), 2);
        expect(Math.abs(resid[c] - residual(DATA[c], curve(a, b, c)))).toBeLessThan(0.02);
        stat += residual(DATA[c], curve(a, b, c)) ** 2;
      }
      const before = DATA.map((d, c) => residual(d, curve(0, 0, c)));
      expect(Math.abs(p.stat([before], [resid])! - stat)).toBeLessThan(2);
    }
    expect([...p.shift(new Map())]).toEqual([0, 0, 0, 0, 0]);
  });

  it("does not guess a statistic that no table gives", () => {
    const { header, table } = tables();
    const p = new Predictor({ ...header, units: [{ ...header.units[0], residual: false }] }, table);
    expect(p.residual(0, [0, 0, 0, 0, 0])).toBeNull();
    expect(p.stat([[1]], [null])).toBeNull();
  });

  it("refuses a table that is too short", () => {
    const { header, table } = tables();
    expect(() => new Predictor(header, table.subarray(3))).toThrow(/promises/);
  });

  it("knows what grows where single precision knows only zero", () => {
    expect([...lnRatio([[0, 2]], [[-3, 1]], 2)]).toEqual([-3, 1]);
    expect(lnRatio([[1], [3]], [[Math.log(2)], [0]], 1)[0]).toBeCloseTo(Math.log(5 / 4), 9);
  });
});

const base64 = (a: Float32Array) => btoa(String.fromCharCode(...new Uint8Array(a.buffer)));

function page(): FrozenPage {
  const view = openingView();
  const { header, table } = tables();
  const fields = ["lo", "hi", "data", "err", "model", "resid", "used"];
  const model = DATA.map((_, c) => curve(0, 0, c));
  const columns = [[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], DATA, DATA.map(() => 1), model, DATA.map((d, c) => residual(d, model[c])), DATA.map(() => 1)];
  const rows = view.params.rows.map((row, i) => ({ ...row, value: i < 2 ? 0 : row.value, slider: i < 2 ? { lo: -1, hi: 1, log: false } : row.slider, ...(i < 2 ? {} : { fixed: "held here" }) }));
  return {
    panels: ["spectrum", "params", "fit", "history", "python"], height: 0, script: "# the shortest way",
    view: { ...view, params: { rows, families: [] }, engines: view.engines.map((e) => ({ ...e, enabled: false, why: "no kernel" })), frozen: { text: "frozen", why: "This page has no kernel." }, messages: [{ id: -1, level: "info", text: "Frozen page." }], undo: { can: false, label: "" }, redo: { can: false, label: "" } },
    spectrum: { header: { type: "spectrum", rev: view.rev, seq: 1, preview: false, exact: true, units: [{ name: "n6", color: 0, n: N, fields, components: [] }], xlabel: "E", ylabel: "y", stat: "100" }, buffers: [base64(Float32Array.from(columns.flat()))] },
    corner: null, predictor: { header, buffers: [base64(table)] },
  };
}

describe("frozen page", () => {
  const open: (() => void)[] = [];
  afterEach(() => { for (const close of open.splice(0)) close(); document.body.innerHTML = ""; });

  async function shown() {
    const model = new FrozenModel(page());
    const el = document.createElement("div");
    document.body.append(el);
    const heard: { type: string; [key: string]: unknown }[] = [];
    model.on("msg:custom", ((m: never) => heard.push(m)) as (...args: never[]) => void);
    open.push(lab.initialize({ model }), lab.render({ model, el }));
    await until(() => el.querySelector(".sl-panel-params tr[data-pid]") !== null);
    const last = (type: string) => heard.filter((m) => m.type === type).at(-1)!;
    return { model, el, last };
  }

  it("shows its panels, says what it is, and disables what needs a kernel, with the reason", async () => {
    const { el } = await shown();
    expect(el.querySelector(".sl-messages")!.textContent).toContain("Frozen page.");
    expect(el.querySelector(".sl-header")!.textContent).toContain("frozen, approximate");
    for (const selector of [".sl-switch", ".sl-panel-fit .sl-primary", ".sl-freeze", ".sl-prior", ".sl-history-tools .sl-button"]) {
      const button = el.querySelector<HTMLButtonElement>(selector);
      if (!button && selector.includes("history")) continue;
      expect(button!.disabled, selector).toBe(true);
      expect(button!.title, selector).toMatch(/no kernel/);
    }
    expect(el.querySelector(".sl-engine select")!.textContent).not.toContain("not available"); // the reason stands below it
    expect(el.querySelector('tr[data-pid="3"] [role=slider]')!.getAttribute("title")).toBe("held here");
  });

  it("follows a slider, marks it as approximate, and takes it back", async () => {
    const { model, el, last } = await shown();
    model.send({ type: "drag", pid: 1, value: 0.5, seq: 4 });
    await tick(5);
    expect(last("spectrum")).toMatchObject({ preview: true, exact: false, seq: 4 });
    model.send({ type: "action", id: 77, name: "set_value", args: { pid: 1, value: 0.5 } });
    await until(() => el.querySelector(".sl-stat-value")!.textContent!.startsWith("~"));
    expect(last("reply")).toMatchObject({ id: 77, ok: true });
    expect(last("spectrum")).toMatchObject({ preview: false, exact: false });
    await until(() => el.querySelector('tr[data-pid="1"] .sl-value')!.textContent === "0.500");
    el.querySelector<HTMLButtonElement>('.sl-header [title^="Undo"]')!.click();
    await until(() => !el.querySelector(".sl-stat-value")!.textContent!.startsWith("~"));
    expect(last("spectrum")).toMatchObject({ exact: true, stat: "100" });
  });

  it("answers everything else with the reason, and keeps the script", async () => {
    const { model, last } = await shown();
    for (const [name, args] of [["freeze", { pids: [1] }], ["fit", {}], ["set_value", { pid: 3, value: 1 }], ["set_value", { pid: 1, value: "300 keV" }], ["notice", {}]] as const) {
      model.send({ type: "action", id: 5, name, args });
      await tick(2);
      expect(last("reply")).toMatchObject({ ok: false });
      expect((last("reply").error as { message: string }).message).toContain("no kernel");
    }
    model.send({ type: "action", id: 6, name: "script", args: {} });
    await tick(2);
    expect(last("reply")).toMatchObject({ ok: true, text: "# the shortest way" });
    model.send({ type: "action", id: 7, name: "dismiss", args: { message: -1 } });
    await tick(2);
    expect((last("view") as unknown as { messages: unknown[] }).messages).toEqual([]);
  });

  it("reads base64", () => {
    expect([...bytes(btoa("\x00\x01\xff"))]).toEqual([0, 1, 255]);
  });
});
