// Walking along the degeneracy: previews on the way, one action when one lets go, nothing when one breaks it off.
import { afterEach, describe, expect, it } from "vitest";
import { press, show, tick, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const handle = (s: Shown) => s.one(".sl-walk input") as HTMLInputElement;
const value = (s: Shown, pid: number) => s.one(`tr[data-pid="${pid}"] .sl-value`).textContent;

function slide(s: Shown, to: number): void {
  handle(s).value = String(to);
  handle(s).dispatchEvent(new InputEvent("input", { bubbles: true }));
}
const point = (s: Shown, type: string) => handle(s).dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0 }));

describe("the handle on the degeneracy", () => {
  it("says in words what moves together", async () => {
    const s = (open = await show({ panels: ["params"] }));
    expect(s.one(".sl-walk-words").textContent).toContain("α ↑log A ↓log Ep ↓");
    expect(handle(s).getAttribute("aria-label")).toBe("Along the degeneracy: α up, log A down, log Ep down");
  });

  it("is not there where Python knows of none", async () => {
    const s = (open = await show({ panels: ["params"] }, { view: { degeneracy: null } }));
    expect(s.el.querySelector(".sl-walk")).toBeNull();
  });

  it("previews all that moves and acts once when let go", async () => {
    const s = (open = await show({ panels: ["params", "spectrum"] }, { plays: ["walk"] }));
    point(s, "pointerdown");
    for (const to of [0.5, 1, 2]) slide(s, to);
    await until(() => value(s, 1) === "−1.6262" && value(s, 3) === "1.4785");
    expect(s.one(".sl-walk-at").textContent).toBe("+2.00 σ");
    expect(s.actions("walk").length).toBe(0);
    expect(s.model.sent.filter((m) => m.type === "walk").length).toBeLessThanOrEqual(2);
    point(s, "pointerup");
    expect(s.actions("walk")).toEqual([{ to: 2 }]);
    await until(() => Number(handle(s).value) === 2);
    await tick(20);
    expect(s.actions("walk").length).toBe(1);
  });

  it("does nothing on a mere touch, and takes a walk back on Escape", async () => {
    const s = (open = await show({ panels: ["params", "spectrum"] }, { plays: ["walk"] }));
    point(s, "pointerdown");
    point(s, "pointerup");
    slide(s, 1);
    await until(() => value(s, 1) === "−1.6501");
    press(handle(s), "Escape");
    await until(() => value(s, 1) === "−1.674");
    expect([s.actions("walk").length, s.one(".sl-walk-at").textContent]).toEqual([0, "0.00 σ"]);
  });

  it("acts when the keys rest, and shows a refusal in place", async () => {
    const s = (open = await show({ panels: ["params"] }, { plays: ["walk too far"] }));
    slide(s, 0.5);
    slide(s, 1);
    await until(() => s.actions("walk").length === 1);
    expect(s.actions("walk")).toEqual([{ to: 1 }]);
    handle(s).max = "99";
    slide(s, 99);
    press(handle(s), "Enter");
    await until(() => s.el.querySelector(".sl-walk [role=alert]") !== null);
  });
});
