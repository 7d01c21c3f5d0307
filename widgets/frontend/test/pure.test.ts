// Pure parts: keys, selection, sliders, windows, prior texts, labels.
import { describe, expect, it } from "vitest";
import { globalCommand, rowCommand } from "../src/state/keys";
import { joinPrior, splitPrior, switchFamily, glyphHeights } from "../src/state/priors";
import { fraction, rough, stepped, valueAt } from "../src/state/range";
import { clicked, extended, freezeTo, targets } from "../src/state/select";
import { gaps, ignored, noticed, parseWindows, printWindows, snap } from "../src/state/windows";
import { plain, tex, texUnit } from "../src/plot/tex";
import { headings } from "../src/panels/params";
import { brief, duration, printed } from "../src/state/format";
import { openingView } from "../dev/recorded";
import type { ParameterRow } from "../src/state/protocol";

const FAMILIES = openingView().params.families;
const firstRows = (): ParameterRow[] => structuredClone(openingView().params.rows);

describe("keys", () => {
  it("moves values by 1, 10 and 0.1 % of the slider", () => {
    expect(rowCommand({ key: "ArrowRight" })).toEqual({ do: "step", by: 0.01 });
    expect(rowCommand({ key: "ArrowLeft", shiftKey: true })).toEqual({ do: "step", by: -0.1 });
    expect(rowCommand({ key: "ArrowRight", altKey: true })).toEqual({ do: "step", by: 0.001 });
  });

  it.each([["f", "freeze"], ["F", "freeze"], ["l", "link"], ["u", "unlink"], ["p", "prior"], [" ", "select"], ["Escape", "escape"], ["/", "filter"]])("reads %s as %s", (key, command) => {
    expect(rowCommand({ key })).toEqual({ do: command });
  });

  it("starts typing with what was typed", () => {
    expect(rowCommand({ key: "=" })).toEqual({ do: "edit", start: "=" });
    expect(rowCommand({ key: "-" })).toEqual({ do: "edit", start: "-" });
    expect(rowCommand({ key: "7" })).toEqual({ do: "edit", start: "7" });
    expect(rowCommand({ key: "Enter" })).toEqual({ do: "edit", start: null });
  });

  it("leaves the browser's and JupyterLab's keys alone", () => {
    expect(rowCommand({ key: "f", ctrlKey: true })).toBeNull();
    expect(rowCommand({ key: "a" })).toBeNull();
    expect(globalCommand({ key: "z" })).toBeNull();
    expect(globalCommand({ key: "s", ctrlKey: true })).toBeNull();
    expect(globalCommand({ key: "p" })).toBeNull();
  });

  it("keeps Shift P and Shift S for the running fit, on a row of the table too", () => {
    expect(globalCommand({ key: "P", shiftKey: true })).toEqual({ do: "pause" });
    expect(globalCommand({ key: "S", shiftKey: true })).toEqual({ do: "stop" });
    expect(globalCommand({ key: "F", shiftKey: true })).toEqual({ do: "fit" });
    expect(rowCommand({ key: "F", shiftKey: true })).toBeNull(); // only f freezes
    expect(rowCommand({ key: "P", shiftKey: true })).toBeNull();
  });

  it("undoes and redoes", () => {
    expect(globalCommand({ key: "z", metaKey: true })).toEqual({ do: "undo" });
    expect(globalCommand({ key: "Z", ctrlKey: true, shiftKey: true })).toEqual({ do: "redo" });
    expect(globalCommand({ key: "y", ctrlKey: true })).toEqual({ do: "redo" });
  });
});

describe("selection", () => {
  const rows = firstRows();
  it("keeps the order: the first chosen is master", () => {
    expect(clicked([3], rows, 3, 1, { ctrlKey: true })).toEqual([3, 1]);
    expect(extended([], rows, 4, 2)).toEqual([4, 3, 2]);
    expect(clicked([2], rows, 2, 4, { shiftKey: true })).toEqual([2, 3, 4]);
  });

  it("takes a plain click as one row, and the same click as none", () => {
    expect(clicked([1, 2], rows, 1, 3, {})).toEqual([3]);
    expect(clicked([3], rows, 3, 3, {})).toEqual([]);
  });

  it("works on the selection, or on the row in hand when it is outside", () => {
    expect(targets([1, 2], 2)).toEqual([1, 2]);
    expect(targets([1, 2], 5)).toEqual([5]);
    expect(targets([1, 2], null)).toEqual([1, 2]);
  });

  it("freezes all as long as one is thawed", () => {
    const mixed = rows.map((r) => ({ ...r, frozen: r.pid === 1 }));
    expect(freezeTo(mixed, [1, 2])).toBe(true);
    expect(freezeTo(mixed, [1])).toBe(false);
  });
});

describe("sliders", () => {
  const line = { lo: -2, hi: 2, log: false };
  const log = { lo: 1, hi: 1000, log: true };
  it.each([[line, 0.25, -1], [log, 1 / 3, 10], [line, 7, 2], [log, -1, 1]])("%o at %f is %f", (range, f, value) => {
    expect(valueAt(f, range)).toBeCloseTo(value, 9);
  });

  it("is the inverse of itself to a tenth of a per mille", () => {
    for (const range of [line, log]) for (const f of [0, 0.1234, 0.5, 0.99, 1]) expect(fraction(valueAt(f, range), range)).toBeCloseTo(f, 3);
  });

  it("steps in the range's own measure and stays inside", () => {
    expect(stepped(0, 0.01, line)).toBeCloseTo(0.04, 9);
    expect(stepped(10, 1 / 3, log)).toBeCloseTo(100, 0);
    expect(stepped(1.99, 0.1, line)).toBe(2);
    expect(stepped(50, -0.01, line)).toBeCloseTo(1.96, 9);
  });

  it("has no opinion without a finite range", () => {
    expect(fraction(1, { lo: -Infinity, hi: 3, log: false })).toBeNaN();
    expect(stepped(1, 0.1, { lo: 0, hi: 0, log: false })).toBe(1);
  });

  it("shows a moving value without noise", () => {
    expect(valueAt(0.1 + 0.2, { lo: 0, hi: 1, log: false })).toBe(0.3);
    expect(rough(0.30000001, { lo: 0, hi: 1, log: false })).toBe("0.300");
  });
});

