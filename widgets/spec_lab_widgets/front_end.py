"""The built front end, as text: one ESM and one CSS that lie in `static/` and ship in the wheel.

It is passed to anywidget as text and not as a path: a path starts a file watcher that keeps every widget alive for ever.
"""

import base64
import gzip
import hashlib
from importlib import resources

HINT = (
    "The panels of this Lab need its kernel: run the cell again, or take the session up with Lab.recover(). Where they do not "
    "load although it runs, the Jupyter server needs anywidget: pip install anywidget in its environment, restart it, reload."
)
_PLACEHOLDER = """
export default {
  render({ el }) {
    el.textContent = "spec_lab: the front end is not built (widgets/frontend: npm run build). lab.snapshot() works without it.";
  },
};
"""
_LOADER = """
const key = Symbol.for("spec_lab KEY");
async function load() {
  const packed = Uint8Array.from(atob("SOURCE"), (c) => c.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const url = URL.createObjectURL(new Blob([await new Response(unpacked).arrayBuffer()], { type: "text/javascript" }));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}
globalThis[key] ??= load().catch((error) => { globalThis[key] = undefined; throw error; });
export default await globalThis[key];
"""


def esm() -> str:
    """The JavaScript module; where it was not built, one that says so."""
    return _read("lab.js") or _PLACEHOLDER


def loader() -> str:
    """A module that brings `esm()` along, packed, and unpacks it once a page, however many widgets the page has.

    A browser keeps the module of each widget for the page's whole life, closed or not: shared and packed, a widget costs a
    sixth of it. Needs `DecompressionStream` (browsers since 2023).
    """
    source = esm().encode()
    packed = base64.b64encode(gzip.compress(source, mtime=0)).decode()
    return _LOADER.replace("KEY", hashlib.sha256(source).hexdigest()[:16]).replace("SOURCE", packed)


def css() -> str:
    """The style sheet."""
    return _read("lab.css")


def _read(name: str) -> str:
    path = resources.files("spec_lab_widgets") / "static" / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
