// While something is computed: what is shown says what it belongs to, and what is being done about it.
import { describe, expect, it } from "vitest";
import { activityText } from "../src/ui/activity";
import { show, until } from "./helpers";

const busy = (posterior: number | null, curves: number | null = null) => {
  const info = (text: string, seconds: number | null) => (seconds === null ? null : { text, seconds, progress: 0.4 });
  return { type: "activity", curves: info("computing tbabs*(pl+bb)", curves), posterior: info("computing the posterior", posterior) };
};

describe("while something is computed", () => {
  it("says what, for how long and how far", () => {
    expect(activityText({ text: "computing pl", seconds: 3, progress: null }, 1.2)).toBe("computing pl · 4 s");
    expect(activityText({ text: "computing the posterior", seconds: 2, progress: 0.4 }, 0)).toBe("computing the posterior · 2 s · 40 %");
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
