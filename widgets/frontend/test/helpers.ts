// What the tests share: a rendered view on a recorded kernel, a recording surface, and small messages.
import lab from "../src/index";
import { RecordedModel, type Choice } from "../dev/recorded";
import type { Box, Pencil, Surface } from "../src/plot/surface";
import { asRuns } from "../src/plot/surface";

export const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

export async function show(traits: Record<string, unknown> = {}, choice: Choice = {}) {
  const model = new RecordedModel(traits, choice);
  const el = document.createElement("div");
  document.body.append(el);
  const close = lab.initialize({ model });
  const remove = lab.render({ model, el });
  await until(() => choice.silent || el.querySelector(".sl-panel") !== null);
  const one = (selector: string) => {
    const found = el.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`nothing matches ${selector}`);
    return found;
  };
  const actions = (name: string) => model.sent.filter((m) => m.type === "action" && m.name === name).map((m) => m.args as Record<string, unknown>);
  return { model, el, one, actions, close: () => { remove(); close(); el.remove(); } };
}

export async function until(ready: () => boolean, ms = 10000): Promise<void> {
  const start = Date.now();
  while (!ready()) {
    if (Date.now() - start > ms) throw new Error("waited in vain");
    await tick(5);
  }
}

export function press(node: Element, key: string, more: KeyboardEventInit = {}): void {
  node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

/** A surface that writes down what was asked of it. */
export class Recorder implements Surface {
  readonly strokes: { color: string; dash: readonly number[] | undefined; moves: number; lines: number }[] = [];
  readonly texts: { text: string; x: number; y: number }[] = [];
  readonly fills: string[] = [];
  images = 0;

  stroke(shape: (p: Pencil) => void, style: { color: string; dash?: readonly number[] }): void {
    const count = this.count(shape);
    this.strokes.push({ color: style.color, dash: style.dash, ...count });
  }

  fill(shape: (p: Pencil) => void, style: { color: string }): void {
    this.count(shape);
    this.fills.push(style.color);
  }

  text(runs: Parameters<Surface["text"]>[0], x: number, y: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) throw new Error("text at no place");
    this.texts.push({ text: asRuns(runs).map((r) => (r.shift === 1 ? `^${r.text}` : r.text)).join(""), x, y });
  }

  clip(_box: Box, draw: () => void): void { draw(); }
  image(): void { this.images++; }
  width(runs: Parameters<Surface["width"]>[0]): number { return asRuns(runs).reduce((sum, r) => sum + 6 * r.text.length, 0); }

  private count(shape: (p: Pencil) => void): { moves: number; lines: number } {
    const seen = { moves: 0, lines: 0 };
    const check = (...v: number[]) => { if (v.some((x) => !Number.isFinite(x))) throw new Error(`not a point: ${v}`); };
    shape({
      moveTo: (x, y) => { check(x, y); seen.moves++; }, lineTo: (x, y) => { check(x, y); seen.lines++; }, rect: (x, y, w, h) => check(x, y, w, h),
      circle: (x, y, r) => check(x, y, r), closePath: () => {},
    });
    return seen;
  }
}
