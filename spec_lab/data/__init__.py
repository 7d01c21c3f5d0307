"""Spectra and responses: reading, filtering, grouping, and what a fit takes of them.

`ogip files → Source, Background, Response → DataUnit → Channels`. The door to:

- reading: `sniff` (what is it?), `fitsfile` (astropy, guarded), `pha` with `row`, `matrix`, `textfile` with `texttable`;
  `numbers` and `energies` judge values and edges, contradictions are gathered in `notes`;
- values: `spectrum`, `response`, `unit`, `collection`, all immutable; `position` (with `patch`) is a response that depends on
  where the source is;
- what may be fitted of them: `parameters`;
- choices: `notice` (energy windows), `grouping` and `optimal`, `scaling` (BACKSCAL, AREASCAL), `significance`;
- the result: `channels`;
- beyond: `simulate`, `write`, `datasets`, `picture`.

Not here: models, statistics, and the value of any parameter.
"""

from spec_lab.data import datasets as datasets
from spec_lab.data.channels import Channels as Channels
from spec_lab.data.collection import Data as Data
from spec_lab.data.position import BalrogResponse as BalrogResponse
from spec_lab.data.response import Auxiliary as Auxiliary
from spec_lab.data.response import Redistribution as Redistribution
from spec_lab.data.response import Response as Response
from spec_lab.data.significance import pgsig as pgsig
from spec_lab.data.significance import pgsig_inv as pgsig_inv
from spec_lab.data.significance import ppsig as ppsig
from spec_lab.data.significance import ppsig_inv as ppsig_inv
from spec_lab.data.simulate import Simulations as Simulations
from spec_lab.data.simulate import fakeit as fakeit
from spec_lab.data.spectrum import Background as Background
from spec_lab.data.spectrum import Source as Source
from spec_lab.data.spectrum import Spectrum as Spectrum
from spec_lab.data.unit import DataUnit as DataUnit
from spec_lab.data.write import write_arf as write_arf
from spec_lab.data.write import write_pha as write_pha
from spec_lab.data.write import write_rsp as write_rsp
