// SVG surface: the same strokes as text. Deterministic (two decimals, no ids but clip numbers), for export and tests.
// UI state: none.
import { bitmap } from "./canvas";
import { asRuns, RAISED, SHIFT, type Box, type Fill, type Pencil, type Shape, type Stroke, type Surface, type Type } from "./surface";
import type { Run } from "./tex";

const num = (x: number): string => String(Math.round(x * 100) / 100);
const esc = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

function trace(shape: Shape): string {
  const d: string[] = [];
  const pencil: Pencil = {
    moveTo: (x, y) => void d.push(`M${num(x)} ${num(y)}`),
    lineTo: (x, y) => void d.push(`L${num(x)} ${num(y)}`),
    rect: (x, y, w, h) => void d.push(`M${num(x)} ${num(y)}h${num(w)}v${num(h)}h${num(-w)}Z`),
    circle: (x, y, r) => void d.push(`M${num(x + r)} ${num(y)}a${num(r)} ${num(r)} 0 1 1 ${num(-2 * r)} 0a${num(r)} ${num(r)} 0 1 1 ${num(2 * r)} 0Z`),
    closePath: () => void d.push("Z"),
  };
  shape(pencil);
  return d.join("");
}

const opacity = (alpha: number | undefined): string => (alpha === undefined || alpha === 1 ? "" : ` opacity="${num(alpha)}"`);

export class SvgSurface implements Surface {
  private readonly body: string[] = [];
  private clips = 0;

  constructor(private readonly family: string) {}

  stroke(shape: Shape, style: Stroke): void {
    const d = trace(shape);
    if (!d) return;
    const dash = style.dash?.length ? ` stroke-dasharray="${style.dash.join(" ")}"` : "";
    this.body.push(`<path d="${d}" fill="none" stroke="${esc(style.color)}" stroke-width="${num(style.width ?? 1)}" stroke-linejoin="round"${dash}${opacity(style.alpha)}/>`);
  }

  fill(shape: Shape, style: Fill): void {
    const d = trace(shape);
    if (d) this.body.push(`<path d="${d}" fill="${esc(style.color)}" fill-rule="evenodd"${opacity(style.alpha)}/>`);
  }

  text(text: readonly Run[] | string, x: number, y: number, style: Type): void {
    const drop = { top: 0.8, middle: 0.35, bottom: 0 }[style.baseline ?? "bottom"] * style.size;
    const turn = style.rotate ? ` transform="rotate(${num((style.rotate * 180) / Math.PI)} ${num(x)} ${num(y)})"` : "";
    let shift = 0;
    const spans = asRuns(text).map((run) => {
      const dy = SHIFT[run.shift] * style.size - shift;
      shift += dy;
      const size = run.shift ? ` font-size="${num(style.size * RAISED)}"` : "";
      return `<tspan${dy ? ` dy="${num(dy)}"` : ""}${size}>${esc(run.text)}</tspan>`;
    });
    const weight = style.weight ? ` font-weight="${style.weight}"` : "";
    this.body.push(`<text x="${num(x)}" y="${num(y + drop)}" font-size="${num(style.size)}" fill="${esc(style.color)}" text-anchor="${style.align ?? "start"}"${weight}${turn} xml:space="preserve">${spans.join("")}</text>`);
  }

  /** Estimated: there is no font to ask. */
  width(text: readonly Run[] | string, style: Type): number {
    return asRuns(text).reduce((sum, run) => sum + run.text.length * style.size * (run.shift ? 0.4 : 0.55), 0);
  }

  clip(box: Box, draw: () => void): void {
    const id = `clip${++this.clips}`;
    this.body.push(`<clipPath id="${id}"><rect x="${num(box.x)}" y="${num(box.y)}" width="${num(box.w)}" height="${num(box.h)}"/></clipPath><g clip-path="url(#${id})">`);
    draw();
    this.body.push("</g>");
  }

  image(rgba: Uint8ClampedArray, nx: number, ny: number, box: Box): void {
    const url = bitmap(rgba, nx, ny)?.toDataURL("image/png");
    if (url) this.body.push(`<image href="${url}" x="${num(box.x)}" y="${num(box.y)}" width="${num(box.w)}" height="${num(box.h)}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`);
  }

  finish(width: number, height: number, background: string, title: string): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" font-family="${esc(this.family)}" role="img"><title>${esc(title)}</title>`
      + `<rect width="100%" height="100%" fill="${esc(background)}"/>${this.body.join("\n")}</svg>\n`;
  }
}
