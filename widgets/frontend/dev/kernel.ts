// A toy kernel that speaks PROTOCOL.md: enough of a session (undo, links, ties, notice, a fit that takes seconds) to
// click through every state of the panels without Python. It is for the host page and for tests, never shipped.
import type { CriteriaRow, FitStatus, PriorHandle, HistoryRow, PosteriorCurve, ProfileData, Reply, ParameterRow, LabView } from "../src/state/protocol";
import { COMPONENTS, ENGINES, FAMILIES, firstRows, STYLES } from "./catalog";
import { curves, gauss, makeUnits, random, type Theta, type ToyUnit } from "./physics";

type Post = (message: Record<string, unknown>, buffers?: DataView[]) => void;
interface Saved { rows: ParameterRow[]; notice: Record<string, [number, number][]>; }
type Args = Record<string, never> & Record<string, unknown>;

const SIGMA: Record<string, number> = { alpha: 0.041, logEc: 0.036, logA: 0.021, kT: 1.9, logN: 0.09, factor: 0.03 };

export class ToyKernel {
  rev = 0;
  live = true;
  silent = false;
  latency = 12;
  units: ToyUnit[] = makeUnits();
  now: Saved = { rows: firstRows(), notice: { n6: [[8.2, 33], [40, 905]], b1: [[280, 38000]] } };
  past: { saved: Saved; label: string }[] = [];
  future: { saved: Saved; label: string }[] = [];
  journal: { code: string; undone: boolean }[] = [];
  history: HistoryRow[] = [];
  others: CriteriaRow[] = [];
  messages: LabView["messages"] = [];
  fit: FitStatus = { state: "idle", engine: "", progress: null, message: "", elapsed: null, eta: null, error: null, draft: false };
  log: Record<string, unknown>[] = [];
  at = 0;
  refuseWalk = false;
  refitOthers = false;
  curves = new Map<number, ProfileData>();
  unfolding = false;
  model = "cpl+bb";
  hint: LabView["hint"] = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private seq = 0;

  constructor(private readonly post: Post) {}

  receive(message: Record<string, unknown>): void {
    this.log.push(message);
    if (this.silent) return;
    setTimeout(() => this.handle(message), this.latency);
  }

  private handle(m: Record<string, unknown>): void {
    if (m.type === "hello") this.snapshot();
    else if (m.type === "drag") this.drag(m as { pid: number; value: number; seq: number });
    else if (m.type === "walk") this.sendSpectrum(this.walked(m.to as number), true, m.seq as number);
    else if (m.type === "scrub") {
      if (m.moment === null) this.sendSpectrum(this.now.rows, false, ++this.seq);
      else this.sendSpectrum(this.moments().find((x) => x.id === m.moment)!.saved.rows, true, m.seq as number);
    }
    else if (m.type === "brush") this.sendBrush(m as unknown as { pids: number[]; region: [number, number][]; seq: number });
    else if (m.type === "unfold") {
      this.unfolding = true;
      this.snapshot();
    }
    else if (m.type === "action") this.action(m.id as number, m.name as string, (m.args ?? {}) as Args);
  }

  snapshot(): void {
    this.post(this.view() as unknown as Record<string, unknown>);
    this.sendSpectrum(this.now.rows, false, ++this.seq);
    this.sendCorner();
  }

  private changed(): void {
    this.rev++;
    this.snapshot();
  }

  private theta(rows: readonly ParameterRow[]): { t: Theta; factors: number[]; bb: boolean } {
    const v = (name: string) => rows.find((r) => r.name === name && r.owner === "model")?.value ?? 0;
    const factors = rows.filter((r) => r.owner === "data").map((r) => r.value);
    return { t: { alpha: v("alpha"), logEc: v("logEc"), logA: v("logA"), kT: v("kT"), logN: v("logN") }, factors, bb: true };
  }

  stat(rows: readonly ParameterRow[] = this.now.rows): number {
    const { t, factors, bb } = this.theta(rows);
    return this.units.reduce((sum, u, i) => sum + curves(u, t, factors[i], this.now.notice[u.name], { bb }).stat, 0);
  }

