"""A lesson as a pupil lives it: only sliders, a score that follows the hand, steps that notice, and the way back."""

import re

from playwright.sync_api import expect


def test_from_the_header_through_a_drag_and_back(opened):
    before = opened.value("list(infer.setup.values)")
    opened.locate(
        ".sl-header .sl-switch",
    ).filter(has_text="Teach").click()
    number = opened.locate(".sl-lesson-number")
    expect(number).to_have_text(re.compile(r"^\d+(\.\d)?$"))
    assert [p.get_attribute("aria-label") for p in opened.locate(".sl-panel").all()] == ["Parameters", "Spectrum"]
    for hidden in (".sl-freeze", ".sl-prior", ".sl-filter", ".sl-fold"):
        expect(opened.locate(f".sl-panel-params {hidden}").first).to_be_hidden()
    opened.shot("lesson-light")

    start = float(number.inner_text())
    track = opened.locate("tr[data-pid='3'] .sl-track").bounding_box()
    opened.page.mouse.move(track["x"] + 0.5 * track["width"], track["y"] + 2)
    opened.page.mouse.down()
    opened.page.mouse.move(track["x"] + 0.55 * track["width"], track["y"] + 2, steps=8)
    expect(opened.locate(".sl-legend")).to_contain_text("preview")
    expect(number).not_to_have_text(f"{start:g}")  # it follows the hand
    opened.page.mouse.up()
    opened.locate(".sl-lesson").get_by_role("button", name="Show me").click()
    expect(opened.locate(".sl-lesson [role=status]")).to_contain_text("that is it")
    opened.locate(".sl-lesson").get_by_role("button", name="New counts").click()
    expect(opened.locate(".sl-lesson")).to_contain_text("simulated counts, seed 1")
    opened.locate(".sl-lesson").get_by_role("button", name="Leave").click()
    expect(opened.locate(".sl-panel-fit")).to_be_visible()
    expect(opened.locate(".sl-lesson")).to_have_count(0)
    assert opened.value("list(infer.setup.values)") == before
    assert opened.value("[len(lab.session.state.past), len(lab.session.journal())]") == [0, 0]


def test_steps_notice_and_keys_lead_on(opened):
    opened.page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    steps = [{"say": "Move the index.", "until": {"moved": "cpl.alpha"}}, {"say": "Now play."}]
    opened.kernel(f"lab.teach({steps!r})")
    step = opened.locate(".sl-lesson-step")
    expect(step).to_contain_text("Step 1 of 2")
    opened.locate("tr[data-pid='1']").focus()
    opened.page.keyboard.press("f")  # rests
    opened.page.keyboard.press("ArrowRight")
    expect(step).to_have_class(re.compile("sl-reached"))
    assert opened.value("infer.par[1].frozen") is False
    opened.shot("lesson-dark")
    opened.page.keyboard.press("Shift+N")
    expect(step).to_contain_text("Now play.")
    opened.page.keyboard.press("Shift+N")
    expect(step).to_contain_text("last step")
    opened.page.keyboard.press("Shift+T")
    expect(opened.locate(".sl-panel-history")).to_be_visible()
    assert opened.errors == []
