"""How Labs come and go: shown and closed many times, and left behind by a kernel that was restarted."""

from lab_page import DEMO, row
from playwright.sync_api import expect

RUN = """(index) => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find(w => w.context && w.sessionContext);
  panel.content.activeCellIndex = index;
  return window.jupyterapp.commands.execute('notebook:run-cell');
}"""
RESTART = """async () => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find(w => w.context && w.sessionContext);
  await panel.sessionContext.session.kernel.restart();
}"""
CYCLES = 20


def test_labs_shown_and_closed_leave_little_in_the_page(open_notebook):
    """A browser keeps every module it ever loaded; the Labs of a page share one, and each costs a sixth of it."""
    notebook = open_notebook(
        [DEMO, "from IPython.display import display\nagain = Lab(infer, preview=False)\ndisplay(again)"]
    )
    notebook.page.evaluate(RUN, 0)
    row(notebook, 1).wait_for()
    browser = notebook.context.new_cdp_session(notebook.page)
    browser.send("HeapProfiler.enable")

    def heap():
        for _ in range(2):
            browser.send("HeapProfiler.collectGarbage")
        return notebook.page.evaluate("() => performance.memory.usedJSHeapSize / 1e6")

    def cycle():
        notebook.page.evaluate(RUN, 1)
        row(notebook, 1).nth(1).wait_for()
        notebook.kernel("again._unseen(); again.close(); del again")
        expect(row(notebook, 1)).to_have_count(1)

    cycle()
    before = heap()
    for _ in range(CYCLES):
        cycle()
    assert heap() - before < 0.3 * CYCLES  # MB; the module alone is 0.6
    assert notebook.errors == []


def test_a_restarted_kernel_is_noticed_at_once_and_the_cell_brings_it_back(open_notebook):
    notebook = open_notebook([DEMO])
    notebook.page.evaluate(RUN, 0)
    row(notebook, 1).wait_for()
    notebook.page.evaluate(RESTART)
    notebook.wait_until_ready()
    row(notebook, 1).locator(".sl-freeze").click()
    expect(notebook.locate(".sl-messages [role=alert]")).to_contain_text("restarted or shut down")
    expect(notebook.locate(".sl-kernel")).to_have_text("no answer")
    expect(notebook.locate(".sl-panel-params [role=alert]")).to_contain_text("went nowhere")
    notebook.shot("lab-restarted")
    notebook.page.evaluate(RUN, 0)
    expect(notebook.locate(".sl-messages")).to_have_count(0)
    row(notebook, 1).locator(".sl-freeze").click()
    notebook.until("infer.par[1].frozen")
    assert notebook.errors == []