  sendSpectrum(rows: readonly ParameterRow[], preview: boolean, seq: number, profile: ProfileData | null = null): void {
    const { t, factors, bb } = this.theta(rows);
    const names = ["lo", "hi", "data", "err", "model", "resid", "used", ...(this.unfolding ? ["unfold"] : []), "comp:cpl", "comp:bb"];
    const columns = this.units.flatMap((u, i) => {
      const c = curves(u, t, factors[i], this.now.notice[u.name], { bb });
      return [u.lo, u.hi, u.data, u.err, c.model, c.resid, c.used, ...(this.unfolding ? [c.model.map(() => 0.5)] : []), ...c.comps];
    });
    const flat = Float32Array.from(columns.flat());
    const moves = rows.filter((r, i) => r.value !== this.now.rows[i].value).map((r) => [r.pid, r.value, r.text]);
    this.post({
      type: "spectrum", ...(preview ? { moves, profile } : {}), rev: this.rev, seq, preview, exact: true, xlabel: "Energy (keV)", ylabel: "counts\\,s^{-1}\\,keV^{-1}", ymin: 2e-4, stat: this.stat(rows).toFixed(2),
      units: this.units.map((u) => ({ name: u.name, color: u.color, n: u.lo.length, fields: names, components: ["cpl", "bb"] })),
    }, [new DataView(flat.buffer)]);
  }

  private drag({ pid, value, seq }: { pid: number; value: number; seq: number }): void {
    this.sendSpectrum(this.refitOthers ? this.refitted(pid, value) : this.withValue(pid, value), true, seq, this.curves.get(pid));
  }

  /** The others follow; the statistic rises by ((value - best) / σ)². */
  private refitted(pid: number, value: number): ParameterRow[] {
    const row = this.now.rows.find((r) => r.pid === pid)!;
    const best = firstRows().find((r) => r.pid === pid)!.value;
    const sigma = SIGMA[row.name] ?? 0.03;
    const old = this.curves.get(pid);
    const points = new Map((old?.values ?? [best]).map((v, i) => [v, old?.rises[i] ?? 0])).set(value, ((value - best) / sigma) ** 2);
    const values = [...points.keys()].sort((a, b) => a - b);
    this.curves.set(pid, { pid, values, rises: values.map((v) => points.get(v)!), marks: [1, 4].map((rise) => ({ rise, ends: [best - Math.sqrt(rise) * sigma, best + Math.sqrt(rise) * sigma] })), text: `Profile of the statistic, others refitted at each of ${values.length} points. 68.3 %: ${(best - sigma).toPrecision(4)} to ${(best + sigma).toPrecision(4)} (rise 1).` });
    const by = value - row.value;
    return this.withValue(pid, value).map((r) => (r.free && r.pid !== pid && r.owner === "model" ? { ...r, value: r.value - 0.1 * by, text: (r.value - 0.1 * by).toPrecision(4) } : r));
  }

  private sendProfiles(): void {
    this.post({ type: "profiles", rev: this.rev, curves: this.refitOthers ? [...this.curves.values()] : [] });
  }

  private withValue(pid: number, value: number): ParameterRow[] {
    const group = this.now.rows.find((r) => r.pid === pid)!.link;
    return this.now.rows.map((r) => (r.pid === pid || (group !== null && r.link === group) ? { ...r, value, text: value.toPrecision(4) } : r));
  }

  /** As many draws as the outline's share of the plane, about the present curve. */
  sendBrush({ pids, region, seq }: { pids: number[]; region: [number, number][]; seq: number }): void {
    const area = Math.abs(region.reduce((sum, [x, y], i) => { const [u, v] = region[(i + 1) % region.length]; return sum + x * v - u * y; }, 0)) / 2;
    const n = Math.min(4096, Math.round(4096 * area));
    const { t, factors, bb } = this.theta(this.now.rows);
    const columns = !region.length || !n ? [] : this.units.flatMap((u, i) => {
      const c = curves(u, t, factors[i], this.now.notice[u.name], { bb });
      return [u.lo, u.hi, c.model.map((v) => 0.8 * v), c.model, c.model.map((v) => 1.25 * v), c.resid.map((v) => v - 0.6), c.resid, c.resid.map((v) => v + 0.6)];
    });
    this.post({
      type: "brush", rev: this.rev, seq: ++this.seq, request: seq, pids, region, n: region.length ? n : 0, total: region.length ? 4096 : 0,
      units: columns.length ? this.units.map((u) => ({ name: u.name, n: u.lo.length })) : [], fields: ["lo", "hi", "low", "mid", "high", "rlow", "rmid", "rhigh"],
    }, [new DataView(Float32Array.from(columns.flat()).buffer)]);
  }

