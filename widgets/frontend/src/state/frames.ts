// Frames: a header and its buffers become typed arrays that the plots read. Buffers may arrive as DataView or typed
// array, at any offset; views respect the offset and copy only where the alignment forbids a view.
// UI state: none.
import type { BrushMessage, CornerMessage, OverlayMessage, LessonScore, ProfileData, SpectrumMessage } from "./protocol";

/** An outline in the plane of two parameters, in their values. */
export interface Region {
  pids: [number, number];
  points: [number, number][];
}

export type Bytes = ArrayBuffer | ArrayBufferView;

function bytes(source: Bytes): Uint8Array {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
}

/** A float32 view of `source` (little-endian, as every machine a browser runs on); copied when not 4-byte aligned. */
export function float32(source: Bytes): Float32Array {
  const raw = bytes(source);
  const length = Math.floor(raw.byteLength / 4);
  if (raw.byteOffset % 4 === 0) return new Float32Array(raw.buffer as ArrayBuffer, raw.byteOffset, length);
  return new Float32Array(raw.slice(0, length * 4).buffer as ArrayBuffer);
}

export function uint8(source: Bytes): Uint8Array {
  return bytes(source);
}

export interface SpectrumUnit {
  name: string;
  color: string | number;
  n: number;
  lo: Float32Array;
  hi: Float32Array;
  data: Float32Array;
  err: Float32Array;
  model: Float32Array;
  resid: Float32Array;
  /** Errors of the residuals, where they have some. */
  residErr?: Float32Array;
  used: Float32Array;
  /** What a count is worth, photons/cm²/s/keV; null where it was not asked for. */
  unfold: Float32Array | null;
  components: { name: string; values: Float32Array }[];
}

export interface SpectrumFrame {
  rev: number;
  seq: number;
  preview: boolean;
  exact: boolean;
  xlabel: string;
  ylabel: string;
  stat: string;
  ymin: number | null;
  score: LessonScore | null;
  xscale: "log" | "linear";
  yscale: "log" | "linear";
  moves: readonly [number, number, string][];
  profile?: ProfileData | null;
  units: SpectrumUnit[];
}

/** Cut the one buffer of a `spectrum` message into the named fields of each unit. */
export function spectrumFrame(message: SpectrumMessage, buffers: readonly Bytes[]): SpectrumFrame {
  const values = float32(buffers[0] ?? new ArrayBuffer(0));
  const need = message.units.reduce((sum, unit) => sum + unit.n * unit.fields.length, 0);
  if (values.length < need) throw new RangeError(`spectrum frame holds ${values.length} numbers, its header promises ${need}`);
  let at = 0;
  const units = message.units.map((unit) => {
    const fields: Record<string, Float32Array> = {};
    for (const field of unit.fields) fields[field] = values.subarray(at, (at += unit.n));
    const empty = new Float32Array(unit.n).fill(NaN);
    const get = (name: string) => fields[name] ?? empty;
    return {
      name: unit.name, color: unit.color, n: unit.n,
      lo: get("lo"), hi: get("hi"), data: get("data"), err: get("err"), model: get("model"), resid: get("resid"),
      unfold: fields.unfold ?? null,
      used: fields.used ?? new Float32Array(unit.n).fill(1),
      components: unit.fields.filter((f) => f.startsWith("comp:")).map((f) => ({ name: f.slice(5), values: get(f) })),
    };
  });
  return {
    rev: message.rev, seq: message.seq, preview: !!message.preview, exact: message.exact !== false,
    xlabel: message.xlabel, ylabel: message.ylabel, stat: message.stat, ymin: message.ymin ?? null, score: message.score ?? null,
    xscale: message.xscale ?? "log", yscale: message.yscale ?? "log", moves: message.moves ?? [], profile: message.profile ?? null, units,
  };
}

