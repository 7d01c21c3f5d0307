"""The session floor: one fit as a person lives with it, without any user interface.

    state, actions, reports, reduce   what there is, what can be done to it, and the one pure function that does it
    session                           the only mutable thing: lock, store of the `Infer`, workers, listeners
    jobs, preview_worker, evaluator   background workers: fits, live previews, curves; by `background`, `threads`, `problems`
    starts, start_search              another model starts near the data, which is looked for beside the person's work
    brush, degeneracy                 selected draws; the direction the data leave free
    hints                             where the residuals run to one side, and a line to try
    curve_drag                        a point of the model pulled up or down: the shortest step there
    posterior_choice                  which posterior is looked at
    profiles                          a slider dragged while the others are refitted, and the curve that grows by it
    timeline, overlays                where one has been, and how it looked
    open_spectra                      a fit made of files, as is usual for their instruments
    known_fit                         how far one stands from the newest fit
    fit_key, difference, script       when two set-ups have the same fit; the way from one to another; the minimal Python
    lesson, tutor                     the fit as a game: hidden best fit, score, guided steps, new counts
    command_registry, _arguments      whatever a person may ask, one class each: message, Python call, documentation
    edit_commands, queries, command_methods
                                      commands that are edits; questions; all of them as Python methods
    typed_values, pasted              what a person typed or pasted, as edits
    views                             state → the plain data that panels draw
    archive, autosave                 sessions as files, and who writes them by itself

Not here: anything that knows a widget, a comm or a browser.
"""

from spec_lab.session import actions as actions
from spec_lab.session import queries as queries
from spec_lab.session import reports as reports
from spec_lab.session import threads as threads
from spec_lab.session import views as views
from spec_lab.session.actions import Action as Action
from spec_lab.session.actions import Do as Do
from spec_lab.session.autosave import autosaves as autosaves
from spec_lab.session.brush import Brushed as Brushed
from spec_lab.session.brush import Draws as Draws
from spec_lab.session.command_methods import Commands as Commands
from spec_lab.session.command_registry import COMMANDS as COMMANDS
from spec_lab.session.command_registry import Command as Command
from spec_lab.session.command_registry import Query as Query
from spec_lab.session.command_registry import command_from as command_from
from spec_lab.session.command_registry import named_command as named_command
from spec_lab.session.difference import difference as difference
from spec_lab.session.error_data import as_data as as_data
from spec_lab.session.evaluation import Evaluation as Evaluation
from spec_lab.session.evaluation import UnitEvaluation as UnitEvaluation
from spec_lab.session.fit_forms import ErrorData as ErrorData
from spec_lab.session.fit_forms import FitStatus as FitStatus
from spec_lab.session.fit_key import fit_key as fit_key
from spec_lab.session.fit_key import same_setup as same_setup
from spec_lab.session.messages import Reply as Reply
from spec_lab.session.open_spectra import are_files as are_files
from spec_lab.session.open_spectra import open_spectra as open_spectra
from spec_lab.session.reduce import reduce as reduce
from spec_lab.session.session import FitSession as FitSession
from spec_lab.session.session import recover as recover
from spec_lab.session.start_search import SearchedEdit as SearchedEdit
from spec_lab.session.state import State as State
from spec_lab.session.tutor import Tutor as Tutor
from spec_lab.session.typed_values import value_edit as value_edit
from spec_lab.session.view_model import CriteriaRow as CriteriaRow
from spec_lab.session.view_model import HistoryRow as HistoryRow
from spec_lab.session.view_model import LabView as LabView
from spec_lab.session.view_model import ParameterRow as ParameterRow
