// While something is computed: what is shown says what it belongs to, and what is being done about it.
import { describe, expect, it } from "vitest";
import { activityTime } from "../src/ui/activity";
import { show, until } from "./helpers";

const busy = (posterior: number | null, curves: number | null = null, text = "computing tbabs*(pl+bb)", stop = "") => {
  const info = (text: string, seconds: number | null, stop: string) => (seconds === null ? null : { text, seconds, progress: 0.4, stop });
  return { type: "activity", curves: info(text, curves, stop), posterior: info("computing the posterior", posterior, "stop_preview") };
};

describe("while something is computed", () => {
  it("says what, for how long and how far", () => {
    expect(activityTime({ text: "computing pl", seconds: 3, progress: null, stop: "" }, 1.2)).toBe(" · 4 s");
    expect(activityTime({ text: "computing the posterior", seconds: 2, progress: 0.4, stop: "stop_preview" }, 0)).toBe(" · 2 s · 40 %");
  });

  it("puts a chip at the panel that waits, with a way to stop", async () => {
    const s = await show();
    s.model.deliver(busy(2, 5));
    await until(() => s.el.querySelector(".sl-panel-corner .sl-activity") !== null);
    expect(s.one(".sl-panel-spectrum .sl-activity").textContent).toContain("computing tbabs*(pl+bb) · 5 s");
    s.one(".sl-panel-corner .sl-activity button").click();
    await until(() => s.actions("stop_preview").length === 1);
    s.model.deliver(busy(null));
    await until(() => s.el.querySelector(".sl-activity") === null);
    s.close();
  });

  it("stops what a new model compiles, and only what can be stopped", async () => {
    const s = await show();
    s.model.deliver(busy(null, 5));
    await until(() => s.el.querySelector(".sl-panel-spectrum .sl-activity") !== null);
    expect(s.el.querySelector(".sl-activity button")).toBeNull();
    s.model.deliver(busy(null, 5, "compiling tbabs*(pl+bb)", "stop_search"));
    await until(() => s.el.querySelector(".sl-panel-spectrum .sl-activity button") !== null);
    s.one(".sl-panel-spectrum .sl-activity button").click();
    await until(() => s.actions("stop_search").length === 1);
    s.close();
  });

  it("does not say that there is no posterior where one is on the way", async () => {
    const s = await show({}, { scene: "start" });
    const told = (pending: boolean, text: string) => ({ ...s.model.view, rev: s.model.view.rev + 1, posterior: { current: false, pending, text, run: null, note: "", choices: [] } }) as unknown as Record<string, unknown>;
    s.model.deliver(told(true, ""));
    await until(() => s.one(".sl-panel-corner").textContent!.includes("is being computed"));
    expect(s.one(".sl-panel-corner").textContent).not.toContain("No posterior yet");
    s.model.deliver(told(false, "The preview was given up."));
    await until(() => s.one(".sl-panel-corner").textContent!.includes("No posterior yet"));
    s.close();
  });

  it("greys curves and statistic of an earlier set-up", async () => {
    const s = await show();
    const view = s.model.view;
    s.model.deliver({ ...view, rev: view.rev + 1, stat: { ...view.stat, exact: false } } as unknown as Record<string, unknown>);
    await until(() => s.el.querySelector(".sl-stat.sl-stale") !== null);
    expect(s.one(".sl-panel-spectrum .sl-plot").className).toContain("sl-stale");
    expect(s.one(".sl-panel-spectrum .sl-legend").textContent).toContain("of the set-up before");
    expect(s.one(".sl-stat-value").textContent).not.toContain("~");
    s.close();
  });

  it("greys a posterior of an earlier set-up, and shows no numbers of one that cannot be trusted", async () => {
    const s = await show();
    const view = s.model.view;
    s.model.deliver({ ...view, rev: view.rev + 1, posterior: { current: false, text: "Run a sampler." } } as unknown as Record<string, unknown>);
    await until(() => s.el.querySelector(".sl-corner.sl-stale") !== null);
    expect(s.one(".sl-panel-corner .sl-tag-old").textContent).toBe("of an earlier set-up");
    s.model.deliver({ ...view, rev: view.rev + 2, posterior: { current: false, text: "" }, fit: { ...view.fit, state: "running" } } as unknown as Record<string, unknown>);
    await until(() => s.el.querySelector(".sl-panel-fit .sl-danger") !== null);
    expect(s.one(".sl-corner").className).toContain("sl-stale"); // a fit that draws nothing does not make it current
    s.close();
  });

  it("says none of the sentences that were once told of another set-up", async () => {
    const s = await show();
    const view = s.model.view;
    const stat = { ...view.stat, value: "46.40", exact: false };
    s.model.deliver({ ...view, rev: view.rev + 1, stat, posterior: { current: false, text: "" } } as unknown as Record<string, unknown>);
    s.model.deliver(busy(2, 5));
    await until(() => s.el.querySelector(".sl-panel-corner .sl-activity") !== null);
    for (const sentence of ["model, exact", "~46.40", "No posterior yet", "milliseconds", "sharpen", "effort", "done, but"]) expect(s.el.textContent).not.toContain(sentence);
    expect(s.one(".sl-stat").textContent).toContain("46.40/ ");
    expect(s.one(".sl-stat").className).toContain("sl-stale");
    s.close();
  });
});
