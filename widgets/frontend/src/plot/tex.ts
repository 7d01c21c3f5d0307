// Labels: the small part of TeX that parameter names and units use, cut into runs that HTML, canvas and SVG can set.
// Unknown commands are shown as written, so nothing disappears.
// UI state: none.

export interface Run {
  text: string;
  /** 0 on the line, +1 superscript, −1 subscript. */
  shift: -1 | 0 | 1;
}

const SYMBOLS: Record<string, string> = {
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", varepsilon: "ε", zeta: "ζ", eta: "η", theta: "θ", kappa: "κ",
  lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", varphi: "φ", chi: "χ",
  psi: "ψ", omega: "ω", Gamma: "Γ", Delta: "Δ", Theta: "Θ", Lambda: "Λ", Xi: "Ξ", Pi: "Π", Sigma: "Σ", Phi: "Φ", Psi: "Ψ",
  Omega: "Ω", log: "log ", ln: "ln ", exp: "exp ", times: "×", cdot: "·", pm: "±", odot: "⊙", infty: "∞", circ: "°",
  sim: "∼", propto: "∝", le: "≤", ge: "≥", quad: " ", ",": " ", ";": " ", " ": " ", "!": "", "%": "%", "_": "_", "&": "&",
};
const WRAPPERS = new Set(["mathrm", "text", "rm", "mathit", "mathbf", "textrm", "operatorname", "left", "right", "hat", "bar", "boldsymbol"]);

class Reader {
  private at = 0;
  private readonly runs: Run[] = [];

  constructor(private readonly source: string) {}

  read(): Run[] {
    this.group(0, false);
    for (const run of this.runs) run.text = run.text.replace(/ {2,}/g, " ");
    const last = this.runs.at(-1);
    if (last) last.text = last.text.trimEnd();
    return this.runs.filter((run) => run.text !== "");
  }

  private put(text: string, shift: Run["shift"]): void {
    const last = this.runs.at(-1);
    if (last && last.shift === shift) last.text += text;
    else this.runs.push({ text, shift });
  }

  private group(shift: Run["shift"], closes: boolean): void {
    while (this.at < this.source.length) {
      if (closes && this.source[this.at] === "}") return void this.at++;
      this.atom(shift);
    }
  }

  private atom(shift: Run["shift"]): void {
    const c = this.source[this.at++];
    if (c === "{") this.group(shift, true);
    else if (c === "^") this.atom(1);
    else if (c === "_" && this.at > 1 && this.at < this.source.length) this.atom(-1);
    else if (c === "\\") this.command(shift);
    else if (c === "~") this.put(" ", shift);
    else if (c !== "$" && c !== "}") this.put(c === "-" && shift !== 0 ? "−" : c, shift);
  }

  private command(shift: Run["shift"]): void {
    const name = this.source.slice(this.at).match(/^([A-Za-z]+|.)/)?.[0] ?? "";
    this.at += name.length;
    if (/[A-Za-z]/.test(name)) while (this.source[this.at] === " ") this.at++;
    if (WRAPPERS.has(name)) {
      if (this.source[this.at] === "{") this.atom(shift);
    } else this.put(SYMBOLS[name] ?? `\\${name}`, shift);
  }
}

/** Plain words with an underscore (`sigma_scale`) are names, not TeX: only marked-up or one-letter stems take subscripts. */
function isName(source: string): boolean {
  return !/[\\^{}$]/.test(source) && /^[A-Za-z]\w+_\w\w+/.test(source);
}

export function tex(source: string): Run[] {
  return isName(source) ? [{ text: source, shift: 0 }] : new Reader(source).read();
}

export const plain = (source: string): string => tex(source).map((run) => run.text).join("");

const POWER = /([A-Za-z\d)])(\^?)([-−+]?\d+)(?=$|[\s/·)])/g;

const SQUARE = /\b(cm|m|s|keV|MeV|GeV|eV|erg|kpc|Mpc|pc)([2-6])(?![\d.])/g;

/** Units as instruments write them: `cm^-2 s^-1`, `keV-1`, `10^22 cm^-2`; powers are raised. */
export function texUnit(source: string): Run[] {
  if (source.includes("\\") || source.includes("{")) return tex(source);
  return tex(source.replace(SQUARE, "$1^{$2}").replace(POWER, (whole, stem, hat, power) => (hat || /^[-−+]/.test(power) ? `${stem}^{${power}}` : whole)));
}
