"""What a Telegram bot answers to a photograph and paintings, with the real network.

Source of the question: Soboleva, section Conclusion, whose project ended with such a bot.
"""

import io
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from nstbench.charts.base import ChartKind, Materials, Pixels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nstbench.api import Stylization
    from nstbench.apps.making import Report
    from nstbench.apps.order import Order

# As long as this a bot may take for all of its answers, on a slow machine beside other work.
PATIENCE = 600.0


class BotAnswers(ChartKind):
    """A photograph and each painting, sent to the suite's bot through a server that plays Telegram's part.

    The first picture is the photograph; `side` is the long side of the answers in pixels.
    """

    inches: ClassVar[tuple[float, float]] = (10.0, 2.6)
    side: Pixels = 512

    def sizes_at(self, profile: int) -> tuple[int, ...]:
        """The answers' side."""
        return (self.side,)

    def stands_on_embedded(self, weights: str) -> bool:
        """Always: the decoder inverts the embedded encoder."""
        return True

    def measure(self, materials: Materials) -> "pd.DataFrame":
        """Columns painting, sent_as, seconds, answers, once, size, distance, photograph, device, precision.

        Each painting is sent by a person of its own, as a photo and as a file in turns. `answers` is how
        many pictures came back, and `once` is 1 where it was one; `distance` is that of `picture_sizes`, of
        the answer from the painting as a share of the photograph's, 1 where none came; `seconds` are from the
        button to the answer.
        """
        import tempfile
        from pathlib import Path

        import pandas as pd
        import torch
        from PIL import Image

        from nstbench.apps.bot.rehearsal import Server, bot_at_work, serving, wait_for
        from nstbench.apps.making import make
        from nstbench.charts.picture_sizes import distance_of_moments
        from nstbench.images.tensors import to_tensor
        from nstbench.methods.adain2017.network import load_network
        from nstbench.networks.feedforward.inventory import locate_network

        hardware = materials.hardware
        machine = {"device": str(hardware.device), "precision": hardware.precision}
        threads = torch.get_num_threads()

        def make_small(order: "Order", report: "Report") -> "Stylization":
            torch.set_num_threads(threads)  # Another thread than this one has as many as there are cores.
            return make(replace(order, size=self.side, options={**order.options, **machine}), report)

        photograph, *paintings = materials.pictures
        server = Server()
        rows: list[dict[str, Any]] = []
        answers: list[list[bytes]] = []
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(server) as address,
            bot_at_work(address, Path(folder, "bot.sqlite"), make_small),
        ):
            for chat, painting in enumerate(paintings, start=1):
                as_file = chat % 2 == 0
                for name in (photograph, painting):
                    server.send_picture(chat, materials.pictures[name].read_bytes(), as_file)
                wait_for(partial(server.questions, chat), PATIENCE)
                (question,) = server.questions(chat)
                said, started = server.said[question], time.perf_counter()
                answers.append(said.pictures)
                server.press(chat, question, "adain2017")
                wait_for(said.closed, PATIENCE)
                seconds = time.perf_counter() - started
                rows.append({"sent_as": "file" if as_file else "photo", "seconds": seconds})

        network = load_network(locate_network("any_style"), None, hardware)
        largest = replace(materials, size=self.side)
        content = largest.picture(materials.pictures[photograph])
        for row, painting, pictures in zip(rows, paintings, answers, strict=True):
            row |= {"painting": painting, "answers": len(pictures), "once": int(len(pictures) == 1)}
            row |= {"size": "", "distance": 1.0}
            if pictures:
                answer = Image.open(io.BytesIO(pictures[-1])).convert("RGB")
                style = largest.picture(materials.pictures[painting])
                left = distance_of_moments(network, to_tensor(answer).to(hardware.device), style)
                whole = distance_of_moments(network, content, style)
                row |= {"size": f"{answer.width} x {answer.height}", "distance": left / whole}
        return pd.DataFrame(rows).assign(photograph=photograph, **machine)

    @staticmethod
    def findings(table: "pd.DataFrame") -> list[str]:
        """How many are answered, by what, and how long that takes."""
        once, left = table["once"].sum(), table["distance"]
        return [
            f"{once} of {len(table)} people with a photograph and a painting got one picture for it.",
            f"Distance from the style that is left in it: {left.median():.2f}, median over paintings "
            f"({left.min():.2f} to {left.max():.2f}).",
            f"From the press of the button to the answer: {table['seconds'].median():.2g} s, median, on "
            f"{table['device'][0]} in {table['precision'][0]}.",
        ]

    @staticmethod
    def draw(table: "pd.DataFrame", figure: "Figure") -> None:
        """Distance and seconds, a bar a painting."""
        from nstbench.charts.style import COLOURS

        distances, seconds = figure.subplots(1, 2, sharey=True)
        names = (table["painting"] + " (" + table["sent_as"] + ")").tolist()
        distances.barh(names, table["distance"], height=0.5, color=COLOURS[0])
        distances.set(xlabel="distance from the style, of the photograph's own", xlim=(0, 1))
        distances.invert_yaxis()
        seconds.barh(names, table["seconds"], height=0.5, color=COLOURS[0])
        seconds.set(xlabel="seconds from the button to the answer")