export interface CornerFrame extends CornerMessage {
  /** `marginals[i]`: `bins` heights of parameter i. */
  marginals: Float32Array[];
  /** The pair histogram of parameters i > j, rows = y of i, columns = x of j, 0–255. */
  pair: (i: number, j: number) => Uint8Array;
  /** Its contour thresholds, one for each of `levels`. */
  thresholds: (i: number, j: number) => number[];
}

/** The place of the pair (i, j), i > j, in row order: (1,0) (2,0) (2,1) (3,0) … */
export const pairIndex = (i: number, j: number): number => (i * (i - 1)) / 2 + j;

export function cornerFrame(message: CornerMessage, buffers: readonly Bytes[]): CornerFrame {
  const { bins, labels, levels } = message;
  const marginal = float32(buffers[0] ?? new ArrayBuffer(0));
  const pairs = uint8(buffers[1] ?? new ArrayBuffer(0));
  const cuts = float32(buffers[2] ?? new ArrayBuffer(0));
  const p = labels.length;
  const need = ((p * (p - 1)) / 2) * bins * bins;
  if (marginal.length < p * bins || pairs.length < need) throw new RangeError("corner frame is shorter than its header promises");
  return {
    ...message,
    marginals: labels.map((_, i) => marginal.subarray(i * bins, (i + 1) * bins)),
    pair: (i, j) => pairs.subarray(pairIndex(i, j) * bins * bins, (pairIndex(i, j) + 1) * bins * bins),
    thresholds: (i, j) => [...cuts.subarray(pairIndex(i, j) * levels.length, (pairIndex(i, j) + 1) * levels.length)],
  };
}

/** The selected draws over one unit: edges of its groups, 2.5, 16, 50, 84, 97.5 % of the curve and 2.5, 50, 97.5 % of the residual. */
export interface BrushUnit {
  name: string;
  n: number;
  lo: Float32Array;
  hi: Float32Array;
  low: Float32Array;
  lower: Float32Array;
  mid: Float32Array;
  upper: Float32Array;
  high: Float32Array;
  rlow: Float32Array;
  rmid: Float32Array;
  rhigh: Float32Array;
}

export interface BrushFrame {
  request: number;
  /** Null: nothing is selected (any more). */
  region: Region | null;
  /** Not a selection, but all draws. */
  all: boolean;
  n: number;
  total: number;
  units: BrushUnit[];
}

export function brushFrame(message: BrushMessage, buffers: readonly Bytes[]): BrushFrame {
  const units = cut<BrushUnit>(message, buffers);
  const region: Region | null = message.pids.length === 2 ? { pids: [message.pids[0], message.pids[1]], points: message.region } : null;
  return { request: message.request, region, all: !region && message.n > 0, n: message.n, total: message.total, units };
}

/** The curve of a past run over one unit. */
export interface OverlayUnit {
  name: string;
  n: number;
  lo: Float32Array;
  hi: Float32Array;
  model: Float32Array;
}

export interface OverlayFrame {
  run: number;
  label: string;
  units: OverlayUnit[];
}

export const overlayFrame = (message: OverlayMessage, buffers: readonly Bytes[]): OverlayFrame => ({ run: message.run, label: message.label, units: cut<OverlayUnit>(message, buffers) });

/** The one buffer of a message whose units all have the same fields. */
function cut<Unit>(message: { type: string; units: { name: string; n: number }[]; fields: string[] }, buffers: readonly Bytes[]): Unit[] {
  const values = float32(buffers[0] ?? new ArrayBuffer(0));
  const need = message.units.reduce((sum, unit) => sum + unit.n * message.fields.length, 0);
  if (values.length < need) throw new RangeError(`${message.type} frame holds ${values.length} numbers, its header promises ${need}`);
  let at = 0;
  return message.units.map(({ name, n }) => {
    const fields = Object.fromEntries(message.fields.map((field) => [field, values.subarray(at, (at += n))]));
    return { name, n, ...fields } as unknown as Unit;
  });
}
