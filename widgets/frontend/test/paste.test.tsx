// Copy and paste in the parameter table: which rows are meant, what leaves, and where a refusal is shown.
import { afterEach, describe, expect, it } from "vitest";
import { copyText, isTable, pasteTarget } from "../src/panels/param_paste";
import { openingView } from "../dev/recorded";
import { press, show, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const row = (s: Shown, pid: number) => s.one(`tr[data-pid="${pid}"]`);

function clip(node: Element, kind: "paste" | "copy", text = ""): { event: Event; data: string } {
  const held = { data: text };
  const event = Object.assign(new Event(kind, { bubbles: true, cancelable: true }), {
    clipboardData: { getData: () => text, setData: (_type: string, value: string) => { held.data = value; } },
  });
  node.dispatchEvent(event);
  return { event, data: held.data };
}

describe("which rows", () => {
  const rows = openingView().params.rows;
  it("fills a selection in the order of the table", () => {
    expect(pasteTarget(rows, [4, 1, 3], 3)).toEqual({ pids: [1, 3, 4], down: false });
  });

  it("fills downwards from the row in hand, or from the only one selected", () => {
    expect(pasteTarget(rows, [], 5)).toEqual({ pids: [5, 6, 9, 10, 11], down: true });
    expect(pasteTarget(rows, [10], 10)).toEqual({ pids: [10, 11], down: true });
    expect(pasteTarget(rows, [1, 2], 10)).toEqual({ pids: [10, 11], down: true });
    expect(pasteTarget(rows, [], null)).toEqual({ pids: [], down: true });
  });

  it("copies names, and numbers where a name says nothing", () => {
    expect(copyText(rows, [1, 11])).toBe("cpl.alpha\t-1.67398\nb1.rf\t1.08764");
    const twice = rows.map((r) => (r.pid === 2 ? { ...r, name: "alpha" } : r));
    expect(copyText(twice, [1, 11])).toBe("par[1]\t-1.67398\nb1.rf\t1.08764");
  });

  it.each([["612\n", false], ["612 keV", false], ["1\n2", true], ["a\t1", true]])("tells a cell from a table: %j", (text, table) => {
    expect(isTable(text)).toBe(table);
  });
});

describe("the table", () => {
  it("hands the clipboard to Python as one action", async () => {
    const s = (open = await show({ panels: ["params"] }));
    row(s, 3).focus();
    const { event } = clip(row(s, 3), "paste", "1\r\n2\r\n");
    expect(event.defaultPrevented).toBe(true);
    expect(s.actions("paste")).toEqual([{ text: "1\r\n2\r\n", pids: [3, 11], down: true }]);
  });

  it("shows a refusal at the row it names, and takes it away with the next try", async () => {
    const s = (open = await show({ panels: ["params"] }, { plays: ["paste"] }));
    row(s, 1).focus();
    clip(row(s, 1), "paste", "0.5\nwarm");
    await until(() => s.el.querySelector(".sl-error-row") !== null);
    expect(row(s, 2).nextElementSibling!.textContent).toContain("line 2");
    clip(row(s, 1), "paste", "0.5");
    await until(() => s.el.querySelector(".sl-error-row") === null);
    await until(() => s.one(".sl-panel-params [role=status]").textContent!.startsWith("Pasted"));
    await until(() => s.el.querySelectorAll(".sl-flash").length === 1);
  });

  it("lets a field take one cell, and the table take more", async () => {
    const s = (open = await show({ panels: ["params"] }));
    press(row(s, 1), "Enter");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    expect(clip(s.one(".sl-value-edit"), "paste", "0.7\n").event.defaultPrevented).toBe(false);
    expect(clip(s.one(".sl-value-edit"), "paste", "0.7\n2.1\n").event.defaultPrevented).toBe(true);
    expect(s.actions("paste").length).toBe(1);
    expect(s.actions("set_value").length).toBe(0);
  });

  it("copies the row in hand", async () => {
    const s = (open = await show({ panels: ["params"] }));
    row(s, 11).focus();
    expect(clip(row(s, 11), "copy").data).toBe("b1.rf\t1.08764");
  });
});
