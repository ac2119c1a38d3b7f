"""Random training crops of pictures."""

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from nstbench.core.errors import InputError
from nstbench.networks.normalisation import CALIBRATION_SIZE
from nstbench.networks.training.pictures import DecodedPictures

# Styles are drawn by other numbers than contents, whatever the seed of a recipe.
STYLE_SEED = 2**32
HELD_OUT_EVERY = 20
CALIBRATION_PICTURES = 400


class CropSource:
    """Square crops, each batch a function of (seed, step) alone.

    The first of every twenty pictures is held out of training. Crops are taken at random scales and flips.
    Pictures are decoded when a crop needs them; those that cannot be read are skipped. The next step's batch
    is made while the network learns from this one.

    Parameters
    ----------
    files
        Of the pictures to crop.
    size
        Side of the crops in pixels.
    batch
        Their number in a batch, N.
    seed
        Decides them.

    Raises
    ------
    InputError
        When there are fewer than two pictures.
    """

    def __init__(self, files: Iterable[Path], size: int, batch: int, seed: int) -> None:
        self.size, self.batch, self.seed = size, batch, seed
        files = list(files)
        if len(files) < 2:
            raise InputError(
                f"a training needs at least 2 pictures, because the first of every {HELD_OUT_EVERY} is held "
                f"out; given: {len(files)}"
            )
        self.held_out_pictures = files[::HELD_OUT_EVERY]
        self.training_pictures = [file for i, file in enumerate(files) if i % HELD_OUT_EVERY]
        self._decoded = DecodedPictures()
        self._worker = ThreadPoolExecutor(1)
        self._ahead: dict[int, Future[Tensor]] = {}

    def training(self, step: int) -> Tensor:
        """A batch to train on.

        Parameters
        ----------
        step
            Of the training, from 0.

        Returns
        -------
        Tensor
            (N, 3, size, size), RGB in [0, 1]. Half of the crops get a random colour transform, because
            paintings have palettes that photographs lack.

        Raises
        ------
        InputError
            When no picture can be read.
        """
        batch = self._ahead[step].result() if step in self._ahead else self._training(step)
        self._ahead = {step + 1: self._worker.submit(self._training, step + 1)}
        return batch

    def _training(self, step: int) -> Tensor:
        random = np.random.default_rng((self.seed, step))
        crops = [self._crop(self.training_pictures, random) for _ in range(self.batch)]
        recoloured = [_recolour(crop, random) if random.random() < 0.5 else crop for crop in crops]
        return torch.stack(recoloured)

    def held_out(self, step: int) -> Tensor:
        """A batch of pictures that are never trained on.

        Parameters
        ----------
        step
            Decides the crops.

        Returns
        -------
        Tensor
            (N, 3, size, size), RGB in [0, 1].

        Raises
        ------
        InputError
            When none of them can be read.
        """
        random = np.random.default_rng((self.seed, step))
        return torch.stack([self._crop(self.held_out_pictures, random) for _ in range(self.batch)])

    def calibration(self) -> tuple[Iterator[Tensor], str]:
        """Training pictures for measuring channel means.

        Returns
        -------
        images
            The largest square in the middle of at most about CALIBRATION_PICTURES pictures, each
            (1, 3, CALIBRATION_SIZE, CALIBRATION_SIZE), RGB in [0, 1].
        described
            What they are, in words.
        """
        every = max(1, len(self.training_pictures) // CALIBRATION_PICTURES)
        pictures = self.training_pictures[::every]
        described = f"{len(pictures)} training pictures ({CALIBRATION_SIZE} px)"

        def centres() -> Iterator[Tensor]:
            for picture in map(self._decoded.read, pictures):
                if picture is None:
                    continue
                _, height, width = picture.shape
                side = min(height, width)
                top, left = (height - side) // 2, (width - side) // 2
                yield _resized(picture[:, top : top + side, left : left + side], CALIBRATION_SIZE)[None]

        return centres(), described

    def _crop(self, files: list[Path], random: np.random.Generator) -> Tensor:
        picture = self._decoded.any_of(files, random)
        _, height, width = picture.shape
        largest = min(height, width)
        smallest = min(largest, 0.8 * self.size)
        side = round(math.exp(random.uniform(math.log(smallest), math.log(largest))))
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        crop = _resized(picture[:, top : top + side, left : left + side], self.size)
        return crop.flip(-1) if random.random() < 0.5 else crop


def _resized(square: Tensor, size: int) -> Tensor:
    """(3, S, S) of bytes as (3, size, size) in [0, 1]."""
    wide = square[None].float() / 255
    return interpolate(wide, (size, size), mode="bilinear", antialias=True, align_corners=False)[0]


def _recolour(crop: Tensor, random: np.random.Generator) -> Tensor:
    """A random affine map of colour space near the identity, and a random gamma."""
    mixing = np.eye(3) + random.normal(0, 0.25, (3, 3))
    mean = crop.mean((1, 2), keepdim=True)
    matrix = torch.from_numpy(mixing).float()
    shift = torch.from_numpy(random.normal(0, 0.1, (3, 1, 1))).float()
    mixed = torch.einsum("ij,jhw->ihw", matrix, crop - mean) + mean + shift
    return mixed.clamp(0, 1) ** math.exp(random.normal(0, 0.25))
