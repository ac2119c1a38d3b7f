"""The judges of a profile, and the networks that runs optimised."""

import pytest

from nstbench.core.errors import InputError
from nstbench.images.manifest import load_manifest
from nstbench.metrics.feature_spaces import JUDGES
from nstbench.networks.kinship import Origin
from nstbench.pipeline.optimised import optimised_network
from nstbench.pipeline.profile import load_profile
from nstbench.pipeline.project import CHECKOUT
from nstbench.pipeline.specification import RunSpecification


def profile(judges):
    changes = {"profiles": {"mine": {"size": 64, **({} if judges is None else {"judges": judges})}}}
    manifest = load_manifest(CHECKOUT / "data" / "images.yaml")
    return load_profile(CHECKOUT / "config" / "config.yaml", manifest, "mine", changes)


def test_a_profile_says_who_judges():
    assert profile(None).judges == JUDGES
    assert profile({"vgg16": "random"}).judges == {"vgg16": "random"}


@pytest.mark.parametrize(
    ("judges", "words"),
    [
        ({}, "judges"),
        ({"alexnet": "embedded"}, "'alexnet' is no judge; allowed: vgg19, vgg16, efficientnet_lite0"),
        ({"vgg19": "nowhere.pth"}, "weights 'nowhere.pth' do not exist"),
        ({"efficientnet_lite0": "random"}, "efficientnet_lite0 has imagenet weights only, not 'random'"),
    ],
)
def test_judges_that_there_are_not_are_refused(judges, words):
    with pytest.raises(InputError, match=words):
        profile(judges)


@pytest.mark.parametrize(
    ("method", "parameters", "network"),
    [
        ("gatys2015", {"backbone": "vgg16", "weights": "random"}, Origin("vgg16", "random")),
        ("adain2017", {"network": "any_style"}, Origin("vgg19", "embedded")),
        ("johnson2016", {"network": "starry_night"}, Origin("vgg19", "embedded")),
        ("johnson2016", {"network": "gone"}, None),
        ("efros2001", {}, None),
    ],
)
def test_a_run_or_the_training_of_its_network_optimised_a_network(method, parameters, network):
    run = RunSpecification(method=method, content="a", style="b", size=64, parameters=parameters)
    assert optimised_network(run) == network
