// Picture: the notebook keeps a static picture of a Lab in an output of its own, for when there is no kernel. While a view of
// the panels lives, that output is hidden.
// UI state: view-local to the browser.
const shown = new Map<string, { views: number; rule: HTMLStyleElement }>();

/** Hide the static picture of this name until the returned function is called by the last view. */
export function hidePicture(name: unknown): () => void {
  if (typeof name !== "string" || !/^[\w-]+$/.test(name)) return () => {};
  const known = shown.get(name) ?? { views: 0, rule: document.head.appendChild(document.createElement("style")) };
  const mark = `[data-spec-lab-picture="${name}"]`;
  known.rule.textContent = `${mark} { display: none; } .jp-OutputArea-child:has(${mark}) { display: none; }`;
  known.views += 1;
  shown.set(name, known);
  return () => {
    known.views -= 1;
    if (known.views > 0) return;
    known.rule.remove();
    shown.delete(name);
  };
}
