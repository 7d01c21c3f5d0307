// Focus: the keyboard stays in the Lab. When what had the focus goes away or is switched off (a closed form, a deleted run, the last
// Undo), what opened it takes the focus back, else the panel it was in; else keys would fall to the notebook.
// UI state: none.

const HOME = ".sl-panel, .sl-header, .sl-lesson";

export function keepFocus(root: HTMLElement): () => void {
  let last: HTMLElement | null = null;
  let [home, opener]: (HTMLElement | null)[] = [null, null];
  const note = (event: FocusEvent) => {
    const target = event.target as HTMLElement;
    const popover = target.closest(".sl-popover");
    if (popover && !last?.closest(".sl-popover")) opener = last;
    else if (!popover) opener = null;
    [last, home] = [target, target.closest<HTMLElement>(HOME)];
  };
  const gone = (node: HTMLElement | null) => !node?.isConnected || node.matches(":disabled");
  const watch = new MutationObserver(() => {
    if (!last || !gone(last)) return;
    const { activeElement } = root.getRootNode() as Document | ShadowRoot;
    const elsewhere = activeElement && activeElement !== document.body && activeElement !== last;
    const next = [opener, home, root].find((node) => !gone(node))!;
    last = opener = null;
    if (elsewhere) return;
    if (next.tabIndex < 0) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  });
  root.addEventListener("focusin", note);
  watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
  return () => {
    watch.disconnect();
    root.removeEventListener("focusin", note);
  };
}
