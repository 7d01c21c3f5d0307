"""What outlives a Lab: the session kept by itself, the page without a kernel, the picture under a closed Lab."""

import re

import pytest
from lab_page import DEMO
from playwright.sync_api import expect


def test_a_session_is_kept_and_the_lab_says_where(opened):
    opened.kernel("import tempfile; kept = tempfile.mkdtemp(); lab.autosave(kept)")
    expect(opened.locate(".sl-foot")).to_contain_text("a minute after a change, into")
    opened.locate(".sl-panel-fit .sl-primary").click()
    expect(opened.locate(".sl-foot")).to_contain_text(re.compile(r"Autosaved \d\d:\d\d:\d\d in .*\.speclab"))
    assert opened.value("len(Lab.recover(folder=kept, preview=False).session.state.runs)") == 1
    opened.shot("lab-autosaved")


def test_an_unwritable_place_is_one_message_in_the_lab(opened):
    opened.kernel(
        "import pathlib; wall = pathlib.Path(kept) / 'wall.txt'; wall.write_text('x'); lab.autosave(wall / 'in')"
    )
    opened.kernel(
        "lab.set_value(1, -0.9); lab.session.autosave.flush(); lab.set_value(1, -0.95); lab.session.autosave.flush()"
    )
    expect(opened.locate(".sl-messages .sl-note-warning")).to_have_count(1)
    expect(opened.locate(".sl-messages")).to_contain_text("Autosave cannot write")
    opened.kernel("lab.autosave(False); lab.undo(); lab.undo(); lab.dismiss(lab.session.state.messages[-1].id)")
    expect(opened.locate(".sl-foot")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_exported_page_lives_without_kernel_and_network(opened, chromium, tmp_path, scheme):
    path = tmp_path / "report.html"
    opened.kernel(f"lab.session.settle(60); lab.export({str(path)!r})")
    assert path.stat().st_size < 1_500_000
    context = chromium.new_context(viewport={"width": 1400, "height": 1200}, color_scheme=scheme, offline=True)
    try:
        page = context.new_page()
        errors, asked = [], []
        page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on("request", lambda r: asked.append(r.url))
        page.goto(path.as_uri())
        for panel in ("spectrum", "params", "fit", "criteria", "corner", "history", "python"):
            expect(page.locator(f".sl-panel-{panel}")).to_be_visible()
        expect(page.locator(".sl-messages")).to_contain_text("no kernel")
        expect(page.locator(".sl-stat-value")).to_have_text(re.compile(r"^\d+\.\d+$"))
        before = page.locator(".sl-stat-value").inner_text()

        track = page.locator("tr[data-pid='1'] .sl-track").bounding_box()
        page.mouse.move(track["x"] + 0.3 * track["width"], track["y"] + 2)
        page.mouse.down()
        page.mouse.move(track["x"] + 0.35 * track["width"], track["y"] + 2, steps=6)
        expect(page.locator(".sl-legend")).to_contain_text("preview")
        page.mouse.up()
        expect(page.locator(".sl-stat-value")).to_have_text(re.compile(r"^~\d+\.\d$"))
        expect(page.locator(".sl-legend")).to_contain_text("model, predicted")
        value = float(page.locator("tr[data-pid='1'] .sl-value").inner_text().replace("−", "-"))
        told = float(page.locator(".sl-stat-value").inner_text()[1:])
        page.screenshot(path=opened.shots / f"lab-page-{scheme}.png")

        page.locator("tr[data-pid='2']").focus()
        page.keyboard.press("ArrowRight")
        page.locator("tr[data-pid='2'] .sl-held").wait_for(state="detached")
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        expect(page.locator(".sl-stat-value")).to_have_text(before)
        start = page.locator(".sl-panel-fit .sl-primary")
        expect(start).to_be_disabled()
        assert "no kernel" in (start.get_attribute("title") or "")
        page.get_by_role("button", name="Minimal script").click()
        expect(page.locator(".sl-script")).to_contain_text("infer")
        assert errors == [] and asked == [path.as_uri()]
        exact = opened.value(f"(lab.set_value(1, {value}), infer.stat, lab.undo())[1]")
        assert told == pytest.approx(exact, rel=2e-3)  # the table against the model
    finally:
        context.close()


RUN = """(index) => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find(w => w.context && w.sessionContext);
  panel.content.activeCellIndex = index;
  return window.jupyterapp.commands.execute('notebook:run-cell');
}"""


def test_closing_leaves_a_picture(open_notebook):
    notebook = open_notebook([DEMO, "lab.fit(block=True)\nlab.close()"], size=(1100, 1500))
    notebook.page.evaluate(RUN, 0)
    notebook.locate(".sl-panel-params tr[data-pid='1']").wait_for()
    notebook.page.evaluate(RUN, 1)
    picture = notebook.locate("svg[role=img]").first
    expect(picture.locator("title")).to_have_text("Spectrum, model and residuals")
    for words in ("cpl.alpha", "cpl · fit"):
        expect(notebook.locate("table").filter(has_text=words).first).to_be_visible()
    expect(notebook.locate(".sl-panel")).to_have_count(0)
    picture.scroll_into_view_if_needed()
    notebook.shot("lab-closed")
