"""View-models: pure functions from state and evaluations to the plain data of widgets/PROTOCOL.md.

All formatting of physics happens here; the front end draws what it is told.
"""

from spec_lab.session.posterior_choice import shown_outcome as shown_outcome
from spec_lab.session.posterior_choice import shown_posterior as shown_posterior
from spec_lab.session.views.activity import MOMENT as MOMENT
from spec_lab.session.views.activity import activity as activity
from spec_lab.session.views.brush import brush as brush
from spec_lab.session.views.changes import changes as changes
from spec_lab.session.views.corner import corner as corner
from spec_lab.session.views.corner import doubt as doubt
from spec_lab.session.views.corner import from_draws as from_draws
from spec_lab.session.views.criteria import run_label as run_label
from spec_lab.session.views.engines import forms_loaded as forms_loaded
from spec_lab.session.views.engines import load_forms as load_forms
from spec_lab.session.views.lab_view import autosave as autosave
from spec_lab.session.views.lab_view import fit as fit
from spec_lab.session.views.lab_view import view as view
from spec_lab.session.views.labels import distinct as distinct
from spec_lab.session.views.lesson import lesson as lesson
from spec_lab.session.views.lesson import told as told
from spec_lab.session.views.models import components as components
from spec_lab.session.views.models import model_preview as model_preview
from spec_lab.session.views.parameter_table import prior_preview as prior_preview
from spec_lab.session.views.posterior_curve import posterior_curve as posterior_curve
from spec_lab.session.views.predictor import predictor as predictor
from spec_lab.session.views.profiles import profile as profile
from spec_lab.session.views.profiles import profiles as profiles
from spec_lab.session.views.spectrum import Frame as Frame
from spec_lab.session.views.spectrum import lowest as lowest
from spec_lab.session.views.spectrum import overlay_frame as overlay_frame
from spec_lab.session.views.spectrum import spectrum as spectrum
