// Plain numbers of the user interface: durations and criteria columns. Physics arrives formatted.
// UI state: none.

export const fixed = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(digits).replace("-", "−");

const RAISED: Record<string, string> = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((c, i) => [i, c])) };

/** Python's text as a paper prints it: a typographic minus, and powers of ten for exponents; what is edited stays as typed. */
export const printed = (text: string): string =>
  text.replace(/(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)/g, (_, digits: string, power: string) => `${digits}×10${[...String(Number(power))].map((c) => RAISED[c]).join("")}`)
    .replace(/(^|[\s(+±])-(?=[\d.])/g, "$1−");

/** A statistic that this page computed: one decimal, at most six digits. */
export const statistic = (value: number): string => (Math.abs(value) < 1e5 ? value.toFixed(1) : Math.abs(value) < 1e6 ? value.toFixed(0) : printed(value.toExponential(5)));

export const signed = (value: number, digits: number): string => (value > 0 ? "+" : "") + fixed(value, digits);

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 0.05) return "< 0.1 s";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Three significant digits, for read-outs of what is drawn (not of what is fitted). */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return printed(value.toExponential(2));
  return printed(size >= 100 ? String(Number(value.toPrecision(3))) : value.toPrecision(3));
}

export function clock(time: string | number): string {
  if (typeof time === "string") return time;
  const date = new Date(time * 1000);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** Names of so many letters at most: what they all begin with goes first, then the end. */
export function toldApart(names: readonly string[], most: number): string[] {
  const [first = "", ...rest] = names;
  let same = 0;
  while (rest.length && same < first.length && rest.every((name) => name[same] === first[same])) same++;
  const begin = first.slice(0, same).search(/[^_\-. ]*$/);
  return names.map((name) => {
    const own = name.length > most && begin > 0 ? `…${name.slice(begin)}` : name;
    return own.length > most ? `${own.slice(0, most - 1)}…` : own;
  });
}