  sendOverlay(run: number): void {
    const { t, factors, bb } = this.theta(this.now.rows);
    const columns = this.units.flatMap((u, i) => [u.lo, u.hi, curves(u, { ...t, alpha: t.alpha - 0.1 * run }, factors[i], this.now.notice[u.name], { bb }).model]);
    this.post({ type: "overlay", run, label: "cpl+bb", units: this.units.map((u) => ({ name: u.name, n: u.lo.length })), fields: ["lo", "hi", "model"] }, [new DataView(Float32Array.from(columns.flat()).buffer)]);
  }

  sendCorner(): void {
    const free = this.now.rows.filter((r) => r.free);
    const p = free.length;
    const bins = 40;
    if (!p) return;
    const next = random(3);
    const marginals = new Float32Array(p * bins);
    const pairs = new Uint8Array(((p * (p - 1)) / 2) * bins * bins);
    const cuts = new Float32Array(p * (p - 1));
    const x = (k: number) => ((k + 0.5) / bins - 0.5) * 8;
    for (let i = 0; i < p; i++) for (let k = 0; k < bins; k++) marginals[i * bins + k] = Math.exp(-0.5 * x(k) ** 2) * (1 + 0.06 * gauss(next)) + 0.002;
    let at = 0;
    for (let i = 1; i < p; i++) for (let j = 0; j < i; j++, at++) {
      const rho = 0.85 * Math.sin(2.1 * i + 1.7 * j + 0.4);
      for (let r = 0; r < bins; r++) for (let c = 0; c < bins; c++) {
        const q = (x(r) ** 2 - 2 * rho * x(r) * x(c) + x(c) ** 2) / (1 - rho * rho);
        pairs[(at * bins + r) * bins + c] = Math.round(255 * Math.exp(-0.5 * q) * Math.max(0, 1 + 0.04 * gauss(next)));
      }
      cuts.set([255 * Math.exp(-0.5), 255 * Math.exp(-2)], at * 2);
    }
    const sigma = free.map((r) => SIGMA[r.name] ?? 0.05);
    this.post({
      type: "corner", rev: this.rev, seq: ++this.seq, labels: free.map((r) => r.label), pids: free.map((r) => r.pid), bins, levels: [0.393, 0.865], source: "preview", n: 4096, trusted: true, warning: "",
      lo: free.map((r, i) => r.value - 4 * sigma[i]), hi: free.map((r, i) => r.value + 4 * sigma[i]), best: free.map((r) => r.value),
      median: free.map((r) => r.value.toFixed(3)), plus: sigma.map((s) => s.toFixed(3)), minus: sigma.map((s) => s.toFixed(3)),
    }, [new DataView(marginals.buffer), new DataView(pairs.buffer), new DataView(cuts.buffer)]);
  }

  criteria(): CriteriaRow[] {
    const [k, stat, n] = [this.now.rows.filter((r) => r.free).length, this.stat(), this.bins()];
    const aic = stat + 2 * k;
    if (!this.units.length) return [];
    const row: CriteriaRow = { run: "now", label: "cpl+bb", k, stat, aic, aicc: aic + (2 * k * (k + 1)) / (n - k - 1), bic: stat + k * Math.log(n), lnz: -stat / 2 - 9.3, lnz_err: 0.04, weight: null, note: "", comparable: true, why: "" };
    const rows = [row, ...this.others.map((o) => ({ ...o }))];
    const good = rows.filter((r) => r.comparable && r.aicc !== null);
    const best = Math.min(...good.map((r) => r.aicc!));
    const sum = good.reduce((s, r) => s + Math.exp(-0.5 * (r.aicc! - best)), 0);
    for (const r of good) r.weight = Math.exp(-0.5 * (r.aicc! - best)) / sum;
    return rows;
  }

