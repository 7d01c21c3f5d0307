"""A real JupyterLab and a page in a real Chromium, as plain objects (the fixtures around them are in `conftest.py`).

`LabServer` is the server that the launcher itself would start, with its own temporary settings and without a token.
`Notebook` is one notebook open in one page: run it, ask its kernel, look at it. Nothing here knows the Lab's panels.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from spec_lab._launch import lab, notebooks

CHROMIUM_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
PATIENCE = 60_000  # ms; a busy two-core machine must not fail a test
LOCAL = re.compile(r"^(data:|blob:|about:|(https?|wss?)://(127\.0\.0\.1|localhost)[:/])")


class LabServer:
    """A JupyterLab server on a free port, in a folder of its own.

    Args:
        home: An empty folder for its settings; notebooks lie in `home/notebooks`.
        place: The notebook or folder to serve, instead.
        autorun: The notebook to run by itself when its page opens.
        arguments: Further arguments of `jupyter lab`.
    """

    def __init__(self, home: Path, place: Path | None = None, autorun: str = "", arguments: tuple[str, ...] = ()):
        self.root = place.parent if place and place.suffix else place or home / "notebooks"
        self.root.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "server.log"
        open_doors = ("--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.expose_app_in_browser=True")
        command = lab.command(place or self.root, port=self.port, browser=False)
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [*command, *open_doors, *arguments],
                env=lab.environment({**os.environ, **isolated(home)}, autorun),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/api", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def write(self, name: str, cells: list[str]) -> Path:
        """Write a notebook of these code cells into the server's folder."""
        path = self.root / f"{name}.ipynb"
        path.write_text(notebooks.render(notebooks.notebook(tuple(("code", cell) for cell in cells))))
        return path

    def stop(self) -> None:
        """Stop the server and its kernels."""
        end(self.process)


class Notebook:
    """A notebook open in a page of its own, its kernel ready.

    Attributes:
        page: Playwright's page, for everything not below.
        errors: What the page wrote to the console as errors, and uncaught exceptions.
        strangers: Addresses outside this machine that the page asked for (the fixtures assert that there are none).
    """

    def __init__(self, browser: Browser, address: str, shots: Path, size: tuple[int, int] = (1400, 1000)):
        self.shots = shots
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("request", lambda r: None if LOCAL.match(r.url) else self.strangers.append(r.url))
        self.page.goto(address)
        self.wait_until_ready()

    def wait_until_ready(self) -> "Notebook":
        """Wait until the page has its notebook, and the notebook an idle kernel."""
        self.page.wait_for_function("() => window.jupyterapp && window.jupyterapp.restored.then(() => true)")
        self.page.evaluate(_READY)
        return self

    def run_all(self, wait: bool = True) -> "Notebook":
        """Run all cells; by default until the last has ended.

        Raises:
            AssertionError: A cell ended in an error; its traceback is the message.
        """
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        return self.wait_until_run() if wait else self

    def wait_until_run(self) -> "Notebook":
        """Wait until every code cell has been executed (or one has failed)."""
        self.page.wait_for_function(f"() => {{ const s = ({_CELLS})(); return s.error || s.left === 0; }}")
        state = self.page.evaluate(_CELLS)
        assert not state["error"], _plain(state["error"])
        return self

    def kernel(self, code: str) -> str:
        """Run code in the notebook's kernel, beside its cells; returns what it printed (or its value's repr).

        Raises:
            AssertionError: The code raised; the traceback is the message.
        """
        answer = self.page.evaluate(_EXECUTE, code)
        assert not answer["error"], _plain(answer["error"])
        return answer["text"].rstrip("\n")

    def value(self, expression: str) -> Any:
        """The value of an expression in the kernel, by way of JSON."""
        return json.loads(self.kernel(f"import json as _json; print(_json.dumps({expression}))"))

    def until(self, expression: str, timeout: float = PATIENCE / 1000) -> Any:
        """Ask the kernel for an expression until it is true; returns its value."""
        deadline = time.monotonic() + timeout
        while not (found := self.value(expression)):
            assert time.monotonic() < deadline, f"{expression} did not become true within {timeout} s"
            self.page.wait_for_timeout(50)
        return found

    def locate(self, selector: str) -> Locator:
        """Elements within the notebook's outputs, by CSS selector."""
        return self.page.locator(".jp-OutputArea-output").locator(selector)

    def without_subshells(self) -> "Notebook":
        """Let widget messages wait for running cells, as kernels and front ends without subshells do."""
        self.page.evaluate(f"() => {{ ({_KERNEL})().commsOverSubshells = 'disabled'; }}")
        return self

    def shot(self, name: str, selector: str | None = None) -> Path:
        """Take a picture of the page (or of one element); returns its path."""
        path = self.shots / f"{name}.png"
        (self.page.locator(selector).first if selector else self.page).screenshot(path=path)
        return path

    def close(self) -> None:
        """End the kernel and close the page."""
        self.page.evaluate(_SHUTDOWN)
        self.context.close()


