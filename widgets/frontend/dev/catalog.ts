// What the toy kernel offers: parameters, prior families, engines, and a past worth comparing with.
import type { ComponentInfo, CriteriaRow, EngineForm, PriorFamily, HistoryRow, ParameterRow, SpectrumStyle } from "../src/state/protocol";

const row = (pid: number, component: string, name: string, label: string, unit: string, value: number, text: string, error: string, prior: string, lo: number, hi: number, more: Partial<ParameterRow> = {}): ParameterRow => ({
  pid, owner: "model", pair: "", expression: "cpl+bb", component, name, label, doc: "", unit, value, text, error, frozen: false, free: true, link: null, linked_to: null, tie: null, at_bound: null,
  prior, prior_set: true, slider: { lo, hi, log: false }, hidden: false, ...more,
});

export const firstRows = (): ParameterRow[] => [
  row(1, "cpl", "alpha", "\\alpha", "", -0.92, "-0.920", "0.041", "unif(-2, 2)", -2, 2),
  row(2, "cpl", "logEc", "\\log E_c", "keV", 2.74, "2.740", "0.036", "unif(0, 4)", 0, 4),
  row(3, "cpl", "logA", "\\log A", "ph cm^-2 s^-1 keV^-1", -1.1, "-1.100", "0.021", "norm(-1, 0.5)", -3, 1),
  row(4, "bb", "kT", "kT", "keV", 21, "21.0", "1.9", "logunif(1, 300)", 1, 300, { slider: { lo: 1, hi: 300, log: true } }),
  row(5, "bb", "logN", "\\log N", "ph cm^-2 s^-1", 0.25, "0.25", "0.09", "unif(-2, 4)", -2, 4),
  row(6, "n6", "factor", "f_{n6}", "", 1, "1.000", "", "flat", 0.5, 2, { owner: "data", expression: "data", frozen: true, free: false, hidden: true, prior_set: false }),
  row(7, "b1", "factor", "f_{b1}", "", 1.04, "1.040", "0.030", "norm(1, 0.1)", 0.5, 1.5, { owner: "data", expression: "data" }),
];

export const FAMILIES: PriorFamily[] = [
  { name: "unif", signature: "unif(min, max)", doc: "Flat between min and max.", args: [{ name: "min", default: 0 }, { name: "max", default: 1 }] },
  { name: "logunif", signature: "logunif(min, max)", doc: "Flat in the logarithm between min and max.", args: [{ name: "min", default: 0.1 }, { name: "max", default: 10 }] },
  { name: "norm", signature: "norm(mean, std)", doc: "Normal.", args: [{ name: "mean", default: 0 }, { name: "std", default: 1 }] },
  { name: "truncnorm", signature: "truncnorm(mean, std, min, max)", doc: "Normal, cut at min and max.", args: [{ name: "mean", default: 0 }, { name: "std", default: 1 }, { name: "min", default: -2 }, { name: "max", default: 2 }] },
];

export const ENGINES: EngineForm[] = [
  { name: "fit", title: "Newton", doc: "The built-in minimiser: milliseconds, with a covariance.", enabled: true, why: "", options: [{ name: "starts", label: "starts", kind: "int", default: 4, min: 1, max: 64, choices: null, doc: "Starting points, the present values first." }], presets: [] },
  { name: "nuts", title: "NUTS", doc: "Hamiltonian Monte Carlo with automatic path lengths.", enabled: true, why: "", options: [
    { name: "chains", label: "chains", kind: "int", default: 4, min: 1, max: 16, choices: null, doc: "Independent chains." },
    { name: "draws", label: "draws", kind: "int", default: 2000, min: 100, max: null, choices: null, doc: "Draws kept of each chain." },
    { name: "warmup", label: "warm-up", kind: "int", default: 500, min: 50, max: null, choices: null, doc: "Steps that tune the sampler." },
    { name: "target", label: "target accept", kind: "float", default: 0.8, min: 0.5, max: 0.99, choices: null, doc: "Aim of the step size." },
    { name: "mass", label: "mass matrix", kind: "choice", default: "dense", min: null, max: null, choices: ["dense", "diagonal"], doc: "Shape of the metric." },
    { name: "resume", label: "resume", kind: "bool", default: false, min: null, max: null, choices: null, doc: "Go on from the last run." }],
    presets: [{ name: "quick", options: { draws: 500, warmup: 200 } }, { name: "standard", options: {} }, { name: "publication", options: { draws: 5000 } }] },
  { name: "multinest", title: "MultiNest", doc: "Nested sampling: posterior and evidence.", enabled: false, why: "The library libmultinest was not found on this machine.", options: [{ name: "nlive", label: "live points", kind: "int", default: 500, min: 20, max: null, choices: null, doc: "Live points." }], presets: [] },
];

export const OTHERS: CriteriaRow[] = [
  { run: 3, label: "cpl+bb · NUTS", k: 6, stat: 176.31, aic: 188.31, aicc: 188.86, bic: 206.6, lnz: null, lnz_err: null, weight: null, note: "", comparable: true, why: "" },
  { run: 2, label: "cpl · MultiNest", k: 4, stat: 188.04, aic: 196.04, aicc: 196.3, bic: 208.2, lnz: -104.83, lnz_err: 0.12, weight: null, note: "statistic at the best point of multinest", comparable: true, why: "" },
  { run: 1, label: "pl · Newton", k: 3, stat: 301.2, aic: 307.2, aicc: 307.4, bic: 316.4, lnz: null, lnz_err: null, weight: null, note: "", comparable: false, why: "It noticed n6 in 8–900 keV; now 33–40 keV is ignored." },
];

export const HISTORY: HistoryRow[] = [
  { run: 3, label: "cpl+bb with thermal bump", engine: "NUTS", time: "12:04", stat: "176.31", k: 6, lnz: null, pinned: true, note: "2000 draws, R̂ 1.00", current: true, overlaid: false },
  { run: 2, label: "cpl · MultiNest", engine: "MultiNest", time: "11:58", stat: "188.04", k: 4, lnz: -104.83, pinned: false, note: "stopped at 61 %", current: false, overlaid: false },
  { run: 1, label: "pl · Newton", engine: "Newton", time: "11:41", stat: "301.20", k: 3, lnz: null, pinned: false, note: "", current: false, overlaid: false },
];

const component = (name: string, kind: ComponentInfo["kind"], family: string, what: string, aliases: string[] = []): ComponentInfo => ({ name, kind, family, what, aliases });

export const COMPONENTS: ComponentInfo[] = [
  component("bb", "add", "additive", "Black body.", ["zbbody"]),
  component("cpl", "add", "additive", "Cut-off power law.", ["cutoffpl"]),
  component("gauss", "add", "additive", "Gaussian line.", ["gaussian"]),
  component("pl", "add", "additive", "Power law.", ["powerlaw"]),
  component("gsmooth", "conv", "convolution", "Gaussian smoothing of a spectrum."),
  component("tbabs", "mul", "multiplicative", "Absorption by the interstellar medium.", ["ztbabs"]),
];

export const STYLES: SpectrumStyle[] = [
  { name: "NE", label: "N(E)", ylabel: "photons", power: 0, scale: 1 },
  { name: "vFv", label: "νFν", ylabel: "erg", power: 2, scale: 2 },
];
