// Focus: what goes away hands the keyboard to what opened it, else to its panel; never to the page around.
import { afterEach, describe, expect, it } from "vitest";
import { press, show, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const button = (s: Shown, title: string): HTMLButtonElement => [...s.el.querySelectorAll("button")].find((b) => b.title.startsWith(title))!;

describe("focus", () => {
  it("comes back to the row that opened the model's form", async () => {
    const s = (open = await show());
    s.one('tr[data-pid="1"]').focus();
    press(s.one('tr[data-pid="1"]'), "M");
    await until(() => s.el.querySelector(".sl-model-popover") !== null);
    expect(document.activeElement).toBe(s.one(".sl-model-text"));
    press(s.one(".sl-model-text"), "Escape");
    await until(() => document.activeElement === s.one('tr[data-pid="1"]'));
  });

  it("comes back to the button that opened it", async () => {
    const s = (open = await show());
    s.one(".sl-model-button").focus();
    s.one(".sl-model-button").click();
    await until(() => s.el.querySelector(".sl-model-popover") !== null);
    button(s, "Close (Esc)").focus();
    button(s, "Close (Esc)").click();
    await until(() => document.activeElement === s.one(".sl-model-button"));
  });

  it("stays in the header when the last Undo is spent", async () => {
    const s = (open = await show({}, { plays: ["freeze 1"] }));
    press(s.one('tr[data-pid="1"]'), "f");
    const undo = s.one(".sl-header .sl-tools button") as HTMLButtonElement;
    await until(() => !undo.disabled);
    undo.focus();
    undo.click();
    await until(() => document.activeElement === s.one(".sl-header"));
  });

  it("is left alone where a person has put it", async () => {
    const s = (open = await show());
    const outside = document.body.appendChild(document.createElement("input"));
    s.one(".sl-model-button").focus();
    s.one(".sl-model-button").click();
    await until(() => s.el.querySelector(".sl-model-popover") !== null);
    outside.focus();
    outside.dispatchEvent(new Event("pointerdown", { bubbles: true, composed: true }));
    await until(() => s.el.querySelector(".sl-model-popover") === null);
    expect(document.activeElement).toBe(outside);
  });
});