  bins(): number {
    return this.units.reduce((sum, u) => sum + u.lo.filter((lo, i) => this.now.notice[u.name].length === 0 || this.now.notice[u.name].some(([a, b]) => Math.sqrt(lo * u.hi[i]) >= a && Math.sqrt(lo * u.hi[i]) <= b)).length, 0);
  }

  view(): LabView {
    const n = this.bins();
    const k = this.now.rows.filter((r) => r.free).length;
    const { t, factors } = this.theta(this.now.rows);
    return {
      type: "view", rev: this.rev, title: "n6 + b1", subtitle: this.model, refit_others: this.refitOthers, hint: this.hint, offer: null, styles: STYLES, models: [{ pair: 1, data: "n6 + b1", expression: this.model }],
      params: { rows: this.now.rows, families: FAMILIES },
      units: this.units.map((u, i) => ({
        name: u.name, pair: 1, stat: "pgstat", formula: "Poisson source, Gaussian background", channels: u.lo.length, used: curves(u, t, factors[i], this.now.notice[u.name], { bb: true }).used.reduce((a, b) => a + b, 0),
        notice: this.now.notice[u.name], range: [u.lo[0], u.hi[u.hi.length - 1]], color: u.color,
      })),
      stat: { name: "pgstat", value: this.stat().toFixed(2), number: this.stat(), dof: n - k, bins: n, reduced: (this.stat() / (n - k)).toFixed(3), exact: true,
        per_unit: this.units.map((u, i) => { const c = curves(u, t, factors[i], this.now.notice[u.name], { bb: true }); return { unit: u.name, name: "pgstat", value: c.stat.toFixed(2), bins: c.used.reduce((a, b) => a + b, 0) }; }) },
      criteria: { rows: this.criteria(), at: "best fit", quality: { pareto_k: 0.31, ok: true, text: "The preview can be trusted: Pareto k = 0.31, 3120 effective draws." }, stale: false },
      engines: ENGINES, fit: this.fit, history: this.history, journal: this.journal,
      degeneracy: { at: this.at, lo: -4, hi: 4, share: "71 %", moves: [{ pid: 1, label: "\\alpha", up: true }, { pid: 3, label: "\\log A", up: false }] },
      timeline: { now: this.past.length, moments: this.moments().map(({ id, label }) => ({ id, label })) },
      undo: { can: this.past.length > 0, label: this.past.at(-1)?.label ?? "" }, redo: { can: this.future.length > 0, label: this.future.at(-1)?.label ?? "" }, live: this.live, messages: this.messages, autosave: { text: "", title: "" }, lesson: null, posterior: { current: true, text: "" },
    };
  }

  private walked(to: number): ParameterRow[] {
    const by: Record<number, number> = { 1: 0.04 * (to - this.at), 3: -0.02 * (to - this.at) };
    return this.now.rows.map((r) => (r.pid in by ? { ...r, value: r.value + by[r.pid], text: (r.value + by[r.pid]).toFixed(3) } : r));
  }

  /** The start, what each step led to, and what was undone. */
  private moments(): { id: string; label: string; saved: Saved }[] {
    const done = this.past.map(({ label }, i) => ({ id: `line ${i}`, label, saved: this.past[i + 1]?.saved ?? this.now }));
    return [{ id: "start", label: "the start", saved: this.past[0]?.saved ?? this.now }, ...done];
  }

  private reply(id: number, extra: Partial<Reply> = {}): void {
    this.post({ type: "reply", id, ok: true, rev: this.rev, ...extra });
  }

  private refuse(id: number, message: string, hint: string): void {
    this.post({ type: "reply", id, ok: false, error: { kind: "ParameterError", message, hint } });
  }

  private edit(id: number, label: string, code: string, rows: ParameterRow[], notice = this.now.notice): void {
    this.past.push({ saved: this.now, label });
    this.future = [];
    this.now = { rows, notice };
    this.journal = [...this.journal.filter((l) => !l.undone), { code, undone: false }];
    this.changed();
    this.reply(id, { code });
  }

