"""Random training crops from pictures that are decoded once and kept in memory."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from nstbench.core.errors import InputError
from nstbench.images.pictures import read_picture
from nstbench.networks.normalisation import CALIBRATION_SIZE

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SHORT_SIDE = 288
HELD_OUT_EVERY = 20
CALIBRATION_PICTURES = 400


class CropSource:
    """Square crops (N, 3, size, size), RGB in [0, 1], each batch a function of (seed, step) alone.

    Every twentieth picture is held out of training. Crops are taken at random scales and flips; half of
    them get a random colour transform, because paintings have palettes that photographs lack. InputError when
    there are fewer than two pictures.
    """

    def __init__(self, pictures: Iterable[Image.Image], size: int, batch: int, seed: int) -> None:
        self.size, self.batch, self.seed = size, batch, seed
        decoded = [_shrunk(picture) for picture in pictures]
        if len(decoded) < 2:
            raise InputError(
                f"a training needs at least 2 pictures, because the first of every {HELD_OUT_EVERY} is held "
                f"out; given: {len(decoded)}"
            )
        self.held_out_pictures = decoded[::HELD_OUT_EVERY]
        self.training_pictures = [p for i, p in enumerate(decoded) if i % HELD_OUT_EVERY]

    def training(self, step: int) -> Tensor:
        random = np.random.default_rng((self.seed, step))
        crops = [self._crop(self.training_pictures, random) for _ in range(self.batch)]
        recoloured = [_recolour(crop, random) if random.random() < 0.5 else crop for crop in crops]
        return torch.stack(recoloured)

    def held_out(self, step: int) -> Tensor:
        random = np.random.default_rng((self.seed, step))
        return torch.stack([self._crop(self.held_out_pictures, random) for _ in range(self.batch)])

    def calibration(self) -> tuple[Iterator[Tensor], str]:
        """Centres of evenly many training pictures for measuring channel means, and what they are called."""
        every = max(1, len(self.training_pictures) // CALIBRATION_PICTURES)
        pictures = self.training_pictures[::every]
        described = f"{len(pictures)} training pictures ({CALIBRATION_SIZE} px)"
        return (_centre(picture) for picture in pictures), described

    def _crop(self, pictures: list[Tensor], random: np.random.Generator) -> Tensor:
        picture = pictures[random.integers(len(pictures))]
        _, height, width = picture.shape
        largest = min(height, width)
        smallest = min(largest, 0.8 * self.size)
        side = round(math.exp(random.uniform(math.log(smallest), math.log(largest))))
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        crop = _resized(picture[:, top : top + side, left : left + side], self.size)
        return crop.flip(-1) if random.random() < 0.5 else crop


def pictures_in(folders: Iterable[Path]) -> Iterator[Image.Image]:
    """The pictures below `folders`, one by one; InputError when a folder has none or one cannot be read."""
    files = picture_files(folders)
    return (read_picture(file) for file in files)


def picture_files(folders: Iterable[Path]) -> list[Path]:
    """The files of the pictures below `folders`; InputError when a folder has none."""
    return [file for folder in folders for file in _files(Path(folder))]


def _files(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        allowed = ", ".join(sorted(SUFFIXES))
        raise InputError(f"no training pictures in {folder}; give a folder that holds {allowed} files")
    return files


def _shrunk(picture: Image.Image) -> Tensor:
    factor = SHORT_SIDE / min(picture.size)
    if factor < 1:
        size = (round(picture.width * factor), round(picture.height * factor))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


def _centre(picture: Tensor) -> Tensor:
    """The largest square in the middle, as (1, 3, CALIBRATION_SIZE, CALIBRATION_SIZE)."""
    _, height, width = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _resized(picture[:, top : top + side, left : left + side], CALIBRATION_SIZE)[None]


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
