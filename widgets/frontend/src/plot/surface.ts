// Surface: the few strokes every plot is made of. Two makers give one: canvas (live, crisp at the screen's density)
// and SVG (export, deterministic text). A scene drawn on one is the scene drawn on the other.
// UI state: none.
import type { Run } from "./tex";

export interface Pencil {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  rect(x: number, y: number, w: number, h: number): void;
  circle(x: number, y: number, r: number): void;
  closePath(): void;
}

export interface Stroke {
  color: string;
  width?: number;
  dash?: readonly number[];
  alpha?: number;
}

export interface Fill {
  color: string;
  alpha?: number;
}

export interface Type {
  color: string;
  size: number;
  align?: "start" | "middle" | "end";
  baseline?: "top" | "middle" | "bottom";
  /** Radians, about the anchor. */
  rotate?: number;
  weight?: number;
}

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export type Shape = (pencil: Pencil) => void;

export interface Surface {
  stroke(shape: Shape, style: Stroke): void;
  fill(shape: Shape, style: Fill): void;
  text(runs: readonly Run[] | string, x: number, y: number, style: Type): void;
  clip(box: Box, draw: () => void): void;
  /** An `nx × ny` image (RGBA, first row on top) stretched over `box` without smoothing. */
  image(rgba: Uint8ClampedArray, nx: number, ny: number, box: Box): void;
  width(runs: readonly Run[] | string, style: Type): number;
}

export const RAISED = 0.72;
export const SHIFT = { [-1]: 0.22, 0: 0, 1: -0.38 } as const;

export const asRuns = (text: readonly Run[] | string): readonly Run[] => (typeof text === "string" ? [{ text, shift: 0 }] : text);
