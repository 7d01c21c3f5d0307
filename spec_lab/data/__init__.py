"""Spectra and responses: reading, filtering, grouping, and what a fit takes of them.

`ogip files → Source, Background, Response → DataUnit → Channels`. The door to:

- reading: `files` (paths and bytes), `file_kind` (what is it?), `ogip` (FITS), `textfile` with `texttable`; `number_checks` and
  `energies` judge values and edges, contradictions are gathered in `file_warnings`;
- values: `spectrum`, `response`, `unit`, `collection`, all immutable; `sky` for a response that depends on the position;
- what may be fitted of them: `unit_parameters`; documented names: `documented`, and of spectra `quantities`;
- choices: `notice` (energy windows), `grouping` and `optimal`, `scaling` (BACKSCAL, AREASCAL), `significance`;
- the result: `channels`;
- what is usual for an instrument: `missions` (the table), `usual_choices`, and `judge` which says them to the launcher;
- beyond: `upper_limits`, `simulate`, `ogip.write`, `datasets`, `html_repr` with `stairs`.

Not here: models, statistics, and the value of any parameter.
"""

from spec_lab.data import datasets as datasets
from spec_lab.data import simulate as simulate
from spec_lab.data.channels import Channels as Channels
from spec_lab.data.channels import grouped_columns as grouped_columns
from spec_lab.data.collection import Data as Data
from spec_lab.data.file_warnings import collect_warnings as collect_warnings
from spec_lab.data.file_warnings import printed_notes as printed_notes
from spec_lab.data.files import file_of as file_of
from spec_lab.data.grouping import as_given as as_given
from spec_lab.data.grouping import describe_grouping as describe_grouping
from spec_lab.data.grouping import from_flags as from_flags
from spec_lab.data.missions import Instrument as Instrument
from spec_lab.data.missions import instruments as instruments
from spec_lab.data.missions import recognised as recognised
from spec_lab.data.notice import notice_windows as notice_windows
from spec_lab.data.ogip.write import write_arf as write_arf
from spec_lab.data.ogip.write import write_pha as write_pha
from spec_lab.data.ogip.write import write_rsp as write_rsp
from spec_lab.data.response import Auxiliary as Auxiliary
from spec_lab.data.response import Redistribution as Redistribution
from spec_lab.data.response import Response as Response
from spec_lab.data.significance import pgsig as pgsig
from spec_lab.data.significance import pgsig_inv as pgsig_inv
from spec_lab.data.significance import ppsig as ppsig
from spec_lab.data.significance import ppsig_inv as ppsig_inv
from spec_lab.data.simulate import Simulations as Simulations
from spec_lab.data.simulate import fakeit as fakeit
from spec_lab.data.sky.balrog import BalrogResponse as BalrogResponse
from spec_lab.data.sky.direction_table import SplineChart as SplineChart
from spec_lab.data.sky.direction_table import direction_weights as direction_weights
from spec_lab.data.sparse_matrix import SparseMatrix as SparseMatrix
from spec_lab.data.spectrum import Background as Background
from spec_lab.data.spectrum import Source as Source
from spec_lab.data.spectrum import Spectrum as Spectrum
from spec_lab.data.stairs import stairs as stairs
from spec_lab.data.unit import DataUnit as DataUnit
from spec_lab.data.unit_parameters import DATA_PARAMETERS as DATA_PARAMETERS
from spec_lab.data.unit_parameters import PARAMETER_MEANINGS as PARAMETER_MEANINGS
from spec_lab.data.unit_parameters import parameter_starts as parameter_starts
from spec_lab.data.usual_choices import UsualChoices as UsualChoices
from spec_lab.data.usual_choices import energies_text as energies_text
from spec_lab.data.usual_choices import joint_model as joint_model
from spec_lab.data.usual_choices import usual_choices as usual_choices
from spec_lab.data.usual_choices import usual_windows as usual_windows