describe("notice windows", () => {
  it("unites and subtracts", () => {
    expect(noticed([[8, 30]], 25, 40)).toEqual([[8, 40]]);
    expect(ignored([[8, 900]], 33, 40)).toEqual([[8, 33], [40, 900]]);
    expect(ignored([[8, 30]], 1, 100)).toEqual([]);
    expect(gaps([[8, 33], [40, 900]], [5, 1000])).toEqual([[5, 8], [33, 40], [900, 1000]]);
  });

  it("notices after ignoring as if nothing had been", () => {
    expect(noticed(ignored([[8, 900]], 33, 40), 33, 40)).toEqual([[8, 900]]);
  });

  it("snaps to the nearest channel edge", () => {
    expect(snap(11, [8, 10, 15], [10, 15, 20])).toBe(10);
    expect(snap(19, [8, 10, 15], [10, 15, 20])).toBe(20);
  });

  it.each([["8-30, 40-900", [[8, 30], [40, 900]]], ["0.3 – 1e1", [[0.3, 10]]], ["", []], ["30-8", null], ["all", null], ["8-30-40", null]])("reads “%s”", (text, windows) => {
    expect(parseWindows(text)).toEqual(windows);
  });

  it("prints what it reads", () => {
    expect(parseWindows(printWindows([[8.5, 33], [40, 905.24]]))).toEqual([[8.5, 33], [40, 905.2]]);
  });
});

describe("prior texts", () => {
  it("takes them apart and together", () => {
    expect(splitPrior("unif(-2, 2)")).toEqual({ family: "unif", args: ["-2", "2"] });
    expect(splitPrior("norm(mean=0, std=1e-3)")).toEqual({ family: "norm", args: ["0", "1e-3"] });
    expect(splitPrior("flat")).toEqual({ family: "", args: [] });
    expect(joinPrior(splitPrior("unif(-2,2)"))).toBe("unif(-2, 2)");
  });

  it("keeps arguments of the same name when the family changes", () => {
    const family = (name: string) => FAMILIES.find((f) => f.name === name)!;
    expect(switchFamily({ family: "norm", args: ["5", "3"] }, family("norm"), family("truncnorm")).args).toEqual(["", "", "5", "3"]);
    const row = firstRows()[0];
    const args = switchFamily({ family: "", args: [] }, undefined, family("norm"), row).args;
    expect(args).toEqual(["-1.674", "0.4"]); // at the value, a tenth of the slider wide
  });

  it("draws the glyph over the slider, zero outside the support", () => {
    const row = { ...firstRows()[0], slider: { lo: 0, hi: 4, log: false } };
    const heights = glyphHeights(row, { x: [0, 2], density: [1, 1], lo: 0, hi: 2, log: false, handles: [] }, 4);
    expect(heights).toEqual([1, 1, 0, 0]);
  });
});

describe("labels", () => {
  it("knows Greek, powers and indices", () => {
    expect(tex("\\log E_{\\rm p}")).toEqual([{ text: "log E", shift: 0 }, { text: "p", shift: -1 }]);
    expect(plain("\\alpha")).toBe("α");
    expect(tex("10^{-3}").at(-1)).toEqual({ text: "−3", shift: 1 });
  });

  it("leaves names and unknown commands as written", () => {
    expect(plain("sigma_scale")).toBe("sigma_scale");
    expect(plain("\\frobnicate x")).toBe("\\frobnicatex");
  });

  it("raises the powers of units", () => {
    expect(texUnit("ph cm^-2 s-1").filter((r) => r.shift === 1).map((r) => r.text)).toEqual(["−2", "−1"]);
    expect(texUnit("keV")).toEqual([{ text: "keV", shift: 0 }]);
  });
});

describe("headings", () => {
  it("begin with each component, and again where a second pair repeats it", () => {
    const [a, b, c] = firstRows();
    expect(headings([a, b, c, { ...a, pid: 4 }, { ...b, pid: 5 }])).toEqual([true, false, false, true, false]);
    expect(headings(firstRows().slice(2, 5))).toEqual([true, true, false]);
  });
});

describe("numbers of the interface", () => {
  it.each([["-1.5e-12", "−1.5×10⁻¹²"], ["1.50952e+07", "1.50952×10⁷"], ["cpl2e3 -4", "cpl2e3 −4"], ["+14 -0.05", "+14 −0.05"]])("prints %s", (text, shown) => {
    expect(printed(text)).toBe(shown);
  });

  it.each([[30000, "30000"], [1234.5, "1230"], [10, "10.0"], [-0.00012, "−1.20×10⁻⁴"], [250000, "2.50×10⁵"], [NaN, "–"]])("reads %f off a plot as %s", (value, text) => {
    expect(brief(value)).toBe(text);
  });

  it.each([[0.01, "< 0.1 s"], [0.44, "0.4 s"], [42, "42 s"], [125, "2 min 05 s"], [7260, "2 h 01 min"], [null, ""]])("%s seconds", (s, text) => {
    expect(duration(s as number)).toBe(text);
  });
});
