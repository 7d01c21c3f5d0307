"""Lab: all panels of a fit, and the same things as Python calls.

Every method goes through the gate the clicks go through, so a call moves the panels, can be undone, and stands in the journal.
"""

from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from spec_lab._base import Info, ParameterError
from spec_lab.infer import Bootstrap, Posterior
from spec_lab.results.profiles import Profile
from spec_lab.session import Command, Commands, FitSession, Tutor, views
from spec_lab_widgets.figure import figure
from spec_lab_widgets.page import export
from spec_lab_widgets.panel import Panel
from spec_lab_widgets.static_picture import StaticPicture, static_picture

_MAXIMUM_LIKELIHOOD = ("fit", "iminuit", "lmfit")


class Lab(Commands, Panel):
    """The laboratory: look at a spectrum, move sliders, freeze, link, edit priors, fit in the background, undo.

    Args:
        infer: Data and models; or the path of a spectrum (or a list of them), opened as is usual for its instrument.
        panels: Names of the panels to show, in order; all when left out.
        height: Of the drawings, in CSS pixels; 0 = automatic.
        live: Whether edits are followed by a refit; None leaves the session as it is.
        preview: Whether edits are followed by a preview of the posterior, which fills corner plot and criteria.
        autosave: A folder or file to keep the session in by itself; True for `.spec_lab/autosave` of the working
            directory, False for nowhere; None leaves a session that has been told as it is, and else means True.

    Example:
        >>> lab = Lab(infer)
        >>> lab.freeze("cpl.alpha")
        >>> lab.fit()
        >>> lab.undo()
    """

    def __init__(
        self,
        infer: Any,
        panels: Any = None,
        height: int = 0,
        *,
        live: bool | None = None,
        preview: bool = True,
        autosave: bool | str | Path | None = None,
    ):
        super().__init__(infer, panels, height)
        if live is not None and live != self.session.state.live:
            self.session.set_live(live)
        if preview != self.session.state.previews:
            self.session.set_previews(preview)
        if autosave is not None or not self.session.autosave.decided:
            self.autosave(True if autosave is None else autosave)

    def perform(self, command: Command) -> None:
        self.session.perform(command)

    # -- all the methods of `Commands`, and ----------------------------------------------------------------------------
    def diff(self, run: int) -> Info:
        """What differs between a run's set-up and the present one, as a table; its title tells another model in words."""
        told = views.changes(self.session.state, self.session.state.run(run))
        columns = {"parameter": "name", f"run {run}": "then", "now": "now"}
        return Info(
            {title: [row[key] for row in told["rows"]] for title, key in columns.items()}, told["words"] or None
        )

    def profile_points(self, pid: int | str) -> Profile:
        """The profile that dragging has given so far for the present question.

        Raises:
            ParameterError: No slider was dragged with the others refitted.
        """
        return self.session.profiles.points(self.session.get(), pid)

    # -- fits ----------------------------------------------------------------------------------------------------------
    def fit(self, engine: str = "fit", block: bool = False, **options: Any) -> Posterior | Bootstrap | None:
        """Start an engine in the background.

        Args:
            engine: Its name, see `spec_lab.engines.ENGINES`.
            block: Wait for the end; an interrupt stops the fit and keeps what it has.
            **options: Of the engine.

        Returns:
            The analyzer of the result when `block`, else None.
        """
        self.session.fit(engine, **options)
        if not block:
            return None
        try:
            return self.wait()
        except KeyboardInterrupt:
            self.stop()
            return self.wait()

    @property
    def tutor(self) -> Tutor:
        """Who leads the lesson: `leave()`, `next()`, `shuffle()`, `resample(seed)`, `reveal()`."""
        return self.session.tutor

    def wait(self, timeout: float | None = None) -> Posterior | Bootstrap | None:
        """Wait for the running fit; the analyzer of its result."""
        run = self.session.wait(timeout)
        if run is None:
            return None
        evaluation = Bootstrap if run.outcome.engine in _MAXIMUM_LIKELIHOOD else Posterior
        return evaluation(self.infer, run.outcome)

    # -- views, text, files --------------------------------------------------------------------------------------------
    def panel(self, *names: str, height: int = 0) -> Panel:
        """One or more panels of this session as a widget of its own."""
        return Panel(self.session, names or None, height)

    def script(self) -> str:
        """The shortest Python that leads from the start to the present set-up."""
        return self.session.script()

    def journal(self, undone: bool = False) -> str:
        """Every change as Python; lines that were undone are left out, or kept as comments."""
        lines = self.session.journal()
        kept = [
            line.code if not line.undone else f"# undone: {line.code}" for line in lines if undone or not line.undone
        ]
        return "\n".join(kept) + "\n"

    def to_cell(self, journal: bool = False) -> None:
        """Put the script (or the whole journal) into a new cell below the one that calls this.

        Raises:
            ParameterError: This is no notebook.
        """
        shell = get_ipython()
        if shell is None:
            raise ParameterError(
                "there is no notebook to put a cell into", hint="print(lab.script()) shows the script."
            )
        shell.set_next_input((self.journal() if journal else self.script()).rstrip())

    def save(self, path: str | Path) -> Path:
        """Write the session to a file (`.speclab`): set-up, history, journal and undo; `Lab.load(path)` takes it up again."""
        return self.session.save(path)

    def autosave(self, place: bool | str | Path = True) -> Path | None:
        """Keep the session by itself: a minute after something changed, and at the end of every fit.

        Args:
            place: A folder or a file; True for the default place, False to switch it off.

        Returns:
            The file, or None when nothing will be written.
        """
        return self.session.autosave.begin(place)

    @classmethod
    def recover(
        cls, which: int = 0, folder: str | Path | None = None, *, allow: str | tuple[str, ...] = (), **options: Any
    ) -> "Lab":
        """A Lab of a session that was kept by itself, 0 = the newest; `spec_lab.autosaves()` lists them.

        A folder that came from somebody else is somebody else's file: it names nothing but what is registered for saving
        here, and the packages that `allow` names.

        Raises:
            DataError: There is none.
        """
        return cls(FitSession.recover(which, folder, allow=allow), **options)

    @classmethod
    def load(cls, path: str | Path, *, allow: str | tuple[str, ...] = (), **options: Any) -> "Lab":
        """A Lab from a session file; its `Infer` is `lab.infer`.

        Args:
            path: The file.
            allow: Packages of yours, beside those of `spec_lab.tree.allow_package`, that the file may name.
            options: Those of `Lab`.
        """
        return cls(FitSession.load(path, allow=allow), **options)

    def export(self, path: str | Path) -> Path:
        """Write all panels as one HTML file that opens anywhere, without kernel or network.

        Tables, spectrum, corner plot, criteria, history and Python as they are now; sliders of free parameters move the curves
        by an approximation and say so.

        Returns:
            The path, with `.html` added where it had no ending.
        """
        return export(self.session, path, list(self.panels), self.height)

    def figure(self, kind: str = "spectrum") -> Any:
        """A figure for print, by matplotlib: "spectrum", or "corner" of the posterior that is shown.

        Returns:
            A figure that a notebook shows and `.save("figure.pdf")` writes.
        """
        return figure(self.session, kind)

    def snapshot(self) -> StaticPicture:
        """The present state as a picture and tables that need no widget: shows anywhere, survives in saved notebooks."""
        return static_picture(self.session)

    def close(self) -> None:
        """Take the panels away; the session goes on. In a notebook a static picture (`snapshot`) is left in this cell.

        A saved notebook would show nothing where a widget was: its last view is dead, and outranks a picture beside it.
        """
        seen = (
            self._connection.greeted or self._displayed
        )  # a cell further down may close it before the page has drawn it
        self._unseen()
        if seen and get_ipython() is not None:
            display(self.snapshot())
        self.session.autosave.flush(timeout=0.0)  # what waits for its minute would keep a forgotten session alive
        super().close()

    def __del__(self) -> None:
        """Nobody looks at what is only collected: no picture is left."""
        if self._pump is not None:
            self._unseen()
        super().__del__()

    def _unseen(self) -> None:
        self._connection.greeted = self._displayed = False