  private action(id: number, name: string, a: Args): void {
    const rows = this.now.rows;
    const pids = (a.pids ?? []) as number[];
    const mark = (r: ParameterRow): ParameterRow => ({ ...r, free: !r.frozen && r.linked_to === null && r.tie === null });
    switch (name) {
      case "set_value": {
        const value = typeof a.value === "number" ? a.value : Number(String(a.value).replace(/\s*(keV|MeV)$/, ""));
        if (!Number.isFinite(value)) return this.refuse(id, `“${a.value}” is not a value of ${rows.find((r) => r.pid === a.pid)!.name}.`, "Write a number, a number with a unit such as 300 keV, or =2*par[1].");
        return this.edit(id, `par[${a.pid}] = ${value}`, `infer.par[${a.pid}].val = ${value.toPrecision(6)}`, this.withValue(a.pid as unknown as number, value));
      }
      case "set_refitted": {
        const rows = this.refitted(a.pid as unknown as number, a.value as unknown as number);
        this.edit(id, `refit with par[${a.pid}] at ${a.value}`, `infer.par[${a.pid}].val = ${a.value}; infer.at_par([…])`, rows);
        return this.sendProfiles();
      }
      case "paste": {
        const texts = String(a.text).trimEnd().split(/\r?\n/);
        const bad = texts.findIndex((t) => !Number.isFinite(Number(t)));
        if (bad >= 0) return this.post({ type: "reply", id, ok: false, error: { kind: "PasteError", message: `line ${bad + 1}: the value is not a number; got “${texts[bad]}”.`, hint: null, pid: pids[bad] } });
        return this.edit(id, `paste of ${texts.length} values`, texts.map((t, i) => `infer.par[${pids[i]}].val = ${t}`).join("; "), rows.map((r) => (pids.indexOf(r.pid) in texts ? { ...r, value: Number(texts[pids.indexOf(r.pid)]), text: texts[pids.indexOf(r.pid)] } : r)));
      }
      case "freeze": return this.edit(id, a.frozen ? "freeze" : "thaw", pids.map((p) => `infer.par[${p}].frozen = ${a.frozen ? "True" : "False"}`).join("; "), rows.map((r) => (pids.includes(r.pid) ? mark({ ...r, frozen: !!a.frozen, error: a.frozen ? "" : (SIGMA[r.name] ?? 0.03).toFixed(3) }) : r)));
      case "link": {
        const master = rows.find((r) => r.pid === pids[0])!;
        const link = master.link ?? Math.max(0, ...rows.map((r) => r.link ?? 0)) + 1;
        const first = Math.min(...pids);
        return this.edit(id, `link ${pids.join(", ")}`, `infer.link([${pids.join(", ")}])`, rows.map((r) => (pids.includes(r.pid) ? mark({ ...r, link, linked_to: r.pid === first ? null : first, value: master.value, text: master.text, error: r.pid === first ? master.error : "" }) : r)));
      }
      case "unlink": {
        const groups = new Set(rows.filter((r) => pids.includes(r.pid)).map((r) => r.link));
        return this.edit(id, "unlink", `infer.unlink([${pids.join(", ")}])`, rows.map((r) => (groups.has(r.link) && r.link !== null ? mark({ ...r, link: null, linked_to: null, error: (SIGMA[r.name] ?? 0.03).toFixed(3) }) : r)));
      }
      case "tie": return String(a.expression).includes(`par[${a.pid}]`) ? this.refuse(id, `par[${a.pid}] would follow itself.`, "Name other parameters: a tie must not come back to where it started.")
        : this.edit(id, "tie", `infer.tie(${a.pid}, "${a.expression}")`, rows.map((r) => (r.pid === (a.pid as unknown) ? mark({ ...r, tie: a.expression ? String(a.expression) : null, error: "" }) : r)));
      case "set_prior": return this.edit(id, "prior", `infer.par[${a.pid}].prior = ${a.prior}`, rows.map((r) => (r.pid === (a.pid as unknown) ? { ...r, prior: String(a.prior), prior_set: true } : r)));
      case "notice": {
        const units = (a.units ?? [[a.unit, a.windows]]) as [string, [number, number][]][];
        return this.edit(id, `notice ${units.map(([unit]) => unit)}`, units.map(([unit, windows]) => `infer.notice("${unit}", ${JSON.stringify(windows)})`).join("; "), rows, { ...this.now.notice, ...Object.fromEntries(units) });
      }
      case "undo": case "redo": return this.travel(id, name);
      case "walk": {
        if (this.refuseWalk) return this.refuse(id, "the degeneracy ends before.", "");
        const rows = this.walked(a.to as unknown as number);
        this.at = a.to as unknown as number;
        return this.edit(id, "walk", `lab.walk(${a.to})`, rows);
      }
      case "revisit": {
        const there = this.moments().find((m) => m.id === (a.moment as unknown))!;
        return this.edit(id, `back to ${there.label}`, `lab.revisit("${there.id}")`, there.saved.rows, there.saved.notice);
      }
      case "overlay": {
        this.history = this.history.map((h) => (h.run === (a.run as unknown) ? { ...h, overlaid: !!a.on } : h));
        this.changed();
        this.sendOverlay(a.run as unknown as number);
        return this.reply(id);
      }
      case "add_line": {
        this.model = `${this.model}+gauss`;
        this.hint = null;
        return this.edit(id, "line at 60 keV", `infer.set_model('${this.model}')`, rows);
      }
      case "set_model": {
        const model = String(a.model).replace(/\s/g, "");
        if (/nonsense/.test(model)) return this.refuse(id, "no component is called nonsense.", "Did you mean pl?");
        this.model = model;
        return this.edit(id, `model ${model}`, `infer.set_model('${model}')`, rows);
      }
      case "components": return this.reply(id, { components: COMPONENTS });
      case "model_preview": return /nonsense/.test(String(a.model)) ? this.refuse(id, "no component is called nonsense.", "Did you mean pl?") : this.reply(id, { expression: a.model, words: "7 parameters: 5 stay as they are, 2 new" });
      case "prior_preview": return this.preview(id, String(a.prior), Number(a.pid));
      case "difference": return this.reply(id, this.past.length ? { words: "another model: pl, now cpl+bb", rows: [{ of: "prior of ", label: "\\alpha", name: "prior of cpl.alpha", then: "unif(-3, 2)", now: "unif(-2, 2)" }] } : { words: "nothing differs from the present set-up", rows: [] });
      case "fit": return this.start(id, String(a.engine));
      case "stop": return this.stopFit(id);
      case "pause": return this.pauseFit(id, "paused");
      case "resume": return this.pauseFit(id, "running");
      case "set_refit_others": this.refitOthers = !!a.on; this.changed(); this.sendProfiles(); return this.reply(id);
      case "set_live": this.live = !!a.live; this.changed(); return this.reply(id);
      case "script": return this.reply(id, { text: `from spec_lab import Infer, load\n\ninfer = Infer(load("grb"))\n${this.journal.filter((l) => !l.undone).map((l) => l.code).join("\n")}\nprint(infer.stat)  # ${this.stat().toFixed(2)}` });
      case "pin": case "label": case "delete":
        this.history = name === "delete" ? this.history.filter((h) => h.run !== (a.run as unknown)) : this.history.map((h) => (h.run === (a.run as unknown) ? { ...h, ...(name === "pin" ? { pinned: !!a.pinned } : { label: String(a.label) }) } : h));
        this.changed();
        return this.reply(id);
      case "dismiss": this.messages = this.messages.filter((m) => m.id !== (a.message as unknown)); this.changed(); return this.reply(id);
      default: return this.edit(id, name, `lab.${name}(${a.run ?? ""})`, rows);
    }
  }

