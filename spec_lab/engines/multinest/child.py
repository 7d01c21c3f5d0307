"""The child process as its parent sees it: an order, questions and answers, an end."""

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spec_lab.engines.multinest import output_files, worker


class Child:
    """MultiNest at work in a folder.

    Args:
        folder: Its working directory.
        order: What to run, see `worker.run`.
    """

    def __init__(self, folder: Path, order: dict[str, Any]):
        self.folder = folder
        self._errors = open(folder / "multinest.err", "wb")  # noqa: SIM115
        # -P: the script's folder must not be on the path, or its neighbours would hide modules of the same name
        self.process = subprocess.Popen(
            [sys.executable, "-P", worker.__file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, cwd=folder, start_new_session=True,
        )  # fmt: skip
        self._buffer = b""
        self.answer(json.dumps(order).encode() + b"\n")

    def answer(self, data: bytes) -> None:
        """Write to the child."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Tag and payload of each frame, until the child ends; an empty tag when it has been silent for a while."""
        assert self.process.stdout is not None
        source = self.process.stdout.fileno()
        while True:
            while len(self._buffer) >= worker.HEAD.size:
                tag, length = worker.HEAD.unpack_from(self._buffer)
                end = worker.HEAD.size + length
                if len(self._buffer) < end:
                    break
                payload, self._buffer = self._buffer[worker.HEAD.size : end], self._buffer[end:]
                yield tag, payload
            if not select.select([source], [], [], 0.2)[0]:
                yield b"", b""
                continue
            data = os.read(source, 65536)
            if not data:
                return
            self._buffer += data

    def end(self) -> None:
        """End the child, by force if it must be."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(2.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._errors):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def last_words(self) -> str:
        """What it wrote to its error output and log."""
        parts = [output_files.text(self.folder / name) for name in ("multinest.err", "multinest.log")]
        return "\n".join(part[-1500:].strip() for part in parts if part.strip())
