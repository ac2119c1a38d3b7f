from .api import MetricScore as MetricScore
from .api import Stylization as Stylization
from .api import list_methods as list_methods
from .api import list_metrics as list_metrics
from .api import load_backbone as load_backbone
from .api import score as score
from .api import stylize as stylize
from .core.errors import InputError as InputError

__version__: str
