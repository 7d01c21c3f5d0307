"""The built front end, as text: one ESM and one CSS that lie in `static/` and ship in the wheel.

It is passed to anywidget as text and not as a path: a path starts a file watcher that keeps every widget alive for ever.
"""

from importlib import resources

HINT = (
    "The panels did not load. The Jupyter server that shows this notebook needs anywidget: "
    "pip install anywidget in the server's environment, restart the server, reload the page."
)
_PLACEHOLDER = """
export default {
  render({ el }) {
    el.textContent = "spec_lab: the front end is not built (widgets/frontend: npm run build). lab.snapshot() works without it.";
  },
};
"""


def esm() -> str:
    """The JavaScript module; where it was not built, one that says so."""
    return _read("lab.js") or _PLACEHOLDER


def css() -> str:
    """The style sheet."""
    return _read("lab.css")


def _read(name: str) -> str:
    path = resources.files("spec_lab_widgets") / "static" / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
