// Drawing: a canvas that is as wide as its place, crisp at the screen's density, redrawn when the data it reads, its
// size, the theme or its visibility change, at most once a frame.
// UI state: view-local (size, theme).
import { effect, signal, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { openCanvas } from "../plot/canvas";
import type { Surface } from "../plot/surface";
import { LIGHT, readTheme, watchTheme, type Theme } from "../plot/theme";

export interface Stage {
  width: number;
  theme: Theme;
}

/** Size and theme of an element, as a signal. Width 0 until it is laid out. */
export function useStage(): { ref: { current: HTMLDivElement | null }; stage: Signal<Stage> } {
  const ref = useRef<HTMLDivElement>(null);
  const stage = useMemo(() => signal<Stage>({ width: 0, theme: LIGHT }), []);
  useEffect(() => {
    const node = ref.current!;
    const measure = () => {
      const width = Math.floor(node.clientWidth);
      if (width && width !== stage.peek().width) stage.value = { ...stage.peek(), width };
    };
    const retheme = () => { stage.value = { ...stage.peek(), theme: readTheme(node) }; };
    stage.value = { width: Math.floor(node.clientWidth), theme: readTheme(node) };
    const sizes = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(measure);
    sizes?.observe(node);
    // Hosts that scroll by detaching outputs may drop a canvas's pixels: draw again when it comes back into sight.
    const sight = typeof IntersectionObserver === "undefined" ? null : new IntersectionObserver((entries) => {
      if (entries[entries.length - 1].isIntersecting) stage.value = { ...stage.peek() };
    });
    sight?.observe(node);
    const unwatch = watchTheme(() => requestAnimationFrame(retheme));
    return () => {
      sizes?.disconnect();
      sight?.disconnect();
      unwatch();
    };
  }, []);
  return { ref, stage };
}

/**
 * Keep `canvas` drawn. `read` gathers the input from signals (and is called again when one of them changes); `draw` puts
 * it on the surface, at most once an animation frame.
 */
export function useDrawing<T>(
  canvas: { current: HTMLCanvasElement | null }, stage: Signal<Stage>, read: (stage: Stage) => { input: T; height: number } | null,
  draw: (s: Surface, input: T, theme: Theme, size: { width: number; height: number }) => void,
): void {
  useEffect(() => {
    let queued = 0;
    let next: { input: T; height: number } | null = null;
    const paint = () => {
      queued = 0;
      const { width, theme } = stage.peek();
      if (!next || !canvas.current || width <= 0) return;
      canvas.current.style.height = `${next.height}px`;
      const surface = openCanvas(canvas.current, width, next.height, theme.family);
      if (surface) draw(surface, next.input, theme, { width, height: next.height });
    };
    const stop = effect(() => {
      next = read(stage.value);
      if (!queued) queued = requestAnimationFrame(paint);
    });
    return () => {
      stop();
      cancelAnimationFrame(queued);
    };
  }, []);
}
