"""Make the README's picture: the demo in a real JupyterLab, fitted, with the live posterior.

Run from the checkout: `python tests/browser/make_pictures.py` (needs Chromium). It writes `notebooks/pictures/lab.png`.
"""

import tempfile
from pathlib import Path

from browser_harness import CHROMIUM_FLAGS, LabServer, Notebook
from playwright.sync_api import sync_playwright

from spec_lab._launch import check, notebooks

PICTURES = Path(__file__).resolve().parents[2] / "notebooks" / "pictures"
SIZE = (1500, 1500)


def main() -> None:
    """Open the demo, press Start and Live, and take the picture once the corner plot is drawn."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=check.chromium(), args=CHROMIUM_FLAGS)
        server = LabServer(Path(home))
        try:
            code = [source for kind, source in notebooks.DEMO if kind == "code"]
            server.write("lab", code[:1])
            address = f"{server.url}/doc/workspaces/lab/tree/lab.ipynb"
            take(Notebook(browser, address, PICTURES, SIZE))
        finally:
            server.stop()
            browser.close()


def take(notebook: Notebook) -> None:
    """One notebook with a Lab in it: fit, go live, picture."""
    notebook.run_all()
    notebook.until("lab.session.settle(0.01)")  # compiled: the fit then takes the time that it takes
    notebook.locate("button").filter(has_text="Start").click()
    notebook.locate(".sl-tools").get_by_text("Live", exact=True).click()
    notebook.locate(".sl-corner canvas, .sl-corner svg").first.wait_for()
    notebook.page.wait_for_timeout(3000)  # drawn in frames: nothing to wait for by name
    print(notebook.shot("lab", ".jp-OutputArea-output"))
    notebook.close()


if __name__ == "__main__":
    main()
