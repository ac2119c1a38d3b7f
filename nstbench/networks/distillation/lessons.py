"""Lessons: crops with what the teacher says of them, computed once and kept on disk for every student.

The teacher is the dearest part of a distillation, and all students can learn from the same crops.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from nstbench.core.errors import InputError
from nstbench.core.files import written_whole
from nstbench.networks.distillation.teacher import Teacher
from nstbench.networks.training.crops import CropSource

# Crops that measure the teacher's channels; far behind any batch that is trained on.
CALIBRATION_BATCHES = range(65_528, 65_536)
# Activations are not negative, and 448 is the largest number of this type.
STORED, LARGEST = torch.float8_e4m3fn, 448.0


class Lessons:
    """Batches of crops and the teacher's standardised activations; their folder fills as they are asked for.

    Parameters
    ----------
    teacher
        It is calibrated, or given the calibration that the folder holds.
    crops
        Where batches come from.
    folder
        Made when it does not exist. A batch of the recipe takes 10 MB.
    name
        What distinguishes the teacher from others.

    Raises
    ------
    InputError
        When the folder holds lessons of another teacher, or of other crops.
    """

    def __init__(self, teacher: Teacher, crops: CropSource, folder: Path, name: str) -> None:
        self.teacher, self.crops, self.folder = teacher, crops, folder
        identity = {
            "teacher": name,
            "number of pictures": str(len(crops.training_pictures)),
            "batch": str(crops.batch),
            "size": str(crops.size),
            "seed": str(crops.seed),
        }
        file = folder / "calibration.safetensors"
        if file.exists():
            with safe_open(file, "pt") as stored:
                for field, wanted in identity.items():
                    if (found := stored.metadata()[field]) != wanted:
                        raise InputError(
                            f"{folder} holds lessons with a {field} of {found}, not {wanted}; "
                            "give another folder"
                        )
                for tap in teacher.levels:
                    teacher.deviations[tap] = stored.get_tensor(f"{tap}.deviation")
                    teacher.levels[tap] = stored.get_tensor(f"{tap}.level")
            return
        folder.mkdir(parents=True, exist_ok=True)
        teacher.calibrate(torch.cat([crops.training(number) for number in CALIBRATION_BATCHES]))
        tensors = {f"{tap}.deviation": deviation for tap, deviation in teacher.deviations.items()}
        tensors |= {f"{tap}.level": level for tap, level in teacher.levels.items()}
        with written_whole(file) as temporary:
            save_file(tensors, temporary, identity)

    def training(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """A batch to train on.

        Parameters
        ----------
        number
            From 0.

        Returns
        -------
        images
            (N, 3, S, S), RGB in [0, 1].
        targets
            Standardised activations (N, C, h, w) by tap, on the grid of this number.
        """
        return self._lesson(self.crops.training, "training", number)

    def held_out(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """A batch of pictures that are never trained on.

        Parameters
        ----------
        number
            From 0.

        Returns
        -------
        images
            (N, 3, S, S), RGB in [0, 1].
        targets
            Standardised activations (N, C, h, w) by tap, on the grid of this number.
        """
        return self._lesson(self.crops.held_out, "held_out", number)

    def _lesson(
        self, draw: Callable[[int], Tensor], name: str, number: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        images = draw(number)
        file = self.folder / f"{name}_{number:05}.safetensors"
        if not file.exists():
            answers = self.teacher(images, number)
            halves = {
                tap: answer.clamp(max=LARGEST).to(STORED).contiguous() for tap, answer in answers.items()
            }
            with written_whole(file) as temporary:
                save_file(halves, temporary)
        levels = self.teacher.levels
        return images, {
            tap: answer.float() - levels[tap].view(-1, 1, 1) for tap, answer in load_file(file).items()
        }
