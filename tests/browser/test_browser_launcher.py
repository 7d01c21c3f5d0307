"""What the launcher does, seen in the browser: one notebook runs by itself, once, and no other does."""

import os
import re
import subprocess
import sys

import pytest
from browser_harness import PATIENCE, LabServer, Notebook, free_port, isolated


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


@pytest.fixture
def launched(tmp_path):
    """`spec-lab new` on a spectrum: the address it prints."""
    spectrum = tmp_path / "my burst.pha"
    spectrum.write_bytes(b"not really")
    port = free_port()
    command = [sys.executable, "-m", "spec_lab", "--no-browser", f"--port={port}", f"--folder={tmp_path / 'work'}"]
    with subprocess.Popen(
        [*command, "new", str(spectrum)],
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **isolated(tmp_path)},
    ) as process:
        assert process.stderr is not None
        yield next(found.group() for line in process.stderr if (found := re.search(r"http://127\S+", line)))
        process.terminate()
        process.stderr.read()


def test_the_printed_address_opens_and_runs_the_notebook(chromium, launched, shots):
    assert "token=" in launched
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(launched)
    # the cell runs by itself, and its error (this is no spectrum) is the proof
    output = page.locator(".jp-OutputArea-output").first
    output.wait_for()
    assert "Error" in output.inner_text()
    context.close()
