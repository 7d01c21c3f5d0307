"""Fixtures of the widgets floor: a Lab whose messages are recorded, without kernel or browser."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "session"))

from session_toy import make_infer
from widgets_wire import Wire

from spec_lab_widgets import Lab


@pytest.fixture
def lab():
    made = Lab(make_infer(), preview=False)
    yield made
    made.close()
    made.session.close()


@pytest.fixture
def wire(lab):
    made = Wire(lab)
    made.say(type="hello", view="v1")
    made.caught_up()
    return made
