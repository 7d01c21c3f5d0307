"""A recorded wire: the front end of one widget, played by the test."""

import threading
import time

from spec_lab._base import statistic_text


class Wire:
    """The front end of one widget, played by the test: hears what is sent, says what a browser would say."""

    def __init__(self, lab, acks: bool = True):
        self.lab, self.acks = lab, acks
        self.heard: list[tuple[float, dict, list[bytes]]] = []
        self.threads: set[str] = set()
        self._news = threading.Condition()
        lab._connection.send = self._hear

    def _hear(self, content, buffers):
        with self._news:
            self.heard.append((time.monotonic(), content, list(buffers or [])))
            self.threads.add(threading.current_thread().name)
            self._news.notify_all()
        if self.acks and content["type"] in ("spectrum", "corner", "brush"):
            self.say(type="ack", topic=content["type"], seq=content["seq"])

    def say(self, **message):
        self.lab._connection.receive(message)

    def act(self, name, number=1, **args):
        """Send an action and wait for its reply."""
        self.say(type="action", id=number, name=name, args=args)
        return self.until(lambda m: m["type"] == "reply" and m["id"] == number)

    def until(self, wanted, timeout=120.0):
        """The newest message heard that is wanted, waiting for it if need be."""
        found = []

        def there():
            found[:] = [m for _, m, _ in self.heard if wanted(m)]
            return bool(found)

        with self._news:
            assert self._news.wait_for(there, timeout), f"never heard it; heard {self.kinds()}"
        return found[-1]

    def caught_up(self):
        """Wait for an exact view of the present state, and its spectrum: one for each set-up, whatever else changes."""
        state = self.lab.session.state
        self.until(lambda m: m["type"] == "view" and m["rev"] >= state.rev and m["stat"]["exact"])
        wanted = statistic_text(self.lab.session.evaluator.current(state.setup).stat)
        return self.until(lambda m: m["type"] == "spectrum" and m["stat"] == wanted and not m["preview"])

    def kinds(self):
        return [m["type"] for _, m, _ in self.heard]

    def clear(self):
        with self._news:
            self.heard.clear()
