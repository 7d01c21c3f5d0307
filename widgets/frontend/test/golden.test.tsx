// The panels on what Python really says: every scene is drawn whole, with Python's own texts.
import { describe, expect, it } from "vitest";
import lab from "../src/index";
import { openingFrames, openingView, RecordedModel } from "../dev/recorded";
import { cornerFrame, spectrumFrame } from "../src/state/frames";
import type { CornerMessage, LabView, SpectrumMessage } from "../src/state/protocol";
import { tick, until } from "./helpers";

const NAMES = ["start", "edited", "fitted", "lesson"] as const;

async function open(name: string, view: Partial<LabView> = {}) {
  const model = new RecordedModel({}, { scene: name, view });
  const el = document.createElement("div");
  document.body.append(el);
  const close = lab.initialize({ model });
  const remove = lab.render({ model, el });
  await until(() => el.querySelector(".sl-panel-spectrum canvas") !== null);
  return { view: model.view, model, el, close: () => { remove(); close(); el.remove(); } };
}

describe.each(NAMES)("the scene %s", (name) => {
  it("shows title, statistic and every row as Python says", async () => {
    const { view, el, close } = await open(name);
    expect(el.querySelector(".sl-heading h2")!.textContent).toBe(view.title);
    expect(el.querySelector(".sl-stat-value")!.textContent).toBe(view.stat.value);
    el.querySelectorAll<HTMLElement>(".sl-followers").forEach((button) => button.click());
    await tick();
    for (const row of view.params.rows.filter((r) => !r.hidden)) {
      const shown = el.querySelector(`tr[data-pid='${row.pid}']`)!;
      expect(shown.textContent!.replace(/−/g, "-")).toContain(row.tie ? row.tie.slice(0, 3) : row.text);
      if (row.error) expect(shown.textContent).toContain(row.error);
    }
    close();
  });

  it("has frames that hold what their headers promise", () => {
    for (const { header, buffers: parts } of openingFrames(name)) {
      if (header.type === "corner") expect(cornerFrame(header as unknown as CornerMessage, parts).marginals.length).toBe((header.labels as string[]).length);
      else for (const unit of spectrumFrame(header as unknown as SpectrumMessage, parts).units) expect(unit.lo.every((lo, i) => lo < unit.hi[i])).toBe(true);
    }
  });

  it("puts a refusal where the command was given", async () => {
    const { el, close } = await open(name);
    el.querySelector<HTMLButtonElement>(".sl-tools .sl-switch, .sl-tools button:not([disabled])")!.click();
    await until(() => el.textContent!.includes("Nobody recorded") || el.querySelector(".sl-help") !== null);
    close();
  });
});

describe("what only some scenes have", () => {
  it("offers a start and a fit where the model lies far from the data", async () => {
    const { model, el, close } = await open("start", { offer: { text: "The model gives 34 times the counts observed." } });
    const offer = el.querySelector(".sl-offer")!;
    expect(offer.textContent).toContain("34 times");
    for (const button of offer.querySelectorAll("button")) button.click();
    expect(model.sent.filter((m) => m.type === "action").map((m) => m.name)).toEqual(["guess", "fit"]);
    close();
  });

  it("writes an error with two sides as two, and says what the factors of the data are", async () => {
    const { params } = openingView("fitted");
    const rows = params.rows.map((row, i) => (i === 0 ? { ...row, text: "0.05", error: "+14 -0.05" } : row));
    const { el, close } = await open("fitted", { params: { ...params, rows } });
    expect([...el.querySelectorAll(".sl-sides span")].map((side) => side.textContent)).toEqual(["+14", "−0.05"]);
    expect(el.querySelector<HTMLElement>(".sl-fold")!.title).toContain("factor on the source exposure");
    close();
  });

  it("compares the runs of a fit, and lays one over the spectrum", async () => {
    const { view, el, close } = await open("fitted");
    expect(view.history).toHaveLength(3);
    expect(el.querySelector(".sl-panel-history")!.textContent).toContain(view.history[0].stat);
    expect(el.querySelector(".sl-panel-corner")!.textContent).toContain("draws");
    close();
  });

  it("hides the fits in a lesson", async () => {
    const { view, el, close } = await open("lesson");
    expect(view.engines.every((e) => !e.enabled)).toBe(true);
    expect(el.querySelector(".sl-lesson")!.textContent).toContain("Bend it.");
    close();
  });
});
