"""Which judges are kin to what was optimised."""

import json

import pytest

from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.efficientnet import EFFICIENTNET_LITE0
from nstbench.networks.kinship import Origin, kinship
from nstbench.networks.weight_sources import embedded_files

JUDGE = Origin(EFFICIENTNET_LITE0, "imagenet")
SOURCES = ("embedded", "original", "imagenet", "random", "random-half", "somewhere/weights.pth")


@pytest.fixture
def taught(monkeypatch):
    """VGG-16 by an original VGG-19, AlexNet by VGG-16, GoogLeNet by SqueezeNet, as their cards would say."""
    cards = {
        "vgg16": Origin("vgg19", "original"),
        "alexnet": Origin("vgg16", "embedded"),
        "googlenet": Origin("squeezenet1_0", "imagenet"),
    }
    monkeypatch.setattr("nstbench.networks.kinship.teacher_of", cards.__getitem__)


@pytest.mark.parametrize(
    ("judge", "optimised", "kin"),
    [
        (("vgg19", "original"), ("vgg19", "original"), "the network that the run optimised"),
        (("vgg16", "embedded"), ("vgg19", "original"), "a student of the optimised original vgg19"),
        (("alexnet", "embedded"), ("vgg19", "original"), "a student of the optimised original vgg19"),
        (("vgg19", "original"), ("alexnet", "embedded"), "the teacher of the optimised embedded alexnet"),
        (
            ("alexnet", "embedded"),
            ("vgg16", "embedded"),
            "a student of the optimised embedded vgg16",
        ),
        (
            ("vgg16", "imagenet"),
            ("vgg19", "original"),
            "of one family with the optimised original vgg19, VGG",
        ),
        (
            ("vgg16", "random"),
            ("alexnet", "embedded"),
            "of one family with the optimised embedded alexnet, VGG",
        ),
        (("alexnet", "imagenet"), ("vgg19", "imagenet"), None),
        (("googlenet", "embedded"), ("vgg19", "original"), None),
        (("googlenet", "embedded"), ("alexnet", "embedded"), None),
    ],
)
def test_kinship_is_by_weights_then_by_training_then_by_family(taught, judge, optimised, kin):
    assert kinship(Origin(*judge), Origin(*optimised)) == kin


def test_students_of_one_teacher_name_it(monkeypatch):
    teacher = Origin("squeezenet1_0", "imagenet")
    monkeypatch.setattr("nstbench.networks.kinship.teacher_of", lambda network: teacher)
    found = kinship(Origin("vgg16", "embedded"), Origin("googlenet", "embedded"))
    assert found == "which has one teacher with the optimised embedded googlenet, imagenet squeezenet1_0"


@pytest.mark.parametrize("network", ARCHITECTURES)
@pytest.mark.parametrize("weights", SOURCES)
def test_the_independent_judge_is_kin_to_no_network_of_the_catalogue(network, weights):
    if weights != "embedded" or network in {file.stem for file in embedded_files()}:
        assert kinship(JUDGE, Origin(network, weights)) is None
    assert kinship(JUDGE, JUDGE) is not None


@pytest.mark.parametrize("network", [file.stem for file in embedded_files()])
def test_cards_name_a_teacher_of_the_catalogue(network):
    origin = Origin(network, "embedded")
    _, teacher, *_ = origin.lineage
    assert teacher.network in ARCHITECTURES
    (card,) = (
        json.loads(file.with_suffix(".json").read_text()) for file in embedded_files() if file.stem == network
    )
    assert card["teacher"].startswith(teacher.network)


def test_both_vgg_are_one_family_and_no_other_networks_are():
    assert ARCHITECTURES["vgg16"].family == ARCHITECTURES["vgg19"].family
    assert len({each.family for each in ARCHITECTURES.values()}) == len(ARCHITECTURES) - 1
