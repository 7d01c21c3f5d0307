// Handles on a drawn prior: places and arguments, one action when let go, previews on the way, keys.
import { afterEach, describe, expect, it } from "vitest";
import { argumentAt, pulled, spanAt, spanFraction, within } from "../src/state/handles";
import { densitySpan, drawDensity } from "../src/plot/density";
import { LIGHT } from "../src/plot/theme";
import type { PriorHandle } from "../src/state/protocol";
import { openingView } from "../dev/recorded";
import { press, Recorder, show, until } from "./helpers";

const handle = (more: Partial<PriorHandle> = {}): PriorHandle => ({ arg: 0, name: "min", role: "low", at: 1, zero: 0, unit: 1, log: false, least: null, most: null, ...more });

describe("places", () => {
  it.each([{ lo: -2, hi: 6, log: false }, { lo: 0.01, hi: 100, log: true }])("go to fractions of the axis and back, also beyond it", (span) => {
    for (const f of [-0.4, 0, 0.3, 1, 1.5]) expect(spanFraction(spanAt(f, span), span)).toBeCloseTo(f, 12);
  });

  it("become arguments by zero, unit and logarithm, with the digits a pixel shows", () => {
    expect(argumentAt(handle(), 1.23456, 0.02)).toBe(1.23);
    expect(argumentAt(handle({ zero: 3, unit: 0.5 }), 4.01, 0.02)).toBe(2.02);
    expect(argumentAt(handle({ zero: 0, unit: 2, log: true }), 2 * Math.exp(0.7), 0.02)).toBeCloseTo(0.7, 2);
  });

  it("stay within their limits", () => {
    expect(within(9, handle({ least: 0, most: 2 }))).toBe(2);
    expect(within(-9, handle({ least: 0, most: null }))).toBe(0);
  });

  it("write out what the text left at its default", () => {
    const truncnorm = openingView().params.families.find((f) => f.name === "truncnorm")!;
    expect(pulled({ family: "truncnorm", args: ["1", "0.5"] }, truncnorm, handle({ arg: 3 }), 2.5, 0.1).args).toEqual(["1", "0.5", "0", "2.5"]);
  });

  it("give the axis air, in the logarithm too", () => {
    const span = densitySpan({ x: [], density: [], lo: 1, hi: 100, log: true, handles: [] });
    expect(span.lo * span.hi).toBeCloseTo(100);
    expect(span.lo).toBeLessThan(1);
  });
});

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

async function opened(...plays: string[]): Promise<Shown> {
  const width = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "clientWidth");
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 416 });
  const s = (open = await show({ panels: ["params"] }, { plays }));
  press(s.one('tr[data-pid="1"]'), "p");
  await until(() => s.el.querySelectorAll(".sl-grip").length === 2);
  if (width) Object.defineProperty(HTMLElement.prototype, "clientWidth", width);
  return s;
}

const grip = (s: Shown, role: string) => s.one(`.sl-grip-${role}`);
const at = (node: Element, type: string, clientX: number) => node.dispatchEvent(new PointerEvent(type, { clientX, button: 0, pointerId: 1, bubbles: true, cancelable: true }));
const fields = (s: Shown) => [...s.el.querySelectorAll<HTMLInputElement>(".sl-popover input")].map((f) => f.value);

describe("the popover", () => {
  it("previews while a handle is pulled and sets the prior once when it is let go", async () => {
    const s = await opened();
    const high = grip(s, "high");
    const x = parseFloat(high.style.left);
    at(high, "pointerdown", x);
    for (const d of [20, 40, 60]) at(high, "pointermove", x - d);
    await until(() => fields(s)[1] !== "2");
    expect(s.actions("set_prior").length).toBe(0);
    at(high, "pointerup", x - 60);
    await until(() => s.actions("set_prior").length === 1);
    const { prior } = s.actions("set_prior")[0] as { prior: string };
    expect(Number(prior.match(/^unif\(-2, (.*)\)$/)![1])).toBeCloseTo(2 - (60 * 4 * 1.12) / 400, 1);
    expect(s.el.querySelector(".sl-popover")).not.toBeNull();
  });

  it("takes a pull back on Escape, and stays open", async () => {
    const s = await opened();
    const low = grip(s, "low");
    at(low, "pointerdown", parseFloat(low.style.left));
    at(low, "pointermove", parseFloat(low.style.left) + 50);
    await until(() => fields(s)[0] !== "-2");
    press(low, "Escape");
    await until(() => fields(s)[0] === "-2");
    expect(s.actions("set_prior").length).toBe(0);
    expect(s.el.querySelector(".sl-popover")).not.toBeNull();
  });

  it("moves with the arrows, one action when they rest", async () => {
    const s = await opened();
    for (let i = 0; i < 3; i++) press(grip(s, "low"), "ArrowRight", { shiftKey: true });
    await until(() => fields(s)[0] !== "-2");
    expect(s.actions("set_prior").length).toBe(0);
    press(grip(s, "low"), "Enter");
    await until(() => s.actions("set_prior").length === 1);
    expect(Number(fields(s)[0])).toBeCloseTo(-2 + 3 * 0.1 * 4.48, 1);
    expect(grip(s, "low").getAttribute("aria-valuetext")).toMatch(/^min −0\.6/);
  });

  it("tells what the data said once a posterior is there, over the prior, and is silent before", async () => {
    const s = await opened("previews");
    expect(s.el.querySelector(".sl-learned")).toBeNull();
    s.model.send({ type: "action", id: 90, name: "set_previews", args: { previews: true } });
    await until(() => s.el.querySelector(".sl-learned") !== null);
    expect(s.one(".sl-learned").textContent).toMatch(/^posterior: .* bits/);
    expect(s.one(".sl-learned").title).toContain("information");
  });

  it("draws the posterior as a second hill, and widens the axis to show it", () => {
    const density = { x: [0, 1], density: [1, 1], lo: 0, hi: 1, log: false, handles: [] };
    const plain = new Recorder();
    drawDensity(plain, density, densitySpan(density), 0.5, 400, 140, LIGHT);
    const over = new Recorder();
    drawDensity(over, { ...density, posterior: { x: [0.4, 0.5, 0.6], density: [0, 3, 0], words: "", title: "" } }, densitySpan(density), 0.5, 400, 140, LIGHT);
    expect([plain.fills.length, over.fills.length]).toEqual([1, 2]);
    expect(over.fills[1]).toBe(LIGHT.units[1]);
  });
});
