"""What the launcher does, seen in the browser: the demo is live, and only the one notebook runs by itself, once."""

import shutil

import pytest
from browser_harness import PATIENCE, LabServer, Notebook, launched

from spec_lab.data import datasets


@pytest.fixture
def autorun_server(chromium, tmp_path):
    server = LabServer(tmp_path, tmp_path / "work" / "first.ipynb", autorun="first.ipynb")
    server.write("first", ["ran = globals().get('ran', 0) + 1"])
    server.write("other", ["ran = 1"])
    yield server
    server.stop()


def test_only_the_launched_notebook_runs_by_itself_and_once(chromium, autorun_server, shots):
    address = f"{autorun_server.url}/lab/workspaces/{{}}/tree/{{}}.ipynb?reset"
    first = Notebook(chromium, address.format("spec_lab", "first"), shots).wait_until_run()
    assert first.value("ran") == 1
    first.page.reload()
    first.wait_until_ready().page.wait_for_timeout(1000)
    assert first.value("ran") == 1
    other = Notebook(chromium, address.format("other", "other"), shots)
    other.page.wait_for_timeout(1000)
    assert other.value("'ran' in globals()") is False
    first.close()
    other.close()


def test_the_printed_address_opens_and_runs_the_notebook(chromium, tmp_path):
    for path in (datasets.DEMO / "burst").iterdir():
        shutil.copy(path, tmp_path / path.name)
    spectrum = (tmp_path / "na.pha").rename(tmp_path / "my burst.pha")
    with launched(tmp_path, "new", str(spectrum), "--model", "nosuch") as address:
        assert "token=" in address
        page = open_page(chromium, address)
        # the cell runs by itself, and its error (there is no such model) is the proof
        page.locator(".jp-OutputArea-output").filter(has_text="nosuch").filter(has_text="Error").wait_for()
        page.context.close()


def test_the_demo_opens_with_a_live_lab(chromium, tmp_path, shots):
    with launched(tmp_path) as address:
        page = open_page(chromium, address)
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.locator(".jp-OutputArea-output canvas, .jp-OutputArea-output svg").first.wait_for()
        page.screenshot(path=shots / "demo.png")
        assert failures == []
        page.context.close()


def open_page(browser, address):
    context = browser.new_context(viewport={"width": 1500, "height": 1300})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    return page
