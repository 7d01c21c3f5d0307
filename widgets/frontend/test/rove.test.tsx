// Roving: a bar is one stop of Tab, the arrows go along it, and the parameters are a few stops from the top.
import { afterEach, describe, expect, it } from "vitest";
import { press, show, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

/** What Tab would stop at, in order. */
const stops = (s: Shown): HTMLElement[] => [...s.el.querySelectorAll<HTMLElement>("button, input, select, [tabindex]")].filter((node) => node.tabIndex >= 0 && !(node as HTMLButtonElement).disabled);

describe("stops of Tab", () => {
  it("are few before the parameters, and one a bar", async () => {
    const s = (open = await show());
    await until(() => stops(s).length > 3);
    const at = stops(s).findIndex((node) => node.matches("tr[data-pid]"));
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(10);
    for (const bar of s.el.querySelectorAll("[data-rove]")) {
      expect([...bar.querySelectorAll<HTMLButtonElement>("button, select")].filter((node) => !node.disabled && node.tabIndex === 0).length).toBeLessThanOrEqual(1);
    }
  });

  it("stay with the control that was used last, and leave one that is switched off", async () => {
    const s = (open = await show());
    const bar = s.one(".sl-panel-spectrum .sl-bar-tools");
    const [first, second] = bar.querySelectorAll("button");
    first.focus();
    press(first, "ArrowRight");
    expect([document.activeElement, second.tabIndex, first.tabIndex]).toEqual([second, 0, -1]);
    press(second, "End");
    expect((document.activeElement as HTMLElement).textContent).toBe("PNG");
    press(document.activeElement!, "ArrowRight");
    expect((document.activeElement as HTMLElement).textContent).toBe("PNG");
    press(document.activeElement!, "Home");
    expect(document.activeElement).toBe(first);
    (bar.querySelectorAll("button")[0] as HTMLButtonElement).disabled = true;
    await until(() => second.tabIndex === 0);
  });

  it("go up and down in the history", async () => {
    const s = (open = await show({ panels: ["history"] }));
    const rows = [...s.el.querySelectorAll(".sl-history li")];
    expect(rows.length).toBeGreaterThan(2);
    const button = (row: Element, k: number) => row.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")[k];
    button(rows[0], 0).focus();
    press(document.activeElement!, "ArrowRight");
    press(document.activeElement!, "ArrowDown");
    expect(document.activeElement).toBe(button(rows[1], 1));
    press(document.activeElement!, "ArrowUp");
    press(document.activeElement!, "ArrowUp");
    expect(document.activeElement).toBe(button(rows[0], 1));
    expect(stops(s).filter((node) => node.closest(".sl-history")).length).toBe(1);
  });
});
