"""Every kind of chart, by the name that a chart file gives."""

from nstbench.charts.base import ChartKind
from nstbench.charts.bot_answers import BotAnswers
from nstbench.charts.channel_means import ChannelMeans
from nstbench.charts.diagrams.flow import FlowDiagram
from nstbench.charts.diagrams.gram import GramDiagram
from nstbench.charts.diagrams.layers import LayerDiagram
from nstbench.charts.flicker import Flicker
from nstbench.charts.gram_matrices import GramEntries, GramSparsity
from nstbench.charts.landscape import Escapes, Saddle, Segment
from nstbench.charts.loss_curves import Convergence, Improvement
from nstbench.charts.picture_sizes import PictureSizes
from nstbench.charts.snapshots import CommonObjective, GradientBalance
from nstbench.charts.speed import EngineSpeed, FramesPerSecond
from nstbench.charts.statistic_cost import StatisticCost
from nstbench.charts.style_layers import LayerBalance, LayerShares
from nstbench.charts.training_curves import LearningCurve, Relaunches
from nstbench.core.errors import InputError, shortened

KINDS: dict[str, type[ChartKind]] = {
    "bot_answers": BotAnswers,
    "channel_means": ChannelMeans,
    "common_objective": CommonObjective,
    "convergence": Convergence,
    "engine_speed": EngineSpeed,
    "escapes": Escapes,
    "flicker": Flicker,
    "flow_diagram": FlowDiagram,
    "frames_per_second": FramesPerSecond,
    "gradient_balance": GradientBalance,
    "gram_diagram": GramDiagram,
    "gram_entries": GramEntries,
    "gram_sparsity": GramSparsity,
    "improvement": Improvement,
    "layer_balance": LayerBalance,
    "layer_diagram": LayerDiagram,
    "layer_shares": LayerShares,
    "learning_curve": LearningCurve,
    "picture_sizes": PictureSizes,
    "relaunches": Relaunches,
    "saddle": Saddle,
    "segment": Segment,
    "statistic_cost": StatisticCost,
}


def chart_kind(name: str) -> type[ChartKind]:
    """The kind of chart of that name; InputError on an unknown one."""
    if name not in KINDS:
        raise InputError(f"unknown kind of chart {shortened(name)}; allowed: {', '.join(KINDS)}")
    return KINDS[name]
