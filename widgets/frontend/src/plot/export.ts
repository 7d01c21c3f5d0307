// Export: the scene once more, on the SVG surface, saved as SVG or turned into PNG. Nothing leaves the machine.
// UI state: none.
import type { Surface } from "./surface";
import { SvgSurface } from "./svg";
import type { Theme } from "./theme";

export interface Picture {
  name: string;
  title: string;
  width: number;
  height: number;
  theme: Theme;
  draw: (s: Surface) => void;
}

export function svgText(picture: Picture): string {
  const surface = new SvgSurface(picture.theme.family.replace(/"/g, "'"));
  picture.draw(surface);
  return surface.finish(picture.width, picture.height, picture.theme.bg, picture.title);
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function exportSvg(picture: Picture): void {
  download(new Blob([svgText(picture)], { type: "image/svg+xml" }), `${picture.name}.svg`);
}

export async function exportPng(picture: Picture, ratio = 2): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(picture))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width * ratio, picture.height * ratio];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && download(blob, `${picture.name}.png`), "image/png");
}
