// Which posterior: one choice for all that shows draws, in the panel and in the history.
import { afterEach, describe, expect, it } from "vitest";
import { show } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const choices = [{ run: 5, text: "#5 pl · nuts · 4000 draws", here: true }, { run: 3, text: "#3 cpl · emcee · 960 draws", here: false }];
const told = (run: number | null, note = "") => ({ posterior: { current: true, pending: false, text: "", run, note, choices } });

describe("the choice of a posterior", () => {
  it("lists the newest of the set-up and the runs, and asks for the chosen one", async () => {
    const s = (open = await show({ panels: ["corner"] }, { view: told(null) }));
    const which = s.one("[aria-label='Which posterior']") as HTMLSelectElement;
    expect([...which.options].map((o) => o.textContent)).toEqual(["current: newest of this set-up", "#5 pl · nuts · 4000 draws", "#3 cpl · emcee · 960 draws (another set-up)"]);
    expect(which.value).toBe("");
    for (const value of ["3", ""]) {
      which.value = value;
      which.dispatchEvent(new Event("change", { bubbles: true }));
    }
    expect(s.actions("show_posterior")).toEqual([{ run: 3 }, { run: null }]);
  });

  it("is not there without a run that drew", async () => {
    const s = (open = await show({ panels: ["corner"] }, { view: { posterior: { ...told(null).posterior, choices: [] } } }));
    expect(s.el.querySelector("[aria-label='Which posterior']")).toBeNull();
  });

  it("is an eye in the history, pressed where it is shown", async () => {
    const first = await show({ panels: ["history"] });
    const [one, ...rest] = first.model.view.history;
    first.close();
    const s = (open = await show({ panels: ["history"] }, { view: { history: [{ ...one, posterior: true, shown: false }, ...rest] } }));
    const eyes = () => [...s.el.querySelectorAll<HTMLButtonElement>("button")].filter((b) => b.title.startsWith("Show: "));
    expect(eyes().length).toBe(1);
    eyes()[0].click();
    expect(s.actions("show_posterior")).toEqual([{ run: one.run }]);
  });
});
