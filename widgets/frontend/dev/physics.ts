// A toy spectrometer for the host page and the tests: two detectors, a cut-off power law plus a black body, Poisson-like
// data, all from one seed. It only has to look true.

export interface ToyUnit {
  name: string;
  color: number;
  lo: number[];
  hi: number[];
  area: number[];
  data: number[];
  err: number[];
  stat: string;
}

export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const gauss = (next: () => number): number => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());

export interface Theta {
  alpha: number;
  logEc: number;
  logA: number;
  kT: number;
  logN: number;
}

export function terms(e: number, t: Theta): [number, number] {
  const cpl = 10 ** t.logA * (e / 100) ** t.alpha * Math.exp(-e / 10 ** t.logEc);
  const x = e / t.kT;
  const bb = x > 60 ? 0 : (10 ** t.logN * 8 * e * e) / (t.kT ** 4 * Math.expm1(x)) * 10;
  return [cpl, bb];
}

const TRUTH: Theta = { alpha: -0.92, logEc: 2.74, logA: -1.1, kT: 21, logN: 0.25 };
const EXPOSURE = 12;

function makeUnit(name: string, color: number, n: number, e0: number, e1: number, peak: number, area: number, factor: number, seed: number): ToyUnit {
  const next = random(seed);
  const edge = (i: number) => e0 * (e1 / e0) ** (i / n);
  const unit: ToyUnit = { name, color, lo: [], hi: [], area: [], data: [], err: [], stat: "pgstat" };
  for (let i = 0; i < n; i++) {
    const [lo, hi] = [edge(i), edge(i + 1)];
    const e = Math.sqrt(lo * hi);
    const response = area * Math.exp(-0.5 * (Math.log(e / peak) / 1.5) ** 2) * (name === "n6" && e > 33 ? 0.86 : 1);
    const [a, b] = terms(e, TRUTH);
    const rate = factor * response * (a + b);
    const counts = rate * (hi - lo) * EXPOSURE;
    const back = 0.9 * (hi - lo) * EXPOSURE * (e / 30) ** -1.2 * (area / 100);
    const sigma = Math.sqrt(Math.max(1, counts + 1.4 * back)) / ((hi - lo) * EXPOSURE);
    unit.lo.push(lo);
    unit.hi.push(hi);
    unit.area.push(response);
    unit.data.push(rate + sigma * gauss(next));
    unit.err.push(sigma);
  }
  return unit;
}

export const makeUnits = (): ToyUnit[] => [
  makeUnit("n6", 0, 96, 8, 950, 70, 100, 1, 7),
  makeUnit("b1", 1, 72, 200, 40000, 900, 130, 1.04, 11),
];

export interface Curves {
  model: number[];
  resid: number[];
  used: number[];
  comps: number[][];
  stat: number;
}

export function curves(unit: ToyUnit, t: Theta, factor: number, windows: [number, number][], flags: { bb: boolean }): Curves {
  const out: Curves = { model: [], resid: [], used: [], comps: [[], []], stat: 0 };
  unit.lo.forEach((lo, i) => {
    const e = Math.sqrt(lo * unit.hi[i]);
    const [a, b] = terms(e, t).map((v) => v * unit.area[i] * factor);
    const model = a + (flags.bb ? b : 0);
    const used = windows.length === 0 || windows.some(([x, y]) => e >= x && e <= y);
    out.comps[0].push(a);
    out.comps[1].push(b);
    out.model.push(model);
    out.used.push(used ? 1 : 0);
    out.resid.push((unit.data[i] - model) / unit.err[i]);
    if (used) out.stat += out.resid[i] ** 2;
  });
  return out;
}
