"""Flow control with a clock of its own."""

import pytest

from spec_lab_widgets.flow import BURST, PATIENCE, RATE, Flow


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def flow(clock):
    return Flow(clock)


def test_a_frame_waits_for_the_ack_of_the_one_before(flow, clock):
    assert flow.delay("spectrum") == 0
    flow.sent("spectrum", 1)
    clock.now += 0.5
    assert flow.delay("spectrum") == pytest.approx(PATIENCE - 0.5)
    flow.acked("spectrum", 0)  # of an older frame: says nothing about this one
    assert flow.delay("spectrum") > 0
    flow.acked("spectrum", 1)
    assert flow.delay("spectrum") == 0


def test_a_lost_ack_does_not_block_for_ever(flow, clock):
    flow.sent("corner", 4)
    clock.now += PATIENCE + 0.01
    assert flow.delay("corner") == 0


def test_views_need_no_ack(flow, clock):
    flow.sent("view")
    clock.now += 0.05
    assert flow.delay("view") == 0


def test_reset_forgets_missing_acks(flow, clock):
    flow.sent("spectrum", 1)
    flow.reset()
    clock.now += 0.1
    assert flow.delay("spectrum") == 0


def test_the_rate_is_bounded_after_a_burst(flow, clock):
    sent = 0
    for _ in range(1000):  # ten seconds in steps of 10 ms
        for topic in ("view", "progress"):
            if flow.delay(topic) == 0:
                flow.sent(topic)
                sent += 1
        clock.now += 0.01
    assert 0.8 * RATE * 10 < sent <= RATE * 10 + BURST
