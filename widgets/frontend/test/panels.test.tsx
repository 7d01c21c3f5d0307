// The panels on a fake model: what a person clicks and types becomes the right action, and answers are shown in place.
import { afterEach, describe, expect, it } from "vitest";
import { openingView } from "../dev/recorded";
import { press, show, tick, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
const start = async (...args: Parameters<typeof show>) => (open = await show(...args));
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const row = (s: Shown, pid: number) => s.one(`tr[data-pid="${pid}"]`);
const last = (s: Shown, name: string) => s.actions(name).at(-1);

describe("the view", () => {
  it("shows all panels, or only those asked for and in that order", async () => {
    const s = await start();
    expect([...s.el.querySelectorAll(".sl-panel h3")].map((h) => h.textContent).sort()).toEqual(["Fit", "History", "Model comparison", "Parameters", "Posterior", "Python", "Spectrum"]);
    s.model.set("panels", ["fit"]);
    await until(() => s.el.querySelectorAll(".sl-panel").length === 1);
    expect(s.one("h3").textContent).toBe("Fit");
    expect(s.el.querySelector(".sl-header")).toBeNull();
  });

  it("keeps JupyterLab's shortcuts away and cleans up", async () => {
    const s = await start();
    expect(s.one(".sl-root").getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    expect(s.el.classList.contains("sl-host")).toBe(true);
    s.close();
    open = null;
    expect([s.el.innerHTML, s.el.className]).toEqual(["", ""]);
    expect(s.model.count("msg:custom")).toBe(0);
  });

  it("waits for the kernel with words", async () => {
    const s = await start({}, { silent: true });
    expect(s.one(".sl-waiting").textContent).toContain("Waiting for the kernel");
  });

  it("says hello once a view and undoes with the keyboard", async () => {
    const s = await start({}, { plays: ["nothing to undo"] });
    expect(s.model.sent.filter((m) => m.type === "hello").length).toBe(1);
    press(s.one(".sl-header"), "z", { ctrlKey: true });
    expect(s.actions("undo").length).toBe(1);
    await until(() => s.el.querySelector(".sl-header [role=alert]") !== null);
    expect(s.one(".sl-header [role=alert]").textContent).toContain("there is nothing to undo.");
  });

  it("lists the keys on ?", async () => {
    const s = await start();
    press(s.one(".sl-header"), "?");
    await until(() => s.el.querySelector(".sl-help") !== null);
    expect(s.one(".sl-help").textContent).toContain("freeze or thaw");
  });
});

describe("parameters", () => {
  it("is a table with one row in the tab order", async () => {
    const s = await start({ panels: ["params"] });
    expect(s.el.querySelectorAll("table.sl-params tr[data-pid]").length).toBe(4);
    expect(s.el.querySelectorAll('tr[data-pid][tabindex="0"]').length).toBe(1);
    expect(row(s, 2).getAttribute("aria-label")).toContain("log Ep");
  });

  it("freezes with F and with the snowflake", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["freeze 2"] });
    press(row(s, 2), "f");
    expect(last(s, "freeze")).toEqual({ pids: [2], frozen: true });
    await until(() => row(s, 2).classList.contains("sl-frozen"));
    row(s, 2).querySelector<HTMLElement>(".sl-freeze")!.click();
    expect(last(s, "freeze")).toEqual({ pids: [2], frozen: false });
  });

  it("links what was chosen, first as master, and unlinks from the chain", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["link"] });
    row(s, 11).querySelector<HTMLElement>(".sl-c-name")!.click();
    row(s, 1).querySelector(".sl-c-name")!.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
    await until(() => row(s, 1).classList.contains("sl-selected"));
    press(row(s, 1), "l");
    await until(() => s.el.querySelector("[role=alertdialog]") !== null);
    expect(s.one("[role=alertdialog]").textContent).toContain("cpl.alpha would lose the prior unif(−2, 2). All would take 1.09 and norm(1, 0.1) from b1.rf.");
    expect(s.actions("link").length).toBe(0);
    s.one("[role=alertdialog] button").click();
    expect(last(s, "link")).toEqual({ pids: [11, 1] });
    await until(() => s.el.querySelector("[role=alertdialog]") === null);
    await until(() => s.el.querySelector(".sl-followers") !== null);
    expect(s.el.querySelectorAll(".sl-selected").length).toBe(0);
    expect([s.el.querySelector('tr[data-pid="11"]'), s.one(".sl-followers").textContent, s.el.querySelectorAll('tr[data-pid][tabindex="0"]').length]).toEqual([null, "1", 1]);
    s.one(".sl-followers").click(); // shown once, and in full where one asks
    await until(() => s.el.querySelectorAll(".sl-chain").length === 2);
    row(s, 11).querySelector<HTMLElement>(".sl-chain")!.click();
    expect(last(s, "unlink")).toEqual({ pids: [11] });
  });

  it("lights the whole group under the pointer", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["link"] });
    s.model.send({ type: "action", id: 90, name: "link", args: { pids: [11, 1] } });
    await until(() => s.el.querySelector(".sl-followers") !== null);
    s.one(".sl-followers").click();
    await until(() => s.el.querySelectorAll(".sl-chain").length === 2);
    row(s, 11).dispatchEvent(new MouseEvent("mouseenter"));
    await until(() => s.el.querySelectorAll(".sl-lit").length === 2);
  });

  it("links without a question what is alike, and not at all after Escape", async () => {
    const rows = openingView().params.rows.map((r) => (r.pid === 1 || r.pid === 11 ? { ...r, prior: "unif(-2, 2)", unit: "" } : r));
    const s = await start({ panels: ["params"] }, { view: { params: { ...openingView().params, rows } } });
    const choose = (...pids: number[]) => { pids.forEach((pid) => row(s, pid).querySelector(".sl-c-name")!.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }))); };
    choose(11, 1);
    press(row(s, 1), "l");
    expect(last(s, "link")).toEqual({ pids: [11, 1] });
    choose(1, 2);
    press(row(s, 2), "l");
    await until(() => s.el.querySelector("[role=alertdialog]") !== null);
    expect(s.one("[role=alertdialog]").textContent).toContain("b1.rf has no unit, cpl.logEp is in keV.");
    press(s.one("[role=alertdialog]"), "Escape");
    await until(() => s.el.querySelector("[role=alertdialog]") === null);
    expect(s.actions("link").length).toBe(1);
  });

  it("explains a link of one", async () => {
    const s = await start({ panels: ["params"] });
    press(row(s, 1), "l");
    await until(() => s.el.querySelector("[role=alert]") !== null);
    expect(s.actions("link").length).toBe(0);
  });

  it("forgets what was refused in a row once another command was taken", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["tie"] });
    press(row(s, 3), "=");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    const field = s.one(".sl-value-edit") as HTMLInputElement;
    field.value = "=par[3]";
    press(field, "Enter");
    await until(() => s.el.querySelector("[role=alert]") !== null);
    press(row(s, 2), "f");
    await until(() => s.el.querySelector("[role=alert]") === null);
  });

  it("hands the typed text to Python as it is", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["type"] });
    press(row(s, 2), "Enter");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    const field = s.one(".sl-value-edit") as HTMLInputElement;
    field.value = "300 keV";
    press(field, "Enter");
    expect(last(s, "set_value")).toEqual({ pid: 2, value: "300 keV" });
    await until(() => row(s, 2).textContent!.includes("2.47712"));
  });

  it("shows a refusal under its row and takes the value back", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["type"] });
    press(row(s, 2), "Enter");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    const field = s.one(".sl-value-edit") as HTMLInputElement;
    field.value = "warm";
    press(field, "Enter");
    await until(() => s.el.querySelector(".sl-error-row") !== null);
    expect(s.one(".sl-error-row").textContent).toContain("the value of logEp is not a number; got 'warm'.");
    expect(s.one(".sl-error-row").textContent).toContain("a number with a unit, or =expression");
    expect(row(s, 2).querySelector(".sl-value")!.textContent).toBe("2.42");
    s.one(".sl-error-row button").click();
    await until(() => s.el.querySelector(".sl-error-row") === null);
  });

  it("makes a tie from =, and takes it away from a lone =", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["tie"] });
    press(row(s, 11), "=");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    const field = s.one(".sl-value-edit") as HTMLInputElement;
    expect(field.value).toBe("=");
    field.value = "=2*par[3]";
    press(field, "Enter");
    expect(last(s, "tie")).toEqual({ pid: 11, expression: "2*par[3]" });
    await until(() => s.el.querySelector(".sl-tie") !== null);
    expect(s.one(".sl-tie").textContent).toBe("= 2*par[3]");
    press(row(s, 11), "=");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    press(s.one(".sl-value-edit"), "Enter");
    expect(last(s, "tie")).toEqual({ pid: 11, expression: "" });
  });

  it("leaves the value on Escape", async () => {
    const s = await start({ panels: ["params"] });
    press(row(s, 1), "7");
    await until(() => s.el.querySelector(".sl-value-edit") !== null);
    press(s.one(".sl-value-edit"), "Escape");
    await until(() => s.el.querySelector(".sl-value-edit") === null);
    expect(s.actions("set_value").length).toBe(0);
  });

  it("steps with the arrows as previews, and makes one action of them", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["type"] });
    for (let i = 0; i < 3; i++) press(row(s, 1), "ArrowRight");
    expect(s.actions("set_value").length).toBe(0);
    expect(s.model.sent.find((m) => m.type === "drag")).toMatchObject({ pid: 1, value: -1.634 });
    await until(() => s.actions("set_value").length === 1);
    expect(last(s, "set_value")).toEqual({ pid: 1, value: -1.554 });
    await tick(20);
    expect(s.actions("set_value").length).toBe(1);
  });

  it("moves with the wheel over value or slider of the row in hand, and only there", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["type"] });
    const turn = (pid: number, cell: string, more: WheelEventInit) => {
      const event = new WheelEvent("wheel", { bubbles: true, cancelable: true, ...more });
      row(s, pid).querySelector(cell)!.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(turn(1, ".sl-c-slider", { deltaY: -100 })).toBe(false);
    row(s, 1).focus();
    expect(turn(1, ".sl-c-slider", { deltaY: -100 })).toBe(true);
    expect(turn(1, ".sl-value", { deltaY: -3, deltaMode: 1 })).toBe(true);
    expect(turn(2, ".sl-value", { deltaY: -100 })).toBe(false);
    expect(s.actions("set_value").length).toBe(0);
    await until(() => s.actions("set_value").length === 1);
    expect((last(s, "set_value") as { value: number }).value).toBeCloseTo(-1.594, 2);
  });

  it("filters by words and folds frozen factors away", async () => {
    const s = await start({ panels: ["params"] });
    const filter = s.one(".sl-filter input") as HTMLInputElement;
    filter.value = "cpl kev";
    filter.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await until(() => s.el.querySelectorAll("tr[data-pid]").length === 2);
    filter.value = "nothing such";
    filter.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await until(() => s.el.querySelectorAll("tr[data-pid]").length === 0);
    expect(s.one(".sl-none").textContent).toContain("nothing such");
    filter.value = "";
    filter.dispatchEvent(new InputEvent("input", { bubbles: true }));
    s.one(".sl-fold").click();
    await until(() => s.el.querySelectorAll("tr[data-pid]").length === 9);
  });
});

