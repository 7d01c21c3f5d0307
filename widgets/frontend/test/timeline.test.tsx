// Where one has been: looking back is a preview, restoring an action; curves of past runs over the spectrum.
import { afterEach, describe, expect, it } from "vitest";
import { laidOver } from "../src/panels/spectrum";
import { OVERLAY_DASH } from "../src/plot/marks";
import { drawSpectrum } from "../src/plot/spectrum_scene";
import { LIGHT } from "../src/plot/theme";
import { Lab } from "../src/state/lab";
import { openingView, RecordedModel } from "../dev/recorded";
import { press, Recorder, show, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const row = (s: Shown, pid: number) => s.one(`tr[data-pid="${pid}"]`);
const slider = (s: Shown) => s.one(".sl-scrub input") as HTMLInputElement;

async function walked(): Promise<Shown> {
  const s = (open = await show({ panels: ["params", "history", "spectrum"] }, { plays: ["timeline"] }));
  for (const value of [0.1, 0.2]) s.model.send({ type: "action", id: 90, name: "set_value", args: { pid: 1, value } });
  await until(() => s.el.querySelector(".sl-scrub") !== null && slider(s).max === "4");
  return s;
}

function slide(s: Shown, to: number): void {
  slider(s).value = String(to);
  slider(s).dispatchEvent(new InputEvent("input", { bubbles: true }));
}

describe("the slider over the history", () => {
  it("is not there before anything was done", async () => {
    const s = (open = await show({ panels: ["history"] }, { scene: "start" }));
    expect(s.el.querySelector(".sl-scrub")).toBeNull();
  });

  it("shows an earlier set-up on the plot and in the table, and comes back on Escape", async () => {
    const s = await walked();
    slide(s, 2);
    await until(() => row(s, 1).querySelector(".sl-value")!.textContent === "−1.674");
    expect(s.model.sent.filter((m) => m.type === "scrub").map((m) => m.moment)).toEqual(["start"]);
    expect(s.one(".sl-panel-spectrum").textContent).toContain("earlier set-up, not restored");
    expect(s.one(".sl-scrub").textContent).toContain("Restore");
    press(slider(s), "Escape");
    await until(() => row(s, 1).querySelector(".sl-value")!.textContent !== "−1.674");
    expect(s.model.sent.filter((m) => m.type === "scrub").at(-1)!.moment).toBeNull();
    expect(s.actions("revisit").length).toBe(0);
  });

  it("restores what is looked at as one action, and is then at the present again", async () => {
    const s = await walked();
    slide(s, 3);
    await until(() => s.el.querySelector(".sl-scrub.sl-away") !== null);
    press(slider(s), "Enter");
    expect(s.actions("revisit")).toEqual([{ moment: "line 0" }]);
    await until(() => slider(s).max === "5" && slider(s).value === "5");
    expect(s.el.querySelector(".sl-scrub.sl-away")).toBeNull();
  });

  it("lets go of the past when something is done meanwhile", async () => {
    const s = await walked();
    slide(s, 2);
    await until(() => s.el.querySelector(".sl-scrub.sl-away") !== null);
    press(row(s, 2), "f");
    await until(() => s.el.querySelector(".sl-scrub.sl-away") === null);
  });
});

describe("curves of past runs", () => {
  it("are asked for and taken away in the history and in the legend", async () => {
    const s = (open = await show({ panels: ["history", "spectrum"] }, { plays: ["overlay"] }));
    const toggle = s.el.querySelectorAll<HTMLElement>(".sl-history li")[1].querySelector<HTMLElement>('button[title^="Overlay"]')!;
    toggle.click();
    expect(s.actions("overlay")).toEqual([{ run: 2, on: true }]);
    await until(() => !!s.el.querySelector(".sl-legend")?.textContent!.includes("#2"));
    expect(s.el.querySelectorAll('.sl-history button[aria-pressed="true"][title^="Take its curve"]').length).toBe(1);
    [...s.el.querySelectorAll<HTMLElement>(".sl-legend button")].find((b) => b.textContent === "#2")!.click();
    await until(() => !s.one(".sl-legend").textContent!.includes("#2"));
    expect(s.actions("overlay").at(-1)).toEqual({ run: 2, on: false });
  });

  it("are drawn with dashes of their own, in the order of the runs", async () => {
    const model = new RecordedModel({}, { plays: ["overlay"] });
    const lab = new Lab(model);
    model.open();
    await lab.act("overlay", { run: 2, on: true });
    await until(() => lab.overlays.value.size === 1);
    const [frame] = lab.overlays.value.values();
    lab.overlays.value = new Map([3, 2, 1].map((run) => [run, { ...frame, run }]));
    lab.view.value = { ...lab.view.value!, history: openingView().history.map((h) => ({ ...h, overlaid: h.run !== 3 })) };
    expect(laidOver(lab).map((g) => [g.frame.run, g.place])).toEqual([[1, 0], [2, 1]]);
    const s = new Recorder();
    drawSpectrum(s, { frame: lab.spectrum.value!, ghost: null, overlays: laidOver(lab).map((g) => g.frame), brush: null, units: lab.view.value!.units, draft: new Map(), hidden: new Set(["b1"]), activeUnit: null, logx: true, logy: true, zoom: { x: null, y: null }, components: false, width: 640, height: 420, legend: false, caption: "" } as Parameters<typeof drawSpectrum>[1], LIGHT);
    expect(s.strokes.filter((k) => k.color === LIGHT.fg2 && k.dash).map((k) => k.dash!.join())).toEqual(OVERLAY_DASH.slice(0, 2).map((dash) => dash.join()));
    lab.close();
  });
});
