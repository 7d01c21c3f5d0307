// Another model: what a word may mean, what picking makes of the expression, and one action when it is used.
import { afterEach, describe, expect, it } from "vitest";
import { answerTo, openingView } from "../dev/recorded";
import { fragment, picked, suggestions } from "../src/state/models";
import type { ComponentInfo, LabView } from "../src/state/protocol";
import { press, show, tick, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const COMPONENTS = answerTo("components").components as ComponentInfo[];
const by = (name: string) => COMPONENTS.find((c) => c.name === name)!;
const after = (text: string, name: string) => picked(text, by(name), COMPONENTS);

describe("an expression", () => {
  it("ends in an unfinished word, or in none", () => {
    expect(["", "tb", "tbabs*gau", "tbabs*pl", "tbabs*PL", "pl+", "2*pl + gaussi", "tbabs*(pl)"].map((t) => fragment(t, COMPONENTS))).toEqual(["", "tb", "gau", "", "", "", "gaussi", ""]);
  });

  it("is completed, added to, multiplied, or put inside", () => {
    expect(after("", "pl")).toBe("pl");
    expect(after("tb", "tbabs")).toBe("tbabs");
    expect(after("tbabs*(pl + gau", "gauss")).toBe("tbabs*(pl + gauss");
    expect(after("pl", "gauss")).toBe("pl + gauss");
    expect(after("pl", "tbabs")).toBe("tbabs*pl");
    expect(after("pl + bb", "tbabs")).toBe("tbabs*(pl + bb)");
    expect(after("tbabs*(pl + bb)", "tbabs")).toBe("tbabs*tbabs*(pl + bb)");
    expect(["tbabs*pl", "tbabs*(pl + bb)", "tbabs*pl + bb", "tbabs", "2*pl", "gsmooth(pl)"].map((text) => after(text, "gauss"))).toEqual([
      "tbabs*(pl + gauss)", "tbabs*(pl + bb + gauss)", "tbabs*pl + bb + gauss", "tbabs*gauss", "2*pl + gauss", "gsmooth(pl) + gauss",
    ]);
    expect(after("pl +", "bb")).toBe("pl +bb");
    expect(after("pl", "gsmooth")).toBe("gsmooth(pl)");
  });

  it("suggests what begins with the word, then what speaks of it", () => {
    const names = (text: string) => suggestions(text, COMPONENTS).map((c) => c.name);
    expect(names("pl + powe")[0]).toBe("pl");
    expect(names("pl + powe")).toContain("cpl");
    expect(names("gau").slice(0, 2)).toEqual(["gauss", "gsmooth"]);
    expect(names("pl").length).toBe(COMPONENTS.length);
    expect(names("xyz")).toEqual([]);
  });
});

const hint = (more: Partial<NonNullable<LabView["hint"]>>): LabView["hint"] => ({ ...openingView().hint!, title: "by chance", lo: 55, hi: 65, ...more });

describe("a hint from the residuals", () => {
  it("is said below the spectrum, and taken by one action", async () => {
    const s = (open = await show({ panels: ["spectrum"] }, {
      view: { hint: hint({ text: "A bump near 60 keV: 5 neighbours pull by +5.1 σ together", excess: 0.3, line: true }) },
    }));
    await until(() => s.el.querySelector(".sl-bump") !== null);
    expect(s.one(".sl-bump").textContent).toContain("5 neighbours pull");
    [...s.el.querySelectorAll<HTMLButtonElement>(".sl-bump button")].find((b) => b.textContent === "Try a line")!.click();
    expect(s.actions("add_line")).toEqual([{ unit: "na", lo: 55, hi: 65, excess: 0.3 }]);
    s.model.deliver({ ...s.model.view, hint: null });
    await until(() => s.el.querySelector(".sl-bump") === null);
  });

  it("offers no line where none can stand", async () => {
    const s = (open = await show({ panels: ["spectrum"] }, { view: { hint: hint({ text: "A dip near 60 keV", excess: -0.3, line: false }) } }));
    await until(() => s.el.querySelector(".sl-bump") !== null);
    expect(s.one(".sl-bump").textContent).not.toContain("Try a line");
  });
});

describe("the popover on the model", () => {
  const field = (s: Shown) => s.one(".sl-model-text") as HTMLInputElement;
  const begin = async () => {
    const s = (open = await show({ panels: ["params"] }, { plays: ["model"] }));
    (s.one(".sl-model-button") as HTMLButtonElement).click();
    await until(() => s.el.querySelectorAll(".sl-picks button").length === COMPONENTS.length);
    return s;
  };
  const type = async (s: Shown, text: string) => {
    field(s).value = text;
    field(s).dispatchEvent(new InputEvent("input", { bubbles: true }));
    await tick(200);
  };

  it("opens on the present model and has nothing to do yet", async () => {
    const s = await begin();
    expect(field(s).value).toBe("cpl");
    expect((s.one(".sl-model-form .sl-primary") as HTMLButtonElement).disabled).toBe(true);
    expect(s.one(".sl-model-form .sl-doc").textContent).toBe("This is the present model.");
  });

  it("picks by mouse or keys, says what stays, and acts once", async () => {
    const s = await begin();
    [...s.el.querySelectorAll<HTMLButtonElement>(".sl-picks button")].find((b) => b.querySelector(".sl-pick-name")!.textContent === "bb")!.click();
    await until(() => s.el.querySelector(".sl-model-form .sl-doc")?.textContent === "5 parameters: 3 stay as they are, 2 new");
    expect(field(s).value).toBe("cpl + bb");
    await type(s, "pl + bbo");
    press(field(s), "ArrowDown");
    await tick(20);
    expect(s.one(".sl-pick-at .sl-pick-name").textContent).toBe("bb");
    (s.one(".sl-model-form") as HTMLFormElement).requestSubmit();
    await tick(20);
    expect(field(s).value).toBe("pl + bb");
    expect(s.actions("set_model")).toEqual([]);
    await until(() => s.el.querySelector(".sl-model-form .sl-doc")?.textContent === "4 parameters, all new");
    (s.one(".sl-model-form") as HTMLFormElement).requestSubmit();
    await until(() => s.el.querySelector(".sl-model-popover") === null);
    expect(s.actions("set_model")).toEqual([{ model: "pl + bb", pair: null }]);
    await until(() => s.one(".sl-model-button").textContent === "pl+bb");
  });

  it("shows what is wrong and changes nothing", async () => {
    const s = await begin();
    await type(s, "nonsense");
    await until(() => s.one(".sl-model-form .sl-note").textContent!.includes("See spec_lab.models.catalog()"));
    expect((s.one(".sl-model-form .sl-primary") as HTMLButtonElement).disabled).toBe(true);
    press(field(s), "Escape");
    await tick(20);
    expect(s.el.querySelector(".sl-model-popover")).toBeNull();
    expect(s.actions("set_model")).toEqual([]);
  });

  it("opens with M on a row", async () => {
    const s = (open = await show({ panels: ["params"] }));
    press(s.one('tr[data-pid="1"]'), "m");
    await tick(20);
    expect(s.el.querySelector(".sl-model-popover")).not.toBeNull();
  });
});
