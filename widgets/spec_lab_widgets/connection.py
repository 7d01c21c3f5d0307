"""Connection: one widget's side of the border. Takes messages in, and says what has to go out.

Messages in arrive on the kernel's threads and only leave notes here; messages out are sent by the pump alone, which asks each
connection in turn. An connection keeps no science: only which version of what its front end has seen.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from spec_lab.session import FitSession
from spec_lab_widgets import handler
from spec_lab_widgets.flow import Flow
from spec_lab_widgets.saved_picture import SavedPicture

# What is told only when there is something, and once more when it is over. A front end may have heard it before its hello was
# read: after a hello "nothing" has to be said again (`seen` knows the kind, with no content).
ENDING = ("activity", "brush", "profiles")

Send = Callable[[Mapping[str, Any], list[bytes] | None], Any]


def _to_nobody(content: Mapping[str, Any], buffers: list[bytes] | None) -> None:
    """Where a closed widget's messages go."""


class Connection:
    """The border of one widget.

    Args:
        session: The session it shows.
        send: `send(content, buffers)`, called by the pump only.
        wake: Tells the pump that there is something to do.
        picture: What the notebook keeps of it.
    """

    def __init__(self, session: FitSession, send: Send, wake: Callable[[], None], picture: SavedPicture):
        self.session, self.send, self._wake, self.picture = session, send, wake, picture
        self.flow = Flow()
        self.replies: deque[Mapping[str, Any]] = deque()
        self.greeted = self._anew = False
        self.visible = True
        self.seen: dict[str, Any] = {}
        self.dragged = -1
        self._lock = threading.Lock()
        self._numbers = {"spectrum": 0, "corner": 0, "brush": 0}

    def receive(self, message: Any) -> None:
        """A message from the front end."""
        kind = message.get("type") if isinstance(message, dict) else None
        take = {
            "hello": self._hello,
            "action": self._action,
            "drag": self._drag,
            "scrub": self._scrub,
            "walk": self._walk,
            "drag_curve": self._drag_curve,
            "brush": self._brush,
            "unfold": self._unfold,
            "ack": self._ack,
            "visible": self._shown,
        }.get(kind)  # type: ignore[arg-type]
        try:
            if take is None:
                self.replies.append(handler.unknown(message))
            else:
                take(message)
        except Exception as error:  # an ill-formed message must not raise into the kernel's log
            self.replies.append(handler.refusal(message.get("id"), error))
        self._wake()

    def _hello(self, message: dict[str, Any]) -> None:
        with self._lock:
            self.greeted = self.visible = self._anew = True

    def _action(self, message: dict[str, Any]) -> None:
        self.replies.append(handler.answer(self.session, message))

    def _drag(self, message: dict[str, Any]) -> None:
        self.session.preview_drag(message["pid"], message["value"], message["seq"])

    def _scrub(self, message: dict[str, Any]) -> None:
        self.session.preview_moment(message["moment"], message["seq"])

    def _walk(self, message: dict[str, Any]) -> None:
        self.session.preview_walk(float(message["to"]), message["seq"])

    def _drag_curve(self, message: dict[str, Any]) -> None:
        self.session.preview_curve(str(message["unit"]), message["energy"], message["factor"], message["seq"])

    def _brush(self, message: dict[str, Any]) -> None:
        self.session.select(message["pids"], message["region"], message["seq"])

    def _unfold(self, message: dict[str, Any]) -> None:
        self.session.evaluator.unfold(self.session.state.setup)

    def _ack(self, message: dict[str, Any]) -> None:
        self.flow.acked(str(message["topic"]), int(message["seq"]))

    def _shown(self, message: dict[str, Any]) -> None:
        self.visible = bool(message["visible"])
        if self.visible:
            self.flow.reset()

    def close(self) -> None:
        """The widget is gone: nothing goes out any more, and it is not held."""
        self.send = _to_nobody

    def begin(self) -> None:
        """The pump, before it serves: a front end that said hello since the last time has seen nothing.

        Here and not at the hello, which may come in the middle of a turn, between a message and the note that it was seen.
        """
        with self._lock:
            anew, self._anew = self._anew, False
        if anew:
            self.seen = dict.fromkeys(kind for kind in ENDING if kind in self.seen)
            self.flow.reset()

    def number(self, topic: str) -> int:
        """The next number of a frame."""
        self._numbers[topic] += 1
        return self._numbers[topic]

    def floor(self, topic: str, seq: int) -> None:
        """Numbers of later frames stay above `seq`: drags bring their own."""
        self._numbers[topic] = max(self._numbers[topic], seq)
