// Models as typed text: which word is being typed, what may be meant by it, and what picking a component makes of the
// expression. Pure; whether it is a model is Python's to say.
// UI state: none.
import type { ComponentInfo } from "./protocol";

const WORD = /[A-Za-z_]\w*$/;

/** The unfinished word at the end: letters that are no component's name yet. */
export function fragment(text: string, known: readonly ComponentInfo[]): string {
  const word = WORD.exec(text)?.[0] ?? "";
  return named(word, known) ? "" : word;
}

function named(word: string, known: readonly ComponentInfo[]): boolean {
  const low = word.toLowerCase();
  return known.some((c) => [c.name, ...c.aliases].some((name) => name.toLowerCase() === low));
}

/** The components that the unfinished word may mean, those that begin with it first; all where there is none. */
export function suggestions(text: string, known: readonly ComponentInfo[]): readonly ComponentInfo[] {
  const word = fragment(text, known).toLowerCase();
  if (!word) return known;
  const rank = (c: ComponentInfo) => {
    const names = [c.name, ...c.aliases].map((n) => n.toLowerCase());
    if (names.some((n) => n.startsWith(word))) return 0;
    return names.some((n) => n.includes(word)) || c.what.toLowerCase().includes(word) ? 1 : 2;
  };
  return known.filter((c) => rank(c) < 2).sort((a, b) => rank(a) - rank(b));
}

/** The expression after a component is picked: it completes the word, is added, multiplies, or is put around. */
export function picked(text: string, component: ComponentInfo, known: readonly ComponentInfo[]): string {
  const word = fragment(text, known);
  const start = text.slice(0, text.length - word.length);
  const rest = start.trimEnd();
  if (rest === "" || /[-+*/(]$/.test(rest)) return start.trimStart() + component.name;
  if (word) return `${rest} + ${component.name}`;
  if (component.kind === "add") return added(rest, component.name, known);
  if (component.kind === "conv") return `${component.name}(${rest})`;
  return `${component.name}*${isSum(rest) ? `(${rest})` : rest}`;
}

/** One more term. Behind an absorber it is absorbed with what is there: tbabs*pl becomes tbabs*(pl + bb). */
function added(text: string, name: string, known: readonly ComponentInfo[]): string {
  const last = isSum(text) ? -1 : outside(text, "*").pop() ?? -1;
  const [head, factor] = [text.slice(0, last + 1), text.slice(last + 1).trim()];
  const absorbs = (word: string) => known.some((c) => c.kind === "mul" && c.name === word);
  if (!isSum(text) && absorbs(factor)) return `${text}*${name}`;
  if (!factor || !head.match(/\w+/g)?.some(absorbs)) return `${text} + ${name}`;
  const inside = factor.startsWith("(") && factor.endsWith(")") ? factor.slice(1, -1).trimEnd() : factor;
  return `${head}(${inside} + ${name})`;
}

/** Whether a plus or minus stands outside all parentheses. */
const isSum = (text: string): boolean => outside(text, "+-").length > 0;

/** Where some characters stand outside all parentheses. */
function outside(text: string, wanted: string): number[] {
  let depth = 0;
  const found: number[] = [];
  [...text].forEach((c, i) => {
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (depth === 0 && wanted.includes(c)) found.push(i);
  });
  return found;
}
