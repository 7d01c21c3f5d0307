// Canvas surface: draws a scene on a 2D context in CSS pixels; the caller has scaled the context by the pixel ratio.
// UI state: none.
import { asRuns, RAISED, SHIFT, type Box, type Fill, type Pencil, type Shape, type Stroke, type Surface, type Type } from "./surface";
import type { Run } from "./tex";

export class CanvasSurface implements Surface {
  private readonly pencil: Pencil;

  constructor(private readonly ctx: CanvasRenderingContext2D, private readonly family: string) {
    this.pencil = {
      moveTo: (x, y) => ctx.moveTo(x, y),
      lineTo: (x, y) => ctx.lineTo(x, y),
      rect: (x, y, w, h) => ctx.rect(x, y, w, h),
      circle: (x, y, r) => { ctx.moveTo(x + r, y); ctx.arc(x, y, r, 0, 2 * Math.PI); },
      closePath: () => ctx.closePath(),
    };
  }

  stroke(shape: Shape, style: Stroke): void {
    const { ctx } = this;
    ctx.globalAlpha = style.alpha ?? 1;
    ctx.strokeStyle = style.color;
    ctx.lineWidth = style.width ?? 1;
    ctx.lineJoin = "round";
    ctx.setLineDash(style.dash ? [...style.dash] : []);
    ctx.beginPath();
    shape(this.pencil);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  fill(shape: Shape, style: Fill): void {
    const { ctx } = this;
    ctx.globalAlpha = style.alpha ?? 1;
    ctx.fillStyle = style.color;
    ctx.beginPath();
    shape(this.pencil);
    ctx.fill();
    ctx.globalAlpha = 1;
  }

  text(text: readonly Run[] | string, x: number, y: number, style: Type): void {
    const { ctx } = this;
    const runs = asRuns(text);
    ctx.save();
    ctx.translate(x, y);
    if (style.rotate) ctx.rotate(style.rotate);
    ctx.fillStyle = style.color;
    ctx.textBaseline = ({ top: "top", middle: "middle", bottom: "alphabetic" } as const)[style.baseline ?? "bottom"];
    const total = this.width(runs, style);
    let at = style.align === "middle" ? -total / 2 : style.align === "end" ? -total : 0;
    for (const run of runs) {
      this.font(run, style);
      ctx.fillText(run.text, at, SHIFT[run.shift] * style.size);
      at += ctx.measureText(run.text).width;
    }
    ctx.restore();
  }

  width(text: readonly Run[] | string, style: Type): number {
    let sum = 0;
    for (const run of asRuns(text)) {
      this.font(run, style);
      sum += this.ctx.measureText(run.text).width;
    }
    return sum;
  }

  clip(box: Box, draw: () => void): void {
    this.ctx.save();
    this.ctx.beginPath();
    this.ctx.rect(box.x, box.y, box.w, box.h);
    this.ctx.clip();
    draw();
    this.ctx.restore();
  }

  image(rgba: Uint8ClampedArray, nx: number, ny: number, box: Box): void {
    const tile = bitmap(rgba, nx, ny);
    if (!tile) return;
    this.ctx.imageSmoothingEnabled = false;
    this.ctx.drawImage(tile, box.x, box.y, box.w, box.h);
  }

  private font(run: Run, style: Type): void {
    const size = run.shift ? style.size * RAISED : style.size;
    this.ctx.font = `${style.weight ?? 400} ${size}px ${this.family}`;
  }
}

/** The pixels as a small canvas, or null where there is none (tests). */
export function bitmap(rgba: Uint8ClampedArray, nx: number, ny: number): HTMLCanvasElement | null {
  const tile = document.createElement("canvas");
  [tile.width, tile.height] = [nx, ny];
  const ctx = tile.getContext("2d");
  if (!ctx || typeof ImageData === "undefined") return null;
  ctx.putImageData(new ImageData(rgba as Uint8ClampedArray<ArrayBuffer>, nx, ny), 0, 0);
  return tile;
}

/** Size the canvas for the screen's density and return a surface in CSS pixels, cleared. */
export function openCanvas(canvas: HTMLCanvasElement, width: number, height: number, family: string): CanvasSurface | null {
  const ratio = Math.max(1, globalThis.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const ctx = canvas.getContext("2d");
  if (!ctx) return null;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return new CanvasSurface(ctx, family);
}