@contextmanager
def launched(home: Path, *arguments: str) -> Iterator[str]:
    """`python -m spec_lab --no-browser ...` as a person starts it, with settings of its own; gives the address it prints."""
    place = (f"--port={free_port()}", f"--folder={home / 'work'}")
    said = home / "said.log"  # a file, not a pipe: a server that logs into a full pipe stands still
    with said.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "spec_lab", "--no-browser", *place, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=sink,
            env={**os.environ, **isolated(home)},
        )
    try:
        yield _printed_address(process, said)
    finally:
        end(process)


def _printed_address(process: subprocess.Popen[bytes], said: Path) -> str:
    """The address that a launched server prints."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        if found := re.search(r"http://127\S+(?=\s)", said.read_text(errors="replace")):
            return found.group()
        if ended:
            break
        time.sleep(0.1)
    raise RuntimeError(f"no address was printed, but:\n{said.read_text(errors='replace')}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a server and its kernels."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def isolated(home: Path) -> dict[str, str]:
    """Environment variables that keep Jupyter and IPython to folders below `home`."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    for folder in folders.values():
        (home / folder).mkdir(parents=True, exist_ok=True)
    return {name: str(home / folder) for name, folder in folders.items()}


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _plain(traceback: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", traceback)


_PANEL = "() => [...window.jupyterapp.shell.widgets('main')].find(w => w.context && w.sessionContext)"
_KERNEL = f"() => ({_PANEL})().sessionContext.session.kernel"
_SHUTDOWN = f"async () => {{ await ({_PANEL})().sessionContext.shutdown(); }}"
# running before the kernel is there would open the "Select Kernel" dialog, and wait for ever
_READY = f"""async () => {{
  const sleep = () => new Promise(resolve => setTimeout(resolve, 50));
  let panel;
  while (!(panel = ({_PANEL})())) await sleep();
  await panel.context.ready;
  await panel.sessionContext.ready;
  while (!panel.sessionContext.session || panel.sessionContext.session.kernel.status !== 'idle') await sleep();
}}"""
_CELLS = f"""() => {{
  const code = ({_PANEL})().content.widgets.filter(c => c.model.type === 'code' && c.model.sharedModel.getSource());
  const outputs = code.flatMap(c => c.model.outputs.toJSON());
  const failed = outputs.find(o => o.output_type === 'error');
  return {{
    left: code.filter(c => c.model.executionCount === null || c.model.executionState === 'running').length,
    error: failed ? failed.traceback.join('\\n') : null,
  }};
}}"""
_EXECUTE = f"""async (code) => {{
  const future = ({_KERNEL})().requestExecute({{ code, store_history: false }});
  let text = '', error = null;
  future.onIOPub = ({{ header, content }}) => {{
    if (header.msg_type === 'stream' && content.name === 'stdout') text += content.text;
    if (header.msg_type === 'execute_result') text += content.data['text/plain'];
    if (header.msg_type === 'error') error = content.traceback.join('\\n');
  }};
  await future.done;
  return {{ text, error }};
}}"""