  private travel(id: number, name: "undo" | "redo"): void {
    const [from, to] = name === "undo" ? [this.past, this.future] : [this.future, this.past];
    const step = from.pop();
    if (!step) return this.refuse(id, `Nothing to ${name}.`, "");
    to.push({ saved: this.now, label: step.label });
    this.now = step.saved;
    const at = name === "undo" ? this.journal.findLastIndex((l) => !l.undone) : this.journal.findIndex((l) => l.undone);
    this.journal = this.journal.map((l, i) => (i === at ? { ...l, undone: name === "undo" } : l));
    this.changed();
    this.reply(id);
  }

  private posterior(pid: number, text: string): PosteriorCurve | null {
    const row = this.now.rows.find((r) => r.pid === pid);
    if (!row?.free || !this.history.length) return null;
    const sigma = SIGMA[row.name] ?? 0.1;
    const x = Array.from({ length: 61 }, (_, i) => row.value + (i / 10 - 3) * sigma);
    const words = text === row.prior ? "posterior: 3.2 bits learned" : "posterior under the prior in force";
    return { x, density: x.map((v) => Math.exp(-0.5 * ((v - row.value) / sigma) ** 2)), words, title: "The information gained on this parameter." };
  }

  private preview(id: number, text: string, pid: number): void {
    const [, family, list] = text.match(/^(\w+)\((.*)\)$/) ?? [];
    const args = (list ?? "").split(",").map(Number);
    if (!family || args.some((v) => !Number.isFinite(v))) return this.refuse(id, `“${text}” is not a prior.`, "Each argument must be a number.");
    if (/unif/.test(family) && args[0] >= args[1]) return this.refuse(id, `${family} needs min < max; got ${args[0]} and ${args[1]}.`, "Exchange the two, or give a larger max.");
    const wide = /unif/.test(family) ? [args[0], args[1]] : [args[0] - 4 * args[1], args[0] + 4 * args[1]];
    const x = Array.from({ length: 121 }, (_, i) => wide[0] + (i / 120) * (wide[1] - wide[0]));
    this.reply(id, { x, density: x.map((v) => (/unif/.test(family) ? 1 : Math.exp(-0.5 * ((v - args[0]) / args[1]) ** 2))), lo: wide[0], hi: wide[1], log: false, handles: this.handles(family, args), posterior: this.posterior(pid, text) });
  }

