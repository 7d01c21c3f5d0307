// Gestures on the corner: draw around draws in the plane of two parameters (freehand or as a box) to select them. With keys:
// the arrows choose a panel, Enter puts a box on it, the arrows then move it, with Shift they size it, Escape takes it away.
// A label below the plot is dragged to another column: another order.
// UI state: view-local (tool, panel in hand, order); the selection is the session's, shared and outside history.
import type { Local } from "../state/local";
import type { Region } from "../state/frames";
import { cornerCells, labelAt, outlineOn, type Cell, type CornerInput } from "../plot/corner_scene";

type Point = [number, number];

const NEAR = 3; // pixels between two points of a freehand outline
const MOST = 200; // points of an outline
const TINY = 4; // pixels: a click is no outline

export function boxOf([x0, y0]: Point, [x1, y1]: Point): Point[] {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

/** Every so-manieth point, so that an outline stays short however long one draws. */
export function thinned(points: readonly Point[], most: number): Point[] {
  const every = Math.ceil(points.length / most);
  return points.filter((_, i) => i % every === 0);
}

export function moved(points: readonly Point[], dx: number, dy: number): Point[] {
  return points.map(([x, y]) => [x + dx, y + dy]);
}

/** The outline with its width and height changed by so much, about its middle; never turned inside out. */
export function sized(points: readonly Point[], dw: number, dh: number): Point[] {
  const ends = [0, 1].map((k) => [Math.min(...points.map((p) => p[k])), Math.max(...points.map((p) => p[k]))]);
  const factor = (k: number, d: number) => Math.max(0.05, 1 + d / (ends[k][1] - ends[k][0] || 1));
  const [fx, fy] = [factor(0, dw), factor(1, dh)];
  const [mx, my] = ends.map(([a, b]) => (a + b) / 2);
  return points.map(([x, y]) => [mx + (x - mx) * fx, my + (y - my) * fy]);
}

/** The list with one member at the place of another. */
export function reordered(pids: readonly number[], pid: number, target: number): number[] {
  const at = pids.indexOf(target);
  const rest = pids.filter((p) => p !== pid);
  return [...rest.slice(0, at), pid, ...rest.slice(at)];
}

const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class CornerGestures {
  private grip: { cell: Cell; path: Point[] } | null = null;
  /** The parameter whose label is in hand. */
  private carried: number | null = null;

  constructor(private readonly local: Local, private readonly input: () => CornerInput | null) {}

  attach(canvas: HTMLCanvasElement): () => void {
    const on: [string, (event: never) => void][] = [
      ["pointerdown", this.down], ["pointermove", this.move], ["pointerup", this.up], ["pointercancel", this.up], ["keydown", this.key],
    ];
    for (const [name, handler] of on) canvas.addEventListener(name, handler as EventListener);
    return () => { for (const [name, handler] of on) canvas.removeEventListener(name, handler as EventListener); };
  }

  /** The panel that the keyboard is on: the one chosen, else the one with the selection, else the first. */
  focused(): Cell | null {
    const wanted = this.local.cornerCell.value ?? this.local.lab.region.value?.pids;
    const pairs = this.pairs();
    return pairs.find((cell) => wanted && outlineOn({ pids: [wanted[0], wanted[1]], points: [] }, this.pid(cell.j), this.pid(cell.i))) ?? pairs[0] ?? null;
  }

  private pairs(): Cell[] {
    const input = this.input();
    return input ? cornerCells(input).filter(({ r, c }) => r > c) : [];
  }

  private pid(i: number): number {
    return this.input()!.frame.pids[i];
  }

  private label(event: PointerEvent): number | null {
    const input = this.input();
    const cell = input && labelAt(cornerCells(input), event.offsetX, event.offsetY);
    return cell ? this.pid(cell.j) : null;
  }

  private readonly down = (event: PointerEvent): void => {
    this.carried = event.button === 0 ? this.label(event) : null;
    if (this.carried !== null) return (event.currentTarget as HTMLCanvasElement).setPointerCapture?.(event.pointerId);
    const cell = this.pairs().find(({ box }) => event.offsetX >= box.x && event.offsetX <= box.x + box.w && event.offsetY >= box.y && event.offsetY <= box.y + box.h);
    if (event.button !== 0 || !cell) return;
    (event.currentTarget as HTMLCanvasElement).setPointerCapture?.(event.pointerId);
    this.local.cornerCell.value = [this.pid(cell.j), this.pid(cell.i)];
    this.grip = { cell, path: [[event.offsetX, event.offsetY]] };
  };

  private readonly move = (event: PointerEvent): void => {
    const cursor = this.grip || this.pairs().some(({ box }) => event.offsetX >= box.x && event.offsetX <= box.x + box.w && event.offsetY >= box.y && event.offsetY <= box.y + box.h);
    (event.currentTarget as HTMLElement).style.cursor = this.carried !== null ? "grabbing" : cursor ? "crosshair" : this.label(event) !== null ? "grab" : "";
    if (this.carried !== null) return this.carry(event);
    if (!this.grip) return;
    const { cell: { box }, path } = this.grip;
    const at: Point = [Math.min(box.x + box.w, Math.max(box.x, event.offsetX)), Math.min(box.y + box.h, Math.max(box.y, event.offsetY))];
    const last = path[path.length - 1];
    if (Math.hypot(at[0] - last[0], at[1] - last[1]) < NEAR) return;
    path.push(at);
    this.send();
  };

  private carry(event: PointerEvent): void {
    const { frame, shown } = this.input()!;
    const target = this.label(event);
    if (target !== null && target !== this.carried) this.local.cornerPids.value = reordered(shown.map((i) => frame.pids[i]), this.carried!, target);
  }

  private readonly up = (): void => {
    const { grip } = this;
    this.carried = null;
    if (!grip) return;
    const spread = (k: 0 | 1) => Math.max(...grip.path.map((p) => p[k])) - Math.min(...grip.path.map((p) => p[k]));
    if (spread(0) < TINY || spread(1) < TINY) this.local.lab.select(null);
    else this.send();
    this.grip = null;
  };

  private send(): void {
    const { cell, path } = this.grip!;
    const points = this.local.brushTool.value === "box" ? boxOf(path[0], path[path.length - 1]) : thinned(path, MOST);
    if (points.length < 3) return;
    this.select(cell, points.map(([px, py]): Point => [cell.x.invert(px), cell.y.invert(py)]));
  }

  private select(cell: Cell, points: Point[]): void {
    const region: Region = { pids: [this.pid(cell.j), this.pid(cell.i)], points };
    this.local.lab.select(region);
  }

  private readonly key = (event: KeyboardEvent): void => {
    const cell = this.focused();
    if (!cell || event.ctrlKey || event.metaKey) return;
    const region = this.local.lab.region.value;
    const here = region && outlineOn(region, this.pid(cell.j), this.pid(cell.i));
    const arrow = ARROWS[event.key];
    if (event.key === "Escape" && region) this.local.lab.select(null);
    else if ((event.key === "Enter" || event.key === " ") && !here) this.select(cell, this.middle(cell));
    else if (arrow && here) this.nudge(cell, here, arrow, event.shiftKey);
    else if (arrow) this.step(cell, arrow);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** A box about the middle of the panel. */
  private middle({ x, y }: Cell): Point[] {
    const at = ([a, b]: readonly number[], f: number) => a + f * (b - a);
    return boxOf([at(x.domain, 0.35), at(y.domain, 0.35)], [at(x.domain, 0.65), at(y.domain, 0.65)]);
  }

  private nudge(cell: Cell, points: Point[], [ax, ay]: Point, size: boolean): void {
    const [dx, dy] = [ax * 0.04 * (cell.x.domain[1] - cell.x.domain[0]), ay * 0.04 * (cell.y.domain[1] - cell.y.domain[0])];
    this.select(cell, size ? sized(points, dx, dy) : moved(points, dx, dy));
  }

  private step(from: Cell, [ax, ay]: Point): void {
    const next = this.pairs().find(({ r, c }) => r === from.r - ay && c === from.c + ax);
    if (next) this.local.cornerCell.value = [this.pid(next.j), this.pid(next.i)];
  }
}
