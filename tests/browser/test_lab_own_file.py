"""A person's own Chandra file, from the command line to a fit, and then another model, by clicks only."""

import re
import shutil

import pytest
from browser_harness import LabServer, Notebook
from lab_page import button, row, steps
from playwright.sync_api import expect

from spec_lab._launch import checkout, commands


@pytest.fixture(scope="module")
def own(chromium, shots, real_data, tmp_path_factory):
    """The notebook that `spec-lab new 3c273.pi` writes and opens, run by itself."""
    home = tmp_path_factory.mktemp("own")
    folder = shutil.copytree(real_data / "3c273", home / "my spectra")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkout, "is_inside", lambda: True)  # in the environment at hand
        assert commands.run(["new", str(folder / "3c273.pi"), "--no-lab", f"--folder={folder}"]) == 0
    server = LabServer(home, folder / "3c273.ipynb", autorun="3c273.ipynb")
    address = f"{server.url}/lab/workspaces/own/tree/3c273.ipynb?reset"
    notebook = Notebook(chromium, address, shots, size=(1440, 900))
    yield notebook.wait_until_run()
    assert not notebook.strangers and not notebook.errors
    notebook.close()
    server.stop()


def test_a_chandra_file_is_opened_and_fitted_by_one_click(own):
    """From the command line to the best fit of an absorbed power law: nothing is typed, one button is pressed."""
    stat = own.locate(".sl-stat-value")
    expect(own.locate(".sl-subtitle")).to_have_text("tbabs*pl")
    expect(stat).to_have_text(re.compile(r"^\d\d\.\d\d$"))  # the notebook starts near the data
    expect(own.locate(".sl-stat-dof").first).to_have_text("/ 37 dof")
    button(own, ".sl-header", "Fit").click()
    expect(own.locate(".sl-panel-fit .sl-badge-done")).to_be_visible()
    own.until("lab.session.settle(0.01)")
    assert float(stat.inner_text()) == pytest.approx(34.634, abs=0.02)  # W, 0.5 to 7 keV in the file's 40 groups
    own.shot("own-file")


def test_a_stop_while_compiling_answers_at_once_and_the_page_goes_on(own):
    """A typed model is compiled beside the page: Stop leaves all as it was; the kernel and the next edit never wait."""
    before, done = own.value("infer.setup.pairs[0].model.expression"), steps(own)
    type_model(own, "tbabs*(pl+bknpl)")
    chip = own.locate(".sl-panel-spectrum .sl-activity")
    expect(chip).to_contain_text("compiling tbabs*(pl+bknpl)")
    own.shot("own-compiling")
    assert own.value("6 * 7") == 42
    assert chip.locator("button").evaluate(STOPPED_AFTER) < 2000  # ms; 300 where the machine is free
    row(own, 2).locator(".sl-freeze").click()
    expect(row(own, 2)).to_have_class(re.compile("sl-frozen"))
    own.until("lab.session.settle(0.01) and infer.par[2].frozen")
    assert own.value("infer.setup.pairs[0].model.expression") == before and steps(own) == done + 1
    button(own, ".sl-header", "Undo").click()
    own.until("not infer.par[2].frozen")
    expect(own.locate(".sl-messages")).to_have_count(0)


def test_components_are_added_by_clicks_and_fitted_to_the_best_known(own):
    """To three terms behind an absorber: picked from the list, started near the data, fitted by a click."""
    button(own, ".sl-panel-params", "tbabs").click()
    button(own, ".sl-model-form", "Clear").click()
    for name in ("tbabs", "pl", "bb", "gauss"):
        own.locate(".sl-picks").get_by_text(name, exact=True).click()
    expect(own.locate(".sl-model-text")).to_have_value("tbabs*(pl + bb + gauss)")
    button(own, ".sl-model-form", "Use this model").click()
    expect(own.locate(".sl-model-popover")).to_have_count(0)
    expect(own.locate(".sl-subtitle")).to_have_text("tbabs*(pl+bb+gauss)", timeout=60_000)
    assert row(own, 8).is_visible()
    own.kernel("lab.stop_preview()")
    button(own, ".sl-header", "Fit").click()
    own.until("lab.session.state.runs[-1].outcome.setup.pairs[0].model.expression == 'tbabs*(pl+bb+gauss)'")
    assert own.value("float(infer.stat)") < BEST_KNOWN + 1
    own.shot("own-three-terms")


BEST_KNOWN = 28.42

STOPPED_AFTER = """button => new Promise(done => {
  const began = performance.now();
  const busy = () => document.querySelector('.sl-panel-spectrum .sl-activity');
  const look = () => busy() ? setTimeout(look, 5) : done(performance.now() - began);
  button.click();
  look();
})"""


def type_model(notebook, text):
    """Type a model into the form, and use it."""
    button(notebook, ".sl-panel-params", "tbabs").click()
    notebook.locate(".sl-model-text").fill(text)
    expect(notebook.locate(".sl-model-form .sl-doc")).to_contain_text("parameters")
    notebook.page.keyboard.press("Enter")
    expect(notebook.locate(".sl-model-popover")).to_have_count(0)
