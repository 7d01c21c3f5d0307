"""Fixtures for tests in a real JupyterLab, in a real Chromium.

    def test_click(open_notebook):
        notebook = open_notebook(["from spec_lab_widgets import Lab", "Lab(infer)"])  # a list of code cells
        notebook.run_all()                         # waits for the last cell; a cell's error fails the test
        notebook.locate("button.freeze").click()   # Playwright's locator, within the outputs
        assert notebook.value("infer.par[1].frozen") is True    # an expression in the kernel, by way of JSON
        notebook.until("lab.session.idle")         # asks the kernel until it is true
        assert notebook.kernel("print(1 + 1)") == "2"           # any code; what it printed
        notebook.shot("frozen")                    # frozen.png in $SPEC_LAB_SHOTS (else a temporary folder)
        notebook.page                              # Playwright's page, for the rest

- `open_notebook(cells, name=..., size=...)`: a notebook for one test; loading JupyterLab takes about 3 s each time.
- `module_notebook(cells, ...)`: the same, kept open for all tests of a module. Prefer it.
- `opened`: the demo's Lab, one for all tests of the module (`lab_page` knows its rows and buttons).
- `lab_server`: the one server of the run (`.url`, `.root`, `.write(name, cells)`); `chromium`: the one browser.
- `notebook.without_subshells()`: widget messages then wait for running cells, as in other front ends.

All tests here are marked `browser`. Without Chromium they are skipped with the reason; with CI=true they fail instead.
After each test the page must not have asked for any address outside this machine, and a failed test leaves a picture
of its page.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_harness import CHROMIUM_FLAGS, LabServer, Notebook
from lab_page import DEMO, drawn
from playwright.sync_api import Browser, sync_playwright

from spec_lab._launch import check

HERE = Path(__file__).parent
Opener = Callable[..., Notebook]
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]"):
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one the test is skipped, or fails where CI=true."""
    path = check.chromium()
    if path is None:
        reason = "no Chromium or Chrome on this machine (Debian: apt install chromium)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for pictures: SPEC_LAB_SHOTS, or a temporary one."""
    named = os.environ.get("SPEC_LAB_SHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab_server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """The JupyterLab server of the run (asks for `chromium` first, so that it does not start for skipped tests)."""
    server = LabServer(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.stop()


@pytest.fixture
def open_notebook(
    chromium: Browser, lab_server: LabServer, shots: Path, request: pytest.FixtureRequest
) -> Iterator[Opener]:
    """Open notebooks that are closed after the test."""
    yield from _opener(chromium, lab_server, shots, request)


@pytest.fixture(scope="module")
def module_notebook(
    chromium: Browser, lab_server: LabServer, shots: Path, request: pytest.FixtureRequest
) -> Iterator[Opener]:
    """Open notebooks that stay for all tests of the module."""
    yield from _opener(chromium, lab_server, shots, request)


@pytest.fixture(scope="module")
def opened(module_notebook: Opener) -> Notebook:
    """The demo's Lab, for all tests of the module."""
    return drawn(module_notebook([DEMO], size=(1500, 1400)))


def _opener(browser: Browser, server: LabServer, shots: Path, request: pytest.FixtureRequest) -> Iterator[Opener]:
    opened: list[Notebook] = []

    def open_(cells: list[str], *, name: str | None = None, size: tuple[int, int] = (1400, 1000)) -> Notebook:
        name = name or f"{request.node.name.partition('.')[0].replace('[', '-').rstrip(']')}-{len(opened)}"
        server.write(name, cells)
        address = f"{server.url}/lab/workspaces/{name}/tree/{name}.ipynb?reset"
        opened.append(Notebook(browser, address, shots, size))
        return opened[-1]

    yield open_
    for notebook in opened:
        if request.node.stash.get(_FAILED, False):
            print("The page looked like this:", notebook.shot(f"failed-{request.node.name}-{opened.index(notebook)}"))
        notebook.close()
        assert not notebook.strangers, f"the page asked for addresses outside this machine: {notebook.strangers}"
