"""Fixtures of the session floor."""

import pytest
from session_toy import make_infer

from spec_lab.session import FitSession


@pytest.fixture
def infer():
    """A fresh `Infer` over the toy burst."""
    return make_infer()


@pytest.fixture
def session(infer):
    """Its session, closed afterwards."""
    made = FitSession(infer)
    yield made
    made.close()
