// A kernel that replays: what Python really said when a scene was opened, and what it answered to what was asked then
// (test/golden, written by tests/widgets/make_golden_views.py). Nothing here imitates a session: what was not recorded is
// refused by name, so that a test says what it lacks.
import edited from "../test/golden/edited.json";
import fitted from "../test/golden/fitted.json";
import lesson from "../test/golden/lesson.json";
import start from "../test/golden/start.json";
import { bytes } from "../src/state/frozen";
import type { AnyModel } from "../src/state/anywidget";
import type { LabView, ParameterRow } from "../src/state/protocol";

type Content = Record<string, unknown>;

interface Said {
  content: Content;
  buffers: string[];
}

interface Exchange {
  ask: Content;
  /** Arguments that may be others than when it was recorded. */
  free: string[];
  said: Said[];
}

interface Scene {
  opening: Said[];
  /** Answers that change nothing, to be had at any time. */
  questions: Exchange[];
  /** What a person does one after the other. */
  plays: Record<string, Exchange[]>;
}

export const SCENES = { start, edited, fitted, lesson } as unknown as Record<string, Scene>;

export interface Choice {
  scene?: string;
  plays?: string[];
  /** What the opening view says differently. */
  view?: Partial<LabView>;
  /** Nobody answers. */
  silent?: boolean;
}

/** What a view that opens is told in a scene. */
export const openingView = (scene = "fitted"): LabView => SCENES[scene].opening[0].content as unknown as LabView;

/** Headers and buffers of the frames that follow it. */
export const openingFrames = (scene: string): { header: Content; buffers: DataView[] }[] => SCENES[scene].opening.slice(1).map(({ content, buffers }) => ({ header: content, buffers: buffers.map(view) }));

/** What a question of the scene `fitted` was answered with. */
export const answerTo = (name: string): Content => SCENES.fitted.questions.find((q) => q.ask.name === name)!.said[0].content;

const view = (base64: string): DataView => new DataView(bytes(base64).buffer as ArrayBuffer);

/** Fields of a message that Python copies from what it answers. */
const ECHO: Record<string, (asked: Content) => Content> = {
  action: ({ id }) => ({ id }),
  drag: ({ seq }) => ({ seq }),
  scrub: ({ seq, moment }) => (moment === null ? {} : { seq }),
  walk: ({ seq }) => ({ seq }),
  drag_curve: ({ seq }) => ({ seq }),
  brush: ({ seq, pids, region }) => ({ request: seq, pids, region, ...((region as unknown[]).length ? {} : { n: 0 }) }),
};
const ANSWERS = ["reply", "spectrum", "brush"];

export class RecordedModel implements AnyModel {
  readonly sent: Content[] = [];
  /** The view as it was told last. */
  view: LabView;
  /** Milliseconds between two messages. */
  pace = 1;
  private readonly traits: Content;
  private readonly listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  private readonly last = new Map<string, Said>();
  private readonly rest: Exchange[];
  private readonly queue: Said[] = [];

  constructor(traits: Content = {}, private readonly choice: Choice = {}) {
    this.traits = { panels: [], height: 0, ...traits };
    const { scene = "fitted", plays = [] } = choice;
    this.rest = plays.flatMap((name) => SCENES[scene].plays[name]);
    for (const said of SCENES[scene].opening) this.last.set(said.content.type as string, said);
    this.view = { ...openingView(scene), ...choice.view };
    this.last.set("view", { content: this.view as unknown as Content, buffers: [] });
  }

  get(key: string): unknown { return this.traits[key]; }

  set(key: string, value: unknown): void {
    this.traits[key] = value;
    this.listeners.get(`change:${key}`)?.forEach((f) => f());
  }

