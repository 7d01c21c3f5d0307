// The fit's form and its status: what is sent when it is started, paused or stopped, and what is said meanwhile.
import { afterEach, describe, expect, it } from "vitest";
import { openingView } from "../dev/recorded";
import { press, show, tick, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
const start = async (...args: Parameters<typeof show>) => (open = await show(...args));
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const last = (s: Shown, name: string) => s.actions(name).at(-1);


describe("fit", () => {
  it("makes the form from the schema and sends what was filled in", async () => {
    const s = await start({ panels: ["fit"] }, { plays: ["sampler"] });
    const select = s.one(".sl-engine select") as HTMLSelectElement;
    select.value = "emcee";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => s.el.querySelectorAll(".sl-field").length === 6);
    const discard = s.el.querySelectorAll<HTMLInputElement>("input[type=number]")[1];
    discard.value = "500";
    discard.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await tick();
    s.one(".sl-primary").click();
    expect(last(s, "fit")).toEqual({ engine: "emcee", options: { steps: 1000, discard: 500, walkers: 0, seed: 450001 } });
    await until(() => s.el.querySelector(".sl-badge-running") !== null);
    s.model.pace = 40;
    s.one(".sl-danger").click();
    await until(() => s.one(".sl-badge").textContent === "stopping …");
    await until(() => s.el.querySelector(".sl-badge-stopped") !== null);
    expect(s.one("[aria-live]").textContent).toContain("Fit stopped");
  });

  it("offers presets, which fill their own fields and leave the others", async () => {
    const engines = openingView().engines.map((e) => (e.name === "fit" ? { ...e, presets: [] } : e));
    const s = await start({ panels: ["fit"] }, { view: { engines } });
    expect(s.el.querySelector("[aria-label=Preset]")).toBeNull();
    const select = s.one(".sl-engine select") as HTMLSelectElement;
    select.value = "emcee";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => s.el.querySelector("[aria-label=Preset]") !== null);
    const presets = () => [...s.el.querySelectorAll<HTMLElement>("[aria-label=Preset] button")];
    const pressed = () => presets().filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.textContent);
    const number = (i: number) => s.el.querySelectorAll<HTMLInputElement>("input[type=number]")[i];
    expect(pressed()).toEqual(["standard"]);
    number(2).value = "8";
    number(2).dispatchEvent(new InputEvent("input", { bubbles: true }));
    await tick();
    presets()[0].click();
    await until(() => pressed()[0] === "quick");
    expect([number(0).value, number(1).value, number(2).value]).toEqual(["300", "100", "8"]);
    presets()[2].click();
    await until(() => pressed()[0] === "publication");
    expect([number(0).value, number(1).value, number(2).value]).toEqual(["10000", "1000", "8"]);
    number(0).value = "5001";
    number(0).dispatchEvent(new InputEvent("input", { bubbles: true }));
    await until(() => pressed().length === 0);
    s.one(".sl-primary").click();
    expect(last(s, "fit")).toMatchObject({ engine: "emcee", options: { steps: 5001, discard: 1000, walkers: 8 } });
  });

  it("shows no green light for a run whose message warns", async () => {
    const s = (open = await show());
    s.model.deliver({ type: "progress", fit: { state: "done", engine: "emcee", progress: 1, message: "Finished, but the quality check warns.", doubt: true, elapsed: 1, eta: null, error: null, draft: false } });
    await until(() => s.el.querySelector(".sl-badge-doubt") !== null);
    expect(s.one(".sl-badge-doubt").textContent).toBe("doubtful");
    expect(s.one(".sl-fit-status").className).toContain("sl-fit-doubt");
  });

  it("pauses, goes on and stops, by button and by key", async () => {
    const s = await start({ panels: ["fit"] }, { plays: ["sampler"] });
    const select = s.one(".sl-engine select") as HTMLSelectElement;
    select.value = "emcee";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await tick();
    s.one(".sl-primary").click();
    await until(() => s.el.querySelector(".sl-badge-running") !== null);
    const pause = [...s.el.querySelectorAll<HTMLButtonElement>("button")].find((b) => b.textContent === "Pause")!;
    expect(pause.title).toContain("Shift P");
    pause.click();
    await until(() => s.el.querySelector(".sl-badge-paused") !== null);
    expect(s.one("[aria-live]").textContent).toBe("Fit paused");
    expect(s.one(".sl-fit-line").textContent).not.toContain("left");
    press(s.one(".sl-panel-fit"), "P", { shiftKey: true });
    await until(() => s.el.querySelector(".sl-badge-running") !== null);
    expect(s.actions("resume").length).toBe(1);
    press(s.one(".sl-panel-fit"), "P", { shiftKey: true });
    await until(() => s.el.querySelector(".sl-badge-paused") !== null);
    s.model.pace = 40;
    press(s.one(".sl-panel-fit"), "S", { shiftKey: true });
    await until(() => s.one(".sl-badge").textContent === "stopping …");
    await until(() => s.el.querySelector(".sl-badge-stopped") !== null);
  });

  it("says why a fit cannot be paused", async () => {
    const s = await start({ panels: ["fit"] });
    const pausing = { can: false, why: "It is over before a pause could begin." };
    s.model.deliver({ ...s.model.view, fit: { ...s.model.view.fit, state: "running", engine: "fit", pause: pausing } });
    await until(() => s.el.querySelector(".sl-badge-running") !== null);
    const pause = [...s.el.querySelectorAll<HTMLButtonElement>("button")].find((b) => b.textContent === "Pause")!;
    expect(pause.disabled).toBe(true);
    expect(pause.title).toContain("over before a pause could begin");
  });

  it("says why an engine cannot start", async () => {
    const engines = openingView().engines.map((e) => (e.name === "nested" ? { ...e, enabled: false, why: "The library libnested was not found on this machine." } : e));
    const s = await start({ panels: ["fit"] }, { view: { engines } });
    const select = s.one(".sl-engine select") as HTMLSelectElement;
    select.value = "nested";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => s.el.querySelector(".sl-warn") !== null);
    expect(s.one(".sl-warn").textContent).toContain("libnested was not found");
    expect((s.one(".sl-primary") as HTMLButtonElement).disabled).toBe(true);
  });
});
