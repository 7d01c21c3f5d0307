// Icons: inline SVG on a 16-grid, drawn with the text's colour. Decorative: the button that holds one carries the words.
// UI state: none.

const PATHS = {
  snowflake: "M8 1.5v13M2.4 4.75l11.2 6.5M13.6 4.75 2.4 11.25M6.3 2.6 8 4.2l1.7-1.6M6.3 13.4 8 11.8l1.7 1.6M2.2 7.1l2.2-.7-.5-2.3M13.8 8.9l-2.2.7.5 2.3M13.8 7.1l-2.2-.7.5-2.3M2.2 8.9l2.2.7-.5 2.3",
  link: "M6.6 9.4l2.8-2.8M7.4 4.6l1.5-1.5a2.83 2.83 0 0 1 4 4l-1.5 1.5M8.6 11.4l-1.5 1.5a2.83 2.83 0 0 1-4-4l1.5-1.5",
  unlink: "M7.4 4.6l1.5-1.5a2.83 2.83 0 0 1 4 4l-1.5 1.5M8.6 11.4l-1.5 1.5a2.83 2.83 0 0 1-4-4l1.5-1.5M3 3l10 10",
  cap: "M1.5 6.2 8 3.2l6.5 3L8 9.2zM4.2 7.6v3.2c1 1.2 2.3 1.7 3.8 1.7s2.8-.5 3.8-1.7V7.6M14.5 6.2v4",
  dice: "M3 3h10v10H3zM5.6 5.6h.01M10.4 5.6h.01M8 8h.01M5.6 10.4h.01M10.4 10.4h.01",
  poisson: "M2 13h12M4 13V9.5M6.7 13V4M9.4 13V6.5M12 13v-2.6",
  undo: "M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5 6 3.5M3 6.5l3 3",
  redo: "M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M13 6.5l-3-3M13 6.5l-3 3",
  play: "M5 3.2v9.6l7.6-4.8z",
  stop: "M4 4h8v8H4z",
  pause: "M4 3.5h2.6v9H4zM9.4 3.5H12v9H9.4z",
  close: "M4 4l8 8M12 4l-8 8",
  pin: "M6 2h4l-.5 4L12 8.5v1H4v-1L6.5 6zM8 9.5V14",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v4M9.2 7v4",
  pencil: "M3 13l.6-2.6L10.8 3.2a1.2 1.2 0 0 1 1.7 0l.3.3a1.2 1.2 0 0 1 0 1.7L5.6 12.4zM9.8 4.2l2 2",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  check: "M3 8.5l3.2 3.2L13 4.8",
  restore: "M3 8a5 5 0 1 0 1.6-3.7M3 3v2.5h2.5M8 5.2V8l2 1.4",
  target: "M8 3.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6M8 .8v3M8 12.2v3M.8 8h3M12.2 8h3",
  download: "M8 2.5v7M5 7l3 3 3-3M3 12.8h10",
  chevron: "M6 4l4 4-4 4",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10 10l3.5 3.5",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  zoom: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10 10l3.5 3.5M5.2 7h3.6M7 5.2v3.6",
  warning: "M8 2 1.5 13.5h13zM8 6.2v3.6M8 11.4v.6",
  info: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 7.2v4M8 4.6v.8",
  ranges: "M4.5 3H2.5v10h2M11.5 3h2v10h-2M6 8h4",
  overlay: "M1.500 5.500c3 0 4 6 7 6s3-2 6-2M1.500 9.500c3 0 4-5 7-5s3 3.500 6 3.500",
  lasso: "M8 2.5c3.3 0 6 1.7 6 4s-2.7 4-6 4c-1 0-2-.2-2.8-.5M8 2.5c-3.300 0-6 1.700-6 4 0 1.500 1.200 2.700 3 3.400M5.200 8.600a1.500 1.500 0 1 0 0 3c1 0 1.300 1.100.6 1.900",
  box: "M2.5 3.5h11v9h-11z",
  eye: "M1.5 8s2.400-4.300 6.500-4.300S14.500 8 14.500 8s-2.400 4.300-6.500 4.300S1.500 8 1.500 8zM8 6.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600",
  diff: "M8 2.5v7M4.500 6h7M4.500 13h7",
  reset: "M2.5 6V2.5H6M13.5 6V2.5H10M2.5 10v3.5H6M13.5 10v3.5H10",
} as const;

export type IconName = keyof typeof PATHS;
const FILLED: ReadonlySet<IconName> = new Set(["play", "stop", "pause"]);

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="sl-icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill={FILLED.has(name) ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.35" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