  on(name: string, callback: (...args: never[]) => void): void {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name)!.add(callback as (...args: unknown[]) => void);
  }

  off(name: string, callback?: (...args: never[]) => void): void {
    if (callback) this.listeners.get(name)?.delete(callback as (...args: unknown[]) => void);
    else this.listeners.delete(name);
  }

  save_changes(): void {}

  count(name: string): number { return this.listeners.get(name)?.size ?? 0; }

  send(content: unknown): void {
    const asked = content as Content;
    this.sent.push(asked);
    if (this.choice.silent) return;
    if (asked.type === "hello") setTimeout(() => this.open(), this.pace);
    else if (asked.type === "action" || (asked.type as string) in ECHO || asked.type === "unfold") this.say(this.answer(asked));
  }

  /** All that a view which opens is told, at once. */
  open(): void {
    for (const said of this.last.values()) this.tell(said);
  }

  deliver(message: Content, buffers: DataView[] = []): void {
    this.listeners.get("msg:custom")?.forEach((f) => f(structuredClone(message), buffers));
  }

  private answer(asked: Content): Said[] {
    const found = this.played(asked) ?? SCENES[this.choice.scene ?? "fitted"].questions.find((each) => matches(each, asked));
    if (!found) return asked.type === "action" ? [{ content: { type: "reply", id: asked.id, ok: false, error: { message: `Nobody recorded ${asked.name} ${JSON.stringify(asked.args)}.` } }, buffers: [] }] : [];
    const echo = ECHO[asked.type as string]?.(asked) ?? {};
    return found.said.map(({ content, buffers }) => ({ content: ANSWERS.includes(content.type as string) ? { ...content, ...(content.type === "reply" || asked.type !== "action" ? echo : {}) } : content, buffers }));
  }

  /** What the play has for this, up to its next change; a change ends what was before it, a second preview ends the first. */
  private played(asked: Content): Exchange | undefined {
    const end = this.rest.findIndex(changes);
    const now = this.rest.slice(0, end < 0 ? undefined : end + 1).filter((each) => matches(each, asked));
    const found = now.find((each) => !changes(each)) ?? now[0] ?? this.rest.find((each) => changes(each) && matches(each, asked));
    if (!found) return undefined;
    if (changes(found)) this.rest.splice(0, this.rest.indexOf(found) + 1);
    else if (now.length > 1) this.rest.splice(this.rest.indexOf(found), 1);
    return found;
  }

  private say(said: Said[]): void {
    const idle = this.queue.length === 0;
    this.queue.push(...said);
    if (idle && said.length) setTimeout(() => this.next(), this.pace);
  }

  private next(): void {
    this.tell(this.queue[0]);
    this.queue.shift();
    if (this.queue.length) setTimeout(() => this.next(), this.pace);
  }

  private tell({ content, buffers }: Said): void {
    if (content.type === "view") {
      this.view = newer(this.view, content);
      this.last.set("view", { content: this.view as unknown as Content, buffers });
    } else if (content.type === "spectrum" ? !content.preview : content.type === "corner") this.last.set(content.type as string, { content, buffers });
    this.deliver(content.type === "view" ? (this.view as unknown as Content) : content, buffers.map(view));
  }
}

/** Whether the set-up, or what is shown of it, was another one afterwards. */
const changes = ({ said }: Exchange): boolean => said.some(({ content }) => content.type === "view");

/** Whether an answer was recorded to this. */
function matches({ ask, free }: Exchange, asked: Content): boolean {
  const told = (message: Content): Content => (message.type === "action" ? (message.args as Content) : message);
  const [a, b] = [told(ask), told(asked)];
  const names = new Set([...Object.keys(a), ...Object.keys(b)].filter((name) => name !== "seq" && !free.includes(name)));
  return ask.type === asked.type && ask.name === asked.name && [...names].every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

/** A view with its news; of a table of the same rows only those that changed are told. */
function newer(before: LabView, news: Content): LabView {
  const changed = (news.params as { changed?: ParameterRow[] } | undefined)?.changed;
  if (!changed) return { ...before, ...news } as LabView;
  const rows = before.params.rows.map((row) => changed.find(({ pid }) => pid === row.pid) ?? row);
  return { ...before, ...news, params: { ...before.params, rows } } as LabView;
}
