"""Refit others in a real JupyterLab: one slider dragged, the others follow, a profile grows below it; one step in the end."""

import re

import pytest
from lab_page import button, row, steps
from playwright.sync_api import expect

VALUES = "[infer.par[i].val for i in (1, 2, 3)]"
DARK = "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"

# four arrows in one breath: pressed one by one, a slow machine makes pauses between them, and a pause ends the movement
KEYS = """row => { for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft'])
  row.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})) }"""


def test_a_profile_grows_under_the_slider_in_hand(opened):
    opened.kernel("run = lab.fit(block=True); lab.session.settle(60)")
    before, began = steps(opened), opened.value(VALUES)
    opened.locate(".sl-panel-params").get_by_role("switch", name="Refit others").click()
    opened.until("lab.session.state.refit_others")
    curve = row(opened, 1).locator(".sl-profile")
    opened.until("lab.session.settle(0.01)")
    opened.page.wait_for_timeout(300)
    thumb = row(opened, 1).locator(".sl-thumb").bounding_box()
    track = row(opened, 1).locator(".sl-track").bounding_box()
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    mouse = opened.page.mouse
    mouse.move(x, y)
    mouse.down()
    third = row(opened, 3).locator(".sl-value").inner_text()
    for t in [*(0.03 * i for i in range(9)), *(0.24 - 0.03 * i for i in range(17))]:
        mouse.move(x + t * track["width"], y)
        opened.page.wait_for_timeout(60)
    expect(row(opened, 3).locator(".sl-value")).not_to_have_text(third)
    expect(curve).to_be_visible()
    assert opened.value(VALUES) == began and steps(opened) == before  # outside history
    opened.shot("profile-grows")
    mouse.up()
    opened.until(f"len(lab.session.state.past) == {before} + 1")
    expect(opened.locate(".sl-stat.sl-preview")).to_have_count(0)
    words = curve.get_attribute("aria-label")
    assert re.search(r"68\.3 %: \S+ to \S+ \(rise 1\)", words), words
    by_hand, sigma = opened.value(
        "[lab.profile_points(1).interval(), float(lab.session.state.runs[-1].outcome.errors[0])]"
    )
    assert by_hand[1] - by_hand[0] == pytest.approx(2 * sigma, rel=0.1)
    button(opened, ".sl-header", "Undo refit with par").click()
    opened.until(f"{VALUES} == {began}")
    expect(curve).to_be_visible()  # the question is the same
    row(opened, 2).locator(".sl-c-pid").click()
    row(opened, 2).evaluate(KEYS)
    opened.until(f"len(lab.session.state.past) > {before}")
    opened.page.wait_for_timeout(600)  # a second action would have come by now
    assert steps(opened) == before + 1
    expect(row(opened, 2).locator(".sl-profile")).to_be_visible()
    opened.page.evaluate(DARK)
    opened.page.wait_for_timeout(500)
    opened.shot("profile-dark")
    opened.kernel("lab.freeze(3)")  # another question
    expect(opened.locate(".sl-profile")).to_have_count(0)