  private handles(family: string, args: number[]): PriorHandle[] {
    const one = (arg: number, name: string, role: PriorHandle["role"], zero = 0, least: number | null = null, most: number | null = null): PriorHandle => ({ arg, name, role, at: zero + args[arg], zero, unit: 1, log: false, least, most });
    if (/unif/.test(family)) return [one(0, "min", "low", 0, null, args[1] - 0.01), one(1, "max", "high", 0, args[0] + 0.01)];
    return [one(0, "mean", "centre"), one(1, "std", "width", args[0], args[0] + 0.01)];
  }

  private start(id: number, engine: string): void {
    const begun = Date.now();
    this.fit = { state: "running", engine, progress: 0, message: "compiling", elapsed: 0, eta: null, error: null, draft: false, pause: { can: engine !== "fit", why: engine === "fit" ? "It is over before a pause could begin." : "" } };
    this.changed();
    this.reply(id);
    this.timer = setInterval(() => {
      if (this.fit.state === "paused") return;
      const elapsed = (Date.now() - begun) / 1000;
      const progress = Math.min(1, elapsed / 6);
      this.fit = { ...this.fit, progress, elapsed, eta: 6 - elapsed, message: `draw ${Math.round(2000 * progress)} of 2000, R̂ 1.0${9 - Math.round(8 * progress)}, 0 divergences` };
      if (progress >= 1) this.finish("done", "2000 draws of 4 chains; R̂ ≤ 1.01, 1730 effective draws.");
      else this.post({ type: "progress", fit: this.fit });
    }, 200);
  }

  private pauseFit(id: number, state: "paused" | "running"): void {
    this.fit = { ...this.fit, state };
    this.changed();
    this.reply(id);
  }

  private stopFit(id: number): void {
    this.reply(id);
    setTimeout(() => this.finish("stopped", `Stopped at ${Math.round(100 * (this.fit.progress ?? 0))} %; what was drawn is kept.`), 300);
  }

  private finish(state: "done" | "stopped", message: string): void {
    clearInterval(this.timer);
    this.fit = { ...this.fit, state, message, eta: null };
    const run = this.history.length + 1;
    this.history = [{ run, label: "cpl+bb", engine: this.fit.engine, time: "12:04:31", stat: this.stat().toFixed(2), k: 5, lnz: null, pinned: false, note: message, current: true, overlaid: false }, ...this.history.map((h) => ({ ...h, current: false }))];
    this.changed();
  }
}
