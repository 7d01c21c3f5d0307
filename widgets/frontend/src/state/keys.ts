// Keys: which gesture a key press in the parameter table or anywhere in the panel means. Pure; the list that `?`
// shows is made from the same table, so it cannot lie.
// UI state: none.

export type Command =
  | { do: "move"; by: number }
  | { do: "edge"; end: "first" | "last" }
  | { do: "step"; by: number }
  | { do: "freeze" | "link" | "unlink" | "prior" | "model" | "select" | "escape" | "filter" }
  | { do: "edit"; start: string | null }
  | { do: "undo" | "redo" | "help" | "fit" | "pause" | "stop" }
  | { do: "lesson"; name: "shuffle" | "resample" | "reveal" | "next" }
  | { do: "teach" };

export interface Press {
  key: string;
  shiftKey?: boolean;
  altKey?: boolean;
  ctrlKey?: boolean;
  metaKey?: boolean;
}

export const KEY_HELP: readonly { keys: string[]; text: string; group: string }[] = [
  { group: "Parameters", keys: ["↑", "↓"], text: "previous, next parameter (with Shift: extend the selection)" },
  { group: "Parameters", keys: ["←", "→"], text: "move the value by 1 % of the slider" },
  { group: "Parameters", keys: ["Shift ←", "→"], text: "move it by 10 %" },
  { group: "Parameters", keys: ["Alt ←", "→"], text: "move it by 0.1 %" },
  { group: "Parameters", keys: ["wheel"], text: "the same, over value or slider of the row in hand" },
  { group: "Parameters", keys: ["Enter"], text: "type a value; a unit may follow it" },
  { group: "Parameters", keys: ["="], text: "tie the value to others, e.g. =2*par[1]" },
  { group: "Parameters", keys: ["F"], text: "freeze or thaw" },
  { group: "Parameters", keys: ["Space"], text: "add to the selection, or take out" },
  { group: "Parameters", keys: ["L"], text: "link the selection (first chosen is master)" },
  { group: "Parameters", keys: ["U"], text: "unlink" },
  { group: "Parameters", keys: ["P"], text: "edit the prior; Tab to its handles, ← → pull them" },
  { group: "Parameters", keys: ["M"], text: "change the model" },
  { group: "Parameters", keys: ["/"], text: "filter the table" },
  { group: "Parameters", keys: ["Tab", "←", "→"], text: "on the handle below the table: walk along the degeneracy" },
  { group: "Parameters", keys: ["Ctrl V"], text: "paste a column of values downwards, or names with values" },
  { group: "Parameters", keys: ["Ctrl C"], text: "copy the selected rows for a spreadsheet" },
  { group: "Spectrum", keys: ["drag"], text: "zoom; double click shows everything" },
  { group: "Spectrum", keys: ["drag the curve"], text: "up or down: the free parameters follow by the shortest way" },
  { group: "Spectrum", keys: ["N + drag"], text: "notice an energy range" },
  { group: "Spectrum", keys: ["I + drag"], text: "ignore an energy range; double click on its bar notices all" },
  { group: "Fit", keys: ["Shift F"], text: "start the fit that the panel shows" },
  { group: "Fit", keys: ["Shift P"], text: "pause the running fit, or let it go on" },
  { group: "Fit", keys: ["Shift S"], text: "stop it and keep what it has" },
  { group: "Posterior", keys: ["drag"], text: "select draws on a panel of two parameters" },
  { group: "Posterior", keys: ["drag"], text: "a label below the plot to another column: another order" },
  { group: "Posterior", keys: ["↑", "↓", "←", "→"], text: "choose a panel; with a selection, move it (Shift: size it)" },
  { group: "Posterior", keys: ["Enter"], text: "put a box on the panel" },
  { group: "History", keys: ["←", "→"], text: "on its slider: look at earlier set-ups" },
  { group: "History", keys: ["Enter"], text: "restore the one looked at (Esc: come back)" },
  { group: "Lesson", keys: ["Shift T"], text: "begin a lesson, or leave it" },
  { group: "Lesson", keys: ["Shift H"], text: "shuffle the sliders" },
  { group: "Lesson", keys: ["Shift C"], text: "new counts from the model in hand" },
  { group: "Lesson", keys: ["Shift B"], text: "show the best fit" },
  { group: "Lesson", keys: ["Shift N"], text: "next step" },
  { group: "Everywhere", keys: ["Tab"], text: "next bar, table or plot; ← → go along a bar, ↑ ↓ between rows of a list" },
  { group: "Everywhere", keys: ["Ctrl Z"], text: "undo" },
  { group: "Everywhere", keys: ["Ctrl Shift Z"], text: "redo" },
  { group: "Everywhere", keys: ["Esc"], text: "cancel, close, clear the selection" },
  { group: "Everywhere", keys: ["?"], text: "this list" },
];

const LETTERS: Record<string, Command> = {
  f: { do: "freeze" }, l: { do: "link" }, u: { do: "unlink" }, p: { do: "prior" }, m: { do: "model" }, " ": { do: "select" },
  "/": { do: "filter" }, Escape: { do: "escape" }, Enter: { do: "edit", start: null }, F2: { do: "edit", start: null },
  ArrowUp: { do: "move", by: -1 }, ArrowDown: { do: "move", by: 1 },
  Home: { do: "edge", end: "first" }, End: { do: "edge", end: "last" },
};

function stride(press: Press): number {
  if (press.shiftKey) return 0.1;
  return press.altKey ? 0.001 : 0.01;
}

/** A key pressed on a row of the table (not inside a field). */
export function rowCommand(press: Press): Command | null {
  if (press.ctrlKey || press.metaKey) return null;
  if (press.key === "ArrowLeft" || press.key === "ArrowRight") {
    return { do: "step", by: (press.key === "ArrowLeft" ? -1 : 1) * stride(press) };
  }
  if (press.altKey || globalCommand(press)) return null;
  if (press.key === "=") return { do: "edit", start: "=" };
  if (/^[0-9.+-]$/.test(press.key)) return { do: "edit", start: press.key };
  return LETTERS[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
}

const SHIFTED: Record<string, Command> = {
  f: { do: "fit" }, p: { do: "pause" }, s: { do: "stop" }, t: { do: "teach" }, h: { do: "lesson", name: "shuffle" }, c: { do: "lesson", name: "resample" },
  b: { do: "lesson", name: "reveal" }, n: { do: "lesson", name: "next" },
};

/** A key pressed anywhere in the panel, outside text fields. */
export function globalCommand(press: Press): Command | null {
  const mod = press.ctrlKey || press.metaKey;
  const key = press.key.toLowerCase();
  if (mod && key === "z") return { do: press.shiftKey ? "redo" : "undo" };
  if (mod && key === "y") return { do: "redo" };
  if (!mod && press.key === "?") return { do: "help" };
  if (!mod && !press.altKey && press.shiftKey && key in SHIFTED) return SHIFTED[key];
  return null;
}
