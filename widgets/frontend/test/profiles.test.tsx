// Refit others: the switch, the curve that grows below a slider, and the one action when one lets go.
import { afterEach, describe, expect, it } from "vitest";
import { profilePaths } from "../src/panels/profile_curve";
import { press, show, tick, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const value = (s: Shown, pid: number) => s.one(`tr[data-pid="${pid}"] .sl-value`).textContent;
const curve = (s: Shown, pid: number) => s.el.querySelector(`tr[data-pid="${pid}"] .sl-profile`);

function pull(s: Shown, pid: number, type: string, fraction: number): void {
  const slider = s.one(`tr[data-pid="${pid}"] .sl-slider`);
  const track = s.one(`tr[data-pid="${pid}"] .sl-track`);
  track.getBoundingClientRect = () => ({ left: 0, width: 100 }) as DOMRect;
  slider.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0, clientX: 100 * fraction }));
}

async function on(): Promise<Shown> {
  const s = (open = await show({ panels: ["params", "spectrum"] }, { plays: ["refit"] }));
  const toggle = [...s.el.querySelectorAll<HTMLElement>(".sl-panel-params [role=switch]")].find((b) => b.textContent === "Refit others")!;
  toggle.click();
  await until(() => toggle.getAttribute("aria-checked") === "true");
  return s;
}

describe("refit others", () => {
  it("shows where the others go, and the curve as it grows", async () => {
    const s = await on();
    expect(s.actions("set_refit_others")).toEqual([{ on: true }]);
    expect(curve(s, 1)).toBeNull();
    const third = value(s, 3);
    pull(s, 1, "pointerdown", 0.45);
    await until(() => curve(s, 1) !== null && value(s, 3) !== third);
    const before = curve(s, 1)!.querySelector(".sl-profile-line")!.getAttribute("d");
    pull(s, 1, "pointermove", 0.5);
    await until(() => curve(s, 1)!.querySelector(".sl-profile-line")!.getAttribute("d") !== before);
    expect(curve(s, 1)!.querySelector("title")!.textContent).toContain("68.3 %: up to −");
    expect(curve(s, 2)).toBeNull();
    pull(s, 1, "pointerup", 0.5);
    await until(() => s.actions("set_refitted").length === 1);
    expect(s.actions("set_value")).toEqual([]);
    await until(() => s.el.querySelector(".sl-held") === null);
    expect(curve(s, 1)).not.toBeNull();
  });

  it("goes by keys, too, and leaves typed values alone", async () => {
    const s = await on();
    const row = s.one('tr[data-pid="1"]');
    row.focus();
    for (let i = 0; i < 4; i++) press(row, "ArrowRight");
    await until(() => s.actions("set_refitted").length > 0);
    expect(s.actions("set_refitted").length).toBe(1);
    s.one('tr[data-pid="1"] .sl-value').click();
    await tick();
    const field = s.one('tr[data-pid="1"] .sl-value-edit') as HTMLInputElement;
    field.value = "-0.8";
    press(field, "Enter");
    await until(() => s.actions("set_value").length === 1);
  });

  it("hides the curves when it is switched off", async () => {
    const s = await on();
    pull(s, 1, "pointerdown", 0.45);
    await until(() => curve(s, 1) !== null);
    pull(s, 1, "pointercancel", 0.45);
    expect(s.model.sent.at(-1)).not.toMatchObject({ type: "action" });
    expect(s.model.sent.some((m) => m.type === "scrub" && m.moment === null)).toBe(true);
    [...s.el.querySelectorAll<HTMLElement>(".sl-panel-params [role=switch]")].find((b) => b.textContent === "Refit others")!.click();
    await until(() => curve(s, 1) === null);
    pull(s, 1, "pointerdown", 0.5);
    pull(s, 1, "pointerup", 0.5);
    await until(() => s.actions("set_value").length === 1);
  });

  it("draws gaps as gaps, on linear and logarithmic sliders", () => {
    const made = profilePaths({ pid: 1, values: [1, 2, 3, 4], rises: [2, null, 0, 1], marks: [{ rise: 1, ends: [4] }], text: "" }, { lo: 0, hi: 4, log: false });
    expect(made.line).toBe("M25.00 16.3M75.00 24.0L100.00 20.2");
    expect(made.dots.match(/h0/g)!.length).toBe(3);
    expect(made.marks).toEqual([{ rise: 1, path: "M100.00 20.2V26" }]);
    const log = profilePaths({ pid: 1, values: [-1, 10], rises: [1, 0], marks: [], text: "" }, { lo: 1, hi: 100, log: true });
    expect(log.line).toBe("M50.00 24.0");
  });
});
