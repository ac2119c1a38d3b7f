from .api import MetricScore as MetricScore
from .api import Stylization as Stylization
from .api import list_methods as list_methods
from .api import list_metrics as list_metrics
from .api import load_backbone as load_backbone
from .api import score as score
from .api import stylize as stylize
from .core.errors import InputError as InputError
from .losses.chained_gram import ChainedGramLoss as ChainedGramLoss
from .losses.chained_gram import chained_gram as chained_gram
from .losses.channel_moments import channel_moments as channel_moments
from .losses.content import ContentLoss as ContentLoss
from .losses.covariation import CovariationLoss as CovariationLoss
from .losses.gram import GramLoss as GramLoss
from .losses.gram import gram as gram
from .losses.local_gram import LocalGramLoss as LocalGramLoss
from .losses.local_gram import PixelGramLoss as PixelGramLoss
from .losses.self_convolution import AutocorrelationLoss as AutocorrelationLoss
from .losses.self_convolution import PairwiseConvolutionLoss as PairwiseConvolutionLoss
from .losses.self_convolution import SelfConvolutionLoss as SelfConvolutionLoss
from .losses.total_variation import TotalVariationLoss as TotalVariationLoss
from .losses.total_variation import absolute_variation as absolute_variation
from .losses.total_variation import squared_variation as squared_variation

__version__: str
