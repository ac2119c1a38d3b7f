"""A convolution whose result for a picture does not depend on the batch that the picture is in."""

from typing import Any

import torch
from torch import Tensor, nn


class BatchedConvolution(nn.Conv2d):
    """A convolution that gives each picture of a batch the bits that it has alone, on a CPU in fp32.

    PyTorch convolves one small picture by another algorithm than several; with frozen weights all are left to
    oneDNN here, forth and back.

    Parameters
    ----------
    inputs, outputs
        Channels.
    kernel, stride, padding
        In positions, along height and width.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, padding: int) -> None:
        super().__init__(inputs, outputs, kernel, stride, padding)
        self.steps = (stride, stride)
        self.border = (padding, padding)
        # Of a gradient, so that the turned filters give it the size of the features.
        self.border_back = (kernel - 1 - padding, kernel - 1 - padding)
        self._turned: tuple[int, Tensor] | None = None

    def forward(self, features: Tensor) -> Tensor:
        """Convolve.

        Parameters
        ----------
        features
            (B, C, H, W).

        Returns
        -------
        Tensor
            (B, N, H', W').
        """
        if not self.suits(features):
            return super().forward(features)
        if self.steps != (1, 1):
            # At most the first layer of a network; oneDNN shares its work out to threads by the batch.
            return torch.cat([super(BatchedConvolution, self).forward(each) for each in features.split(1)])
        convolved: Tensor = _Convolve.apply(features, self)
        return convolved

    def suits(self, features: Tensor) -> bool:
        """Whether frozen filters meet fp32 features on a CPU, which is what this class is for.

        Parameters
        ----------
        features
            (B, C, H, W).

        Returns
        -------
        bool
            False where PyTorch's own convolution has to do.
        """
        return (
            features.is_cpu
            and torch.backends.mkldnn.is_available()
            and features.dtype == self.weight.dtype == torch.float32
            and self.padding_mode == "zeros"
            and not any(each.requires_grad for each in self.parameters())
            and not torch.is_autocast_enabled("cpu")
        )

    def turned(self) -> Tensor:
        """Turn the filters, once: a convolution with them is the gradient of this one.

        Returns
        -------
        Tensor
            (C, N, k, k).
        """
        version = self.weight._version
        if self._turned is None or self._turned[0] != version:
            turned = self.weight.detach().flip(2, 3).transpose(0, 1)
            self._turned = version, turned.contiguous(memory_format=torch.channels_last)
        return self._turned[1]

    def _apply(self, *arguments: Any) -> "BatchedConvolution":
        # To another device or precision.
        self._turned = None
        super()._apply(*arguments)
        return self


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, module: BatchedConvolution) -> Tensor:
        context.module = module
        return torch.mkldnn_convolution(
            features, module.weight, module.bias, module.border, module.steps, (1, 1), 1
        )

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        module: BatchedConvolution = context.module
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        turned = torch.mkldnn_convolution(
            gradient, module.turned(), None, module.border_back, module.steps, (1, 1), 1
        )
        return turned, None
