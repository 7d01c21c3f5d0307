// The anywidget module: `initialize` makes the model's Lab, `render` shows one view of it. Both return their cleanup.
// UI state: none; owns the lifetimes of Lab (a model) and Local (a view).
import "preact/hooks";
import "@preact/signals";
import { render as mount } from "preact";
import { App, onGlobalKey, onRestingKey } from "./app";
import { FrozenModel, type FrozenPage } from "./state/frozen";
import { Lab } from "./state/lab";
import { Local } from "./state/local";
import type { AnyModel } from "./state/anywidget";
import { keepFocus } from "./ui/focus";
import { keepRoving } from "./ui/rove";
import { hidePicture } from "./ui/picture";

const labs = new WeakMap<AnyModel, Lab>();
let views = 0;

function labOf(model: AnyModel): Lab {
  const known = labs.get(model);
  if (known) return known;
  const lab = new Lab(model);
  labs.set(model, lab);
  return lab;
}

function initialize({ model }: { model: AnyModel }): () => void {
  const lab = labOf(model);
  return () => {
    labs.delete(model);
    lab.close();
  };
}

/** Say whether the view can be seen: the tab is shown and the output is not scrolled away. */
function watchVisibility(lab: Lab, view: string, node: HTMLElement): () => void {
  let near = true;
  const tell = () => lab.seen(view, near && document.visibilityState !== "hidden");
  const observer = typeof IntersectionObserver === "undefined" ? null : new IntersectionObserver((entries) => {
    near = entries[entries.length - 1].isIntersecting;
    tell();
  }, { rootMargin: "200px" });
  observer?.observe(node);
  document.addEventListener("visibilitychange", tell);
  return () => {
    observer?.disconnect();
    document.removeEventListener("visibilitychange", tell);
    lab.seen(view, null);
  };
}

/** JupyterLab looks for this mark from the focused element upwards and takes a key (the arrows, say) that matches before it is found. */
function own(event: FocusEvent): void {
  (event.target as Element).setAttribute("data-lm-suppress-shortcuts", "true");
}

function render({ model, el }: { model: AnyModel; el: HTMLElement }): () => void {
  const lab = labOf(model);
  const local = new Local(lab, `view-${++views}`);
  const root = document.createElement("div");
  root.className = "sl-root";
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.addEventListener("focusin", own);
  local.root = root;
  const onKey = (event: KeyboardEvent) => onGlobalKey(local, event);
  const onRest = (event: KeyboardEvent) => onRestingKey(local, event);
  root.addEventListener("keydown", onRest, true);
  root.addEventListener("keydown", onKey);
  el.classList.add("sl-host");
  el.append(root);
  mount(<App local={local} />, root);
  const release = keepFocus(root);
  const still = keepRoving(root);
  const reveal = hidePicture(model.get("picture"));
  const unwatch = watchVisibility(lab, local.id, root);
  lab.link.hello(local.id);
  return () => {
    unwatch();
    reveal();
    release();
    still();
    mount(null, root);
    root.removeEventListener("keydown", onRest, true);
    root.removeEventListener("keydown", onKey);
    root.remove();
    el.classList.remove("sl-host");
  };
}

/** A page that carries its own snapshot (`lab.export`) shows it, without kernel or network. */
function thaw(): void {
  const place = globalThis.document?.getElementById("spec-lab-frozen");
  const data = globalThis.document?.getElementById("spec-lab-data")?.textContent;
  if (!place || !data) return;
  const media = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  const dress = () => { document.documentElement.dataset.theme = media?.matches ? "dark" : "light"; };
  dress();
  media?.addEventListener?.("change", dress);
  const model = new FrozenModel(JSON.parse(data) as FrozenPage);
  initialize({ model });
  render({ model, el: place });
}

thaw();

export default { initialize, render };
