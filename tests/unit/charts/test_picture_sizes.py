"""Pictures of several sizes: the sizes they have, and their distance from the style written out."""

import pytest

from nstbench.charts.picture_sizes import PictureSizes
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.methods.adain2017.method import METHOD
from nstbench.methods.base import Task
from nstbench.methods.colour.preservation import stylize
from nstbench.optim.lockstep import finish


def test_pictures_have_the_size_that_was_asked_for(materials):
    kind = PictureSizes(sides=((40, 40), (28, 52)), repeats=1)
    table = kind.measure(materials(("a", "b", "c"), size=40))
    assert table["style"].tolist() == ["b", "b", "c", "c"]
    assert table["asked"].tolist() == table["size"].tolist() == ["40 x 40", "52 x 28"] * 2
    assert table["kept"].tolist() == [1] * 4
    assert (table["seconds"] > 0).all()
    kept, *_ = PictureSizes.findings(table)
    assert kept.endswith("yes.")
    wrong = table.assign(kept=[1, 0, 1, 1])
    assert PictureSizes.findings(wrong)[0].endswith("no.")


def test_the_distance_is_that_of_the_moments_as_a_share_of_the_content_s(materials):
    from nstbench.losses.channel_moments import channel_moments
    from nstbench.methods.adain2017.architecture import LAYERS
    from nstbench.methods.adain2017.network import load_network
    from nstbench.networks.feedforward.inventory import locate_network

    asked = materials(("a", "b"), size=24)
    (found,) = PictureSizes(sides=((40, 40),), repeats=1).measure(asked)["distance"]
    content, style = (to_tensor(load_picture(asked.folder / f"{name}.png", 40)) for name in "ab")
    task = Task(content, style, METHOD.configure("default", {}), 0, asked.hardware)
    painted = finish(stylize(METHOD, task)).image
    encoder = load_network(locate_network("any_style"), None, asked.hardware).encoder

    def distance(image):
        ours, theirs = encoder(image, LAYERS), encoder(style, LAYERS)
        pairs = [
            pair
            for layer in LAYERS
            for pair in zip(channel_moments(ours[layer]), channel_moments(theirs[layer]), strict=True)
        ]
        return sum(((one - other) ** 2).mean().item() for one, other in pairs)

    assert found == pytest.approx(distance(painted) / distance(content), rel=1e-3)
