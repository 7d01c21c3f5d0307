"""A notebook with a Lab that is opened after its kernel ended shows the last picture, its tables, and how to go on."""

import re

from lab_page import DEMO, drawn
from playwright.sync_api import expect


def test_the_last_picture_is_there_without_a_kernel(open_notebook):
    notebook = drawn(open_notebook([DEMO]))
    picture = notebook.page.locator("[data-spec-lab-picture]")
    notebook.kernel("lab.set_value(1, -0.77)")
    notebook.until("lab._connection.picture._drawn == (lab.session.state.rev, True)")  # the picture of this state
    expect(picture).to_be_hidden()  # while the panels live
    notebook.page.wait_for_timeout(3000)
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    notebook.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    notebook.page.reload()
    expect(picture).to_be_visible(timeout=60_000)
    expect(picture).to_contain_text("Lab.recover()")
    expect(picture).to_contain_text("cpl.alpha")
    expect(picture.locator("svg").first).to_be_visible()
    expect(picture).to_contain_text(re.compile("-0.77"))
    notebook.shot("lab-after-kernel")
