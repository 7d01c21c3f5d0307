// Lessons: the banner says what Python says, its commands are actions, everything else rests.
import { afterEach, describe, expect, it } from "vitest";
import { heatOf } from "../src/plot/heat";
import { globalCommand } from "../src/state/keys";
import type { LessonInfo } from "../src/state/protocol";
import { press, show, until } from "./helpers";

type Shown = Awaited<ReturnType<typeof show>>;
let open: Shown | null = null;
afterEach(() => { open?.close(); open = null; document.body.innerHTML = ""; });

const LESSON: LessonInfo = {
  score: "812", number: 812, word: "cool", level: 0.25, at: 1, of: 2, counts: "observed counts",
  step: { say: "Bend it.", goal: "score below 50", reached: false },
};

async function taught(lesson: Partial<LessonInfo> = {}) {
  const s = (open = await show());
  s.model.deliver({ ...s.model.view, rev: s.model.view.rev + 1, lesson: { ...LESSON, ...lesson } });
  await until(() => s.el.querySelector(".sl-lesson") !== null);
  return s;
}

describe("lesson", () => {
  it("shows score, word and step, and only spectrum and sliders beside them", async () => {
    const s = await taught();
    expect(s.one(".sl-lesson-number").textContent).toBe("812");
    expect(s.one(".sl-lesson [role=meter]").getAttribute("aria-valuenow")).toBe("25");
    expect(s.one(".sl-lesson [role=status]").textContent).toBe("cool");
    expect(s.one(".sl-lesson-step").textContent).toContain("Step 1 of 2Bend it.score below 50Next");
    expect([...s.el.querySelectorAll(".sl-panel")].map((p) => p.getAttribute("aria-label"))).toEqual(["Parameters", "Spectrum"]);
    expect(s.one(".sl-root").classList.contains("sl-teaching")).toBe(true);
    expect(s.one(".sl-heat").textContent).toContain("> 9");
  });

  it("sends its commands, by button and by key", async () => {
    const s = await taught({ step: { ...LESSON.step!, reached: true } });
    for (const button of s.el.querySelectorAll<HTMLButtonElement>(".sl-lesson button")) {
      expect(button.title).toMatch(/\(Shift [A-Z]\)/);
      button.click();
    }
    for (const key of ["H", "C", "B", "N", "T"]) press(s.one(".sl-panel-spectrum"), key, { shiftKey: true });
    for (const name of ["shuffle", "resample", "reveal", "next", "leave"]) expect(s.actions(name).length, name).toBe(2);
  });

  it("lets the commands of the rows rest", async () => {
    const s = await taught();
    for (const key of ["f", "l", "u", "p"]) press(s.one('tr[data-pid="1"]'), key);
    expect(s.actions("freeze").length + s.actions("link").length + s.actions("unlink").length).toBe(0);
    expect(s.el.querySelector(".sl-popover")).toBeNull();
  });

  it("begins from the header, by Shift T, and keeps quiet about lesson keys outside", async () => {
    const s = (open = await show());
    press(s.one(".sl-panel-spectrum"), "H", { shiftKey: true });
    expect(s.actions("shuffle").length).toBe(0);
    press(s.one(".sl-panel-spectrum"), "T", { shiftKey: true });
    expect(s.actions("teach").length).toBe(1);
    expect(globalCommand({ key: "T", shiftKey: true })).toEqual({ do: "teach" });
  });

  it("says when the last step is done, and that other panels are hidden", async () => {
    const s = await taught({ at: 3, step: null });
    expect(s.one(".sl-lesson-step").textContent).toContain("last step");
  });

  it("colours by the share of the statistic", () => {
    expect([0.5, -1.2, 2.9, -7].map(heatOf)).toEqual([0, 1, 2, 3]);
  });
});