describe("slider", () => {
  it("previews while it moves and acts on release", async () => {
    const s = await start({ panels: ["params"] });
    const slider = row(s, 1).querySelector<HTMLElement>(".sl-slider")!;
    slider.querySelector<HTMLElement>(".sl-track")!.getBoundingClientRect = () => ({ left: 0, width: 100 }) as DOMRect;
    const at = (type: string, clientX: number) => slider.dispatchEvent(new PointerEvent(type, { clientX, button: 0, pointerId: 1, bubbles: true }));
    at("pointerdown", 50);
    at("pointermove", 60);
    at("pointermove", 75);
    expect(s.model.sent.filter((m) => m.type === "drag").map((m) => m.value)).toEqual([0]);
    at("pointerup", 75);
    expect(last(s, "set_value")).toEqual({ pid: 1, value: 1 });
    at("pointermove", 90);
    expect(s.actions("set_value").length).toBe(1);
  });
});

describe("priors", () => {
  it("opens on P, previews, explains nonsense, sets", async () => {
    const s = await start({ panels: ["params"] }, { plays: ["prior"] });
    press(row(s, 1), "p");
    await until(() => s.el.querySelector(".sl-popover") !== null);
    const fields = [...s.el.querySelectorAll<HTMLInputElement>(".sl-popover input")];
    expect(fields.map((f) => f.value)).toEqual(["-2", "2"]);
    fields[0].value = "3";
    fields[0].dispatchEvent(new InputEvent("input", { bubbles: true }));
    await until(() => s.el.querySelector(".sl-popover [role=alert]") !== null);
    expect(s.one(".sl-popover [role=alert]").textContent).toContain("unif: min is not below max");
    fields[0].value = "-1";
    fields[0].dispatchEvent(new InputEvent("input", { bubbles: true }));
    await until(() => s.el.querySelector(".sl-popover [role=alert]") === null);
    s.one(".sl-popover form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    expect(last(s, "set_prior")).toEqual({ pid: 1, prior: "unif(-1, 2)" });
    await until(() => s.el.querySelector(".sl-popover") === null);
  });

  it("asks for each prior text once", async () => {
    const { families, rows } = openingView().params;
    const s = await start({ panels: ["params"] }, { view: { params: { families, rows: rows.map(({ glyph: _, ...row }) => row) } } });
    await until(() => s.actions("prior_preview").length === 4);
    s.model.open();
    await tick(30);
    expect(s.actions("prior_preview").length).toBe(4);
  });
});

describe("criteria, history, Python, spectrum", () => {
  it("fences off what cannot be compared and says why", async () => {
    const s = await start({ panels: ["criteria"] });
    expect(s.one(".sl-fence").textContent).toContain("other energies in na: everything");
    expect([...s.el.querySelectorAll("tr:has(.sl-best-mark)")].map((tr) => tr.querySelector("th, td")!.textContent)).toEqual(["now", "#3cpl · fit"]);
    expect(s.one(".sl-best .sl-best-mark").textContent).toBe("best");
    s.el.querySelectorAll<HTMLElement>(".sl-sort")[3].click();
    await until(() => s.one("thead").textContent!.includes("Δ ln Z"));
  });

  it("unfolds what differs from a run, and asks again when the set-up changes", async () => {
    const s = await start({ panels: ["history", "params"] }, { plays: ["freeze 1"] });
    s.one('[title^="Diff"]').click();
    await until(() => s.el.querySelector(".sl-diff p") !== null);
    expect(s.one(".sl-diff").textContent).toBe("nothing differs from the present set-up");
    s.one('tr[data-pid="1"] .sl-freeze').click();
    await until(() => s.el.querySelector(".sl-diff table") !== null);
    expect(s.one(".sl-diff tbody").textContent).toBe("α−1.674−1.674, frozen");
    s.one('[title^="Close the diff"]').click();
    await until(() => s.el.querySelector(".sl-diff") === null);
    expect(s.actions("difference").every((args) => args.run === 3)).toBe(true);
  });

  it("applies, restores, pins, renames", async () => {
    const s = await start({ panels: ["history"] });
    const entry = s.el.querySelectorAll<HTMLElement>(".sl-history li")[1];
    const button = (words: string) => [...entry.querySelectorAll<HTMLElement>("button")].find((b) => b.title.startsWith(words))!;
    ["Put the parameters", "Bring back", "Pin"].forEach((words) => button(words).click());
    expect([last(s, "apply"), last(s, "restore"), last(s, "pin")]).toEqual([{ run: 2 }, { run: 2 }, { run: 2, pinned: true }]);
    button("Rename").click();
    await until(() => s.el.querySelector(".sl-history-edit") !== null);
    const field = s.one(".sl-history-edit") as HTMLInputElement;
    field.value = "without bump";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await tick();
    press(field, "Enter");
    expect(last(s, "label")).toEqual({ run: 2, label: "without bump" });
  });

  it("shows each action as a line and the script on demand", async () => {
    const s = await start({ panels: ["params", "python"] }, { plays: ["freeze 2"] });
    press(row(s, 2), "f");
    await until(() => s.el.querySelector(".sl-last") !== null);
    expect(s.one(".sl-last").textContent).toBe("infer.par[2].frozen = True");
    [...s.el.querySelectorAll<HTMLElement>("button")].find((b) => b.textContent === "Minimal script")!.click();
    await until(() => s.el.querySelector(".sl-script") !== null);
    expect(s.one(".sl-script").textContent).toContain("infer.par[2].frozen = True");
    const asked = s.actions("script").length;
    press(row(s, 2), "f");
    await until(() => s.actions("script").length === asked + 1); // an open script follows what is done
  });

  it("takes energy ranges as text, and refuses nonsense in place", async () => {
    const s = await start({ panels: ["spectrum"] }, { plays: ["notice"] });
    [...s.el.querySelectorAll<HTMLElement>("button")].find((b) => b.textContent === "Ranges")!.click();
    await until(() => s.el.querySelector(".sl-range-edit") !== null);
    const type = async (text: string) => {
      const field = s.one(".sl-range-edit") as HTMLInputElement;
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      await tick();
      press(field, "Enter");
    };
    await type("10-100, 200-800");
    expect(last(s, "notice")).toEqual({ unit: "na", windows: [[10, 100], [200, 800]] });
    await type("everything");
    await until(() => s.el.querySelector("[role=alert]") !== null);
    expect(s.one("[role=alert]").textContent).toContain("not a list of energy ranges");
    expect(s.actions("notice").length).toBe(1);
  });

  it("says what a screen reader should know of the spectrum", async () => {
    const s = await start({ panels: ["spectrum"] });
    expect(s.one("canvas[role=img]").getAttribute("aria-label")).toMatch(/^Spectrum with folded model and residuals/);
  });
});
