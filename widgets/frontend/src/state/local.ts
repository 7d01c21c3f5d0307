// Local: what belongs to one rendered view and to nobody else: selection, toggles, open popovers, errors in place.
// UI state: view-local. Nothing here reaches Python, history or the journal.
import { computed, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ResidualKind } from "../plot/residual_kinds";
import type { ActArguments, Lab } from "./lab";
import type { CommandName, ErrorData, ParameterRow, Reply } from "./protocol";

export type Tool = "zoom" | "notice" | "ignore";
export type BrushTool = "lasso" | "box";
export type XY = { x: [number, number] | null; y: [number, number] | null };

export class Local {
  // parameters
  readonly selected = signal<readonly number[]>([]);
  readonly active = signal<number | null>(null);
  /** Rows that a paste has just changed. */
  readonly flash = signal<readonly number[]>([]);
  /** Rows that are about to be linked, though they differ in what they are. */
  readonly linking = signal<readonly number[] | null>(null);
  readonly hoverLink = signal<number | null>(null);
  readonly filter = signal("");
  readonly showHidden = signal(false);
  /** Links whose followers are shown in rows of their own. */
  readonly openLinks = signal<ReadonlySet<number>>(new Set());
  readonly editing = signal<{ pid: number; start: string | null } | null>(null);
  readonly priorOf = signal<number | null>(null);
  readonly modelOpen = signal(false);
  // spectrum
  /** Name of the style of the spectrum; null: counts. */
  readonly style = signal<string | null>(null);
  /** Bins are joined until they stand out by so many σ; 0: those of the fit. */
  readonly bins = signal(0);
  readonly residual = signal<ResidualKind>("deviance");
  readonly logx = signal<boolean | null>(null);
  readonly logy = signal<boolean | null>(null);
  readonly showComponents = signal(true);
  readonly hiddenUnits = signal<ReadonlySet<string>>(new Set());
  readonly activeUnit = signal<string | null>(null);
  readonly tool = signal<Tool>("zoom");
  readonly zoom = signal<XY>({ x: null, y: null });
  readonly showRanges = signal(false);
  /** Whether the energies usually fitted were declined. */
  readonly usualSeen = signal(false);
  // the rest
  readonly showPython = signal(true);
  readonly showHelp = signal(false);
  readonly criterion = signal<"aic" | "aicc" | "bic" | "lnz">("aicc");
  readonly engine = signal<string | null>(null);
  readonly options = signal<Record<string, Record<string, unknown>>>({});
  readonly brushTool = signal<BrushTool>("lasso");
  /** The panel of the corner that the keyboard is on, by its two parameters (x, y). */
  readonly cornerCell = signal<readonly [number, number] | null>(null);
  readonly cornerPids = signal<readonly number[] | null>(null);
  readonly errors = signal<ReadonlyMap<string, ErrorData>>(new Map());
  readonly said = signal("");
  root: HTMLElement | null = null;

  readonly shownRows = computed<readonly ParameterRow[]>(() => {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const folded = (row: ParameterRow) => row.linked_to !== null && row.link !== null && !words.length && !this.openLinks.value.has(row.link);
    return this.lab.rows.value.filter((row) => (this.showHidden.value || !row.hidden) && !folded(row) && words.every((w) => matches(row, w)));
  });

  constructor(readonly lab: Lab, readonly id: string) {}

  /** Send an action; an error stays at `place` until the next try there or until it is dismissed. */
  async act<N extends CommandName>(place: string, name: N, ...args: ActArguments<N>): Promise<Reply> {
    this.clear(place);
    return this.settle(place, await this.lab.act(name, ...args));
  }

  settle(place: string, reply: Reply): Reply {
    if (reply.ok) this.forgive(place);
    else this.fail(place, reply.error ?? { message: "The kernel refused this without saying why." });
    return reply;
  }

  /** What was refused in a row is past once another command on the parameters, or undo, was taken. */
  private forgive(place: string): void {
    this.clear(place);
    if (!/^(params|header|row:)/.test(place)) return;
    for (const other of this.errors.peek().keys()) if (other.startsWith("row:")) this.clear(other);
  }

  fail(place: string, error: ErrorData): void {
    this.errors.value = new Map(this.errors.value).set(place, error);
  }

  clear(place: string): void {
    if (!this.errors.value.has(place)) return;
    const rest = new Map(this.errors.value);
    rest.delete(place);
    this.errors.value = rest;
  }
}

function matches(row: ParameterRow, word: string): boolean {
  if (word === "free") return row.free;
  if (word === "frozen") return row.frozen;
  if (word === "linked") return row.link !== null;
  if (word === row.owner || word === row.expression.toLowerCase() || word === String(row.pid)) return true;
  return `${row.component}.${row.name} ${row.unit}`.toLowerCase().includes(word);
}

const Context = createContext<Local | null>(null);
export const LocalProvider = Context.Provider;

export function useLocal(): Local {
  const local = useContext(Context);
  if (!local) throw new Error("a panel was rendered outside its view");
  return local;
}
