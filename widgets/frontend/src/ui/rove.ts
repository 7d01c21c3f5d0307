// Rove: a bar of buttons is one stop of Tab, and the arrows go along it; so is a list of rows with buttons, where ↑ ↓ go to the same
// button of the next row. Whoever steers by keys is past a panel in one step.
// UI state: view-local (which control of a bar is its stop).

const ITEMS = "button, select";
type Control = HTMLButtonElement | HTMLSelectElement;

/** Keep every element below `root` that is marked with `data-rove` ("bar" or "rows") one stop of Tab. */
export function keepRoving(root: HTMLElement): () => void {
  const stops = new WeakMap<Element, Control>();
  const items = (bar: Element) => [...bar.querySelectorAll<Control>(ITEMS)].filter((node) => !node.disabled);
  const settle = (bar: Element) => {
    const all = items(bar);
    const known = stops.get(bar);
    const stop = known && all.includes(known) ? known : all[0];
    if (stop) stops.set(bar, stop);
    for (const node of all) node.tabIndex = node === stop ? 0 : -1;
  };
  const settleAll = () => root.querySelectorAll("[data-rove]").forEach(settle);
  const onFocus = (event: FocusEvent) => {
    const node = event.target as Control;
    const bar = node.closest?.("[data-rove]");
    if (!bar || !node.matches(ITEMS)) return;
    stops.set(bar, node);
    settle(bar);
  };
  const onKey = (event: KeyboardEvent) => {
    const node = event.target as Control;
    const bar = node.closest?.<HTMLElement>("[data-rove]");
    if (!bar || !node.matches(ITEMS) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = bar.dataset.rove === "rows" ? amongRows(bar, node, event.key, items) : along(items(bar), node, event.key);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  };
  const watch = new MutationObserver(settleAll);
  settleAll();
  root.addEventListener("focusin", onFocus);
  root.addEventListener("keydown", onKey);
  watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
  return () => {
    watch.disconnect();
    root.removeEventListener("focusin", onFocus);
    root.removeEventListener("keydown", onKey);
  };
}

/** Where a key leads along some controls: null = it stays, undefined = the key is none of theirs. */
function along(all: readonly Control[], node: Control, key: string): Control | null | undefined {
  const at = all.indexOf(node);
  if (key === "ArrowRight") return all[at + 1] ?? null;
  if (key === "ArrowLeft") return all[at - 1] ?? null;
  if (key === "Home") return all[0];
  return key === "End" ? all[all.length - 1] : undefined;
}

function amongRows(list: Element, node: Control, key: string, items: (row: Element) => Control[]): Control | null | undefined {
  const rows = [...list.children].filter((row) => items(row).length);
  const at = rows.findIndex((row) => row.contains(node));
  const by = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (!by) return at < 0 ? undefined : along(items(rows[at]), node, key);
  const next = rows[at + by];
  return next ? items(next)[Math.min(items(rows[at]).indexOf(node), items(next).length - 1)] : null;
}
