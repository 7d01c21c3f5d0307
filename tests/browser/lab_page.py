"""The demo's burst in a Lab, and where things are in it: what the browser tests of the Lab share."""

import re

from browser_harness import Notebook
from playwright.sync_api import Locator

DEMO = """
from spec_lab import BayesInfer, datasets
from spec_lab.models import cpl
from spec_lab_widgets import Lab

infer = BayesInfer([(datasets.load("burst"), cpl())])
lab = Lab(infer)
lab
"""


def drawn(notebook: Notebook) -> Notebook:
    """Run the demo and wait until the Lab shows its parameters and its preview."""
    notebook.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run_all()
    row(notebook, 1).wait_for()
    notebook.until("lab.session.settle(0.01)")
    return notebook


def row(notebook: Notebook, pid: int) -> Locator:
    """The row of a parameter."""
    return notebook.locate(f".sl-panel-params tr[data-pid='{pid}']")


def button(notebook: Notebook, panel: str, name: str) -> Locator:
    """A button by the beginning of its name: tooltips say more, such as what Undo would undo."""
    return notebook.locate(panel).get_by_role("button", name=re.compile(f"^{name}"))


def steps(notebook: Notebook) -> int:
    """How many changes can be undone."""
    return notebook.value("len(lab.session.state.past)")
