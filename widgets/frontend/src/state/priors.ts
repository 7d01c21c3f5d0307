// Prior texts and their densities: `unif(-2, 2)` as family and arguments, and what Python says it looks like. One
// request for each (parameter, text), one at a time, so that a table of fifty rows is no burst.
// UI state: view-local cache of answers.
import type { Lab } from "./lab";
import type { PriorFamily, PriorHandle, ErrorData, PosteriorCurve, ParameterRow } from "./protocol";

export interface Density {
  x: readonly number[];
  density: readonly number[];
  lo: number;
  hi: number;
  log: boolean;
  handles: readonly PriorHandle[];
  posterior?: PosteriorCurve | null;
}

export type Shape = { ok: true; density: Density } | { ok: false; error: ErrorData };

export interface PriorText {
  family: string;
  args: string[];
}

export function splitPrior(text: string): PriorText {
  const match = text.trim().match(/^([A-Za-z_]\w*)\s*\(([^]*)\)$/);
  if (!match) return { family: "", args: [] };
  return { family: match[1], args: match[2].split(",").map((arg) => arg.replace(/^\s*\w+\s*=/, "").trim()).filter(Boolean) };
}

export const joinPrior = (prior: PriorText): string => (prior.family ? `${prior.family}(${prior.args.join(", ")})` : "");

const BELLS = ["norm", "cauchy"];

/** Arguments for another family: what has the same name stays, a bell sits at the parameter's value, the rest has its defaults. */
export function switchFamily(prior: PriorText, from: PriorFamily | undefined, to: PriorFamily, row?: ParameterRow): PriorText {
  const old = new Map(from?.args.map((arg, i) => [arg.name, prior.args[i]]));
  const bell = new Map(row && BELLS.includes(to.name) ? [["loc", row.value.toPrecision(4)], ["scale", ((row.slider.hi - row.slider.lo) / 10).toPrecision(2)]].map(([name, text]) => [name, String(Number(text))]) : []);
  return { family: to.name, args: to.args.map((arg) => old.get(arg.name) ?? bell.get(arg.name) ?? (arg.default === null ? "" : String(arg.default))) };
}

const caches = new WeakMap<Lab, Map<string, Promise<Shape>>>();
const queues = new WeakMap<Lab, Promise<unknown>>();

export function priorShape(lab: Lab, pid: number, text: string): Promise<Shape> {
  const cache = caches.get(lab) ?? new Map<string, Promise<Shape>>();
  caches.set(lab, cache);
  const key = `${pid}|${text}`;
  const known = cache.get(key);
  if (known) return known;
  const answer = (queues.get(lab) ?? Promise.resolve()).then(() => ask(lab, pid, text));
  queues.set(lab, answer);
  cache.set(key, answer);
  void answer.then((shape) => { if (!shape.ok && shape.error.kind === "timeout") cache.delete(key); });
  return answer;
}

async function ask(lab: Lab, pid: number, text: string): Promise<Shape> {
  const reply = await lab.act("prior_preview", { pid, prior: text });
  if (!reply.ok || !reply.x || !reply.density) {
    return { ok: false, error: reply.error ?? { message: "This prior has no density to draw." } };
  }
  const [x, density] = [reply.x, reply.density];
  const posterior = reply.posterior ?? null;
  const after = posterior?.x ?? x;
  const [lo, hi] = [Math.min(reply.lo ?? x[0], after[0]), Math.max(reply.hi ?? x[x.length - 1], after[after.length - 1])];
  return { ok: true, density: { x, density, lo, hi, log: !!reply.log, handles: reply.handles ?? [], posterior } };
}

/** Shapes of a text that changes while one looks: one request under way, of those that wait the newest. */
export class ShapeStream {
  private busy = false;
  private next: string | null = null;

  constructor(private readonly lab: Lab, private readonly pid: number, private readonly show: (shape: Shape, text: string) => void) {}

  ask(text: string): void {
    this.next = text;
    if (!this.busy) void this.run();
  }

  /** Nobody looks any more. */
  end(): void {
    this.next = null;
    this.busy = true;
  }

  private async run(): Promise<void> {
    const text = this.next;
    if (text === null) return;
    this.next = null;
    this.busy = true;
    const shape = await ask(this.lab, this.pid, text);
    this.busy = false;
    this.show(shape, text);
    void this.run();
  }
}

/** Heights 0 … 1 across the row's slider, resampled from a density: the glyph. */
export function glyphHeights(row: ParameterRow, density: Density, n = 24): number[] {
  const { lo, hi } = Number.isFinite(row.slider.lo) && row.slider.hi > row.slider.lo ? row.slider : density;
  const heights = Array.from({ length: n }, (_, i) => interpolate(density, lo + ((i + 0.5) / n) * (hi - lo)));
  const top = Math.max(...heights);
  return top > 0 ? heights.map((h) => h / top) : heights;
}

function interpolate({ x, density }: Density, at: number): number {
  if (at < x[0] || at > x[x.length - 1]) return 0;
  let i = 1;
  while (i < x.length - 1 && x[i] < at) i++;
  const t = (at - x[i - 1]) / (x[i] - x[i - 1] || 1);
  return density[i - 1] + t * (density[i] - density[i - 1]);
}
