// Theme: the colours and the font a plot uses, read from the host's CSS (JupyterLab light, dark, or none), and the
// Okabe–Ito colours of the units with their twins for dark backgrounds.
// UI state: shared with the page, read only.

export interface Theme {
  dark: boolean;
  fg: string;
  fg2: string;
  fg3: string;
  grid: string;
  bg: string;
  shade: string;
  accent: string;
  family: string;
  units: readonly string[];
  /** Selected draws. */
  brush: string;
}

const OKABE_ITO = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#999999"];
const ON_LIGHT = ["#0072b2", "#d55e00", "#008a64", "#b8588a", "#c98a00", "#3498d8", "#a39a00", "#6e6e6e"];
const ON_DARK = ["#45a5e6", "#f2803a", "#2cc498", "#e39cc3", "#f2b441", "#8ad0f7", "#f0e442", "#b0b0b0"];

export const LIGHT: Theme = {
  dark: false, fg: "#212121", fg2: "#565656", fg3: "#8a8a8a", grid: "#e9ebee", bg: "#ffffff", shade: "#8a929c", accent: "#1976d2",
  family: "system-ui, sans-serif", units: ON_LIGHT, brush: "#a1417a",
};

/** Pictures that leave the notebook are on white, whatever the screen is. */
export const paper = (theme: Theme): Theme => ({ ...LIGHT, family: theme.family });

/** Red, green, blue (0–255) of a hex or rgb() colour; null for what only a browser can resolve. */
export function rgb(color: string): [number, number, number] | null {
  const hex = color.match(/^#([0-9a-f]{3,8})$/i)?.[1];
  const wide = hex && hex.length < 6 ? [...hex.slice(0, 3)].map((c) => c + c).join("") : hex;
  if (wide) return [0, 2, 4].map((i) => parseInt(wide.slice(i, i + 2), 16)) as [number, number, number];
  const parts = color.startsWith("rgb") ? color.match(/[\d.]+/g)?.map(Number) : undefined;
  return parts && parts.length >= 3 ? [parts[0], parts[1], parts[2]] : null;
}

function isDark(color: string): boolean {
  const c = rgb(color);
  return !!c && 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] < 110;
}

/** `color` moved towards the text's colour: a curve that is its unit's and yet stands out from the unit's data. */
export function deeper(theme: Theme, color: string, by = 0.4): string {
  const [a, b] = [rgb(color), theme.dark ? [255, 255, 255] : [0, 0, 0]];
  return a ? `#${a.map((v, i) => Math.round(v + by * (b[i] - v)).toString(16).padStart(2, "0")).join("")}` : color;
}

/** Read the custom properties that lab.css derives from JupyterLab's. */
export function readTheme(root: Element): Theme {
  const style = getComputedStyle(root);
  const get = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const bg = get("--sl-bg1", LIGHT.bg);
  const dark = isDark(bg);
  return {
    dark, bg, fg: get("--sl-fg", LIGHT.fg), fg2: get("--sl-fg2", LIGHT.fg2), fg3: get("--sl-fg3", LIGHT.fg3),
    grid: get("--sl-grid", LIGHT.grid), shade: get("--sl-shade", LIGHT.shade), accent: get("--sl-accent", LIGHT.accent),
    family: get("--sl-font", LIGHT.family), units: dark ? ON_DARK : ON_LIGHT, brush: get("--sl-c3", LIGHT.brush),
  };
}

/** A unit's colour: an index, an Okabe–Ito hex (adapted to the background) or any CSS colour. */
export function unitColor(theme: Theme, color: string | number | undefined, index: number): string {
  if (color === undefined || color === null || color === "") return theme.units[index % theme.units.length];
  if (typeof color === "number") return theme.units[color % theme.units.length];
  const known = OKABE_ITO.indexOf(color.toLowerCase());
  return known >= 0 ? theme.units[known] : color;
}

/** Call `changed` when the host switches between light and dark. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter: ["class", "style", "data-jp-theme-light", "data-jp-theme-name", "data-theme", "data-vscode-theme-kind"] });
  }
  const media = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  media?.addEventListener?.("change", changed);
  return () => {
    observer.disconnect();
    media?.removeEventListener?.("change", changed);
  };
}
