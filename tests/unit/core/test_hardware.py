"""Devices by name: those that are there, and one line about others."""

import pytest
import torch

from nstbench.core.errors import InputError
from nstbench.core.hardware import resolve


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:1", "cpu"])
def test_devices_that_are_there_are_taken(two_gpus, name):
    assert resolve(name, "fp32").device == torch.device(name)


def test_the_accelerator_is_preferred(two_gpus):
    assert resolve("auto", "fp32").device == torch.device("cuda")


@pytest.mark.parametrize("name", ["cuda:2", "cuda:abc", "cuda:-1", "cpu:foo", "meta", "tpu", ""])
def test_others_are_refused_with_what_is_there(two_gpus, name):
    with pytest.raises(InputError, match=f"device '{name}' is not .*: auto, cpu, cuda, cuda:0, cuda:1$"):
        resolve(name, "fp32")
