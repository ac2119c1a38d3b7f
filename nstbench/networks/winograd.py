"""3x3 convolutions with fewer multiplications, for frozen networks in fp32 on a CPU.

Winograd's F(4, 3) takes four neighbouring outputs of a filter with three taps from six products instead of
twelve: six inputs d and three weights g become B'd and Gg, and A' of their products are the outputs. Along
the height alone it halves the multiplications of a 3x3 convolution and leaves six 1x3 convolutions. Along
height and width, as F(4x4, 3x3), it leaves a quarter of them, as 36 matrix products. What it adds are sums of
whole rows, which lie side by side in memory with channels last.

Source: Lavin and Gray 2015, Fast algorithms for convolutional neural networks, arXiv:1509.09308, section 4.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import torch
from torch import Tensor
from torch.nn.functional import pad

from nstbench.networks.convolution import BatchedConvolution

Algorithm = Literal["direct", "F(4,3)", "F(4x4,3x3)"]
Kernel = Callable[[Tensor, Tensor | None], Tensor]

# G of Lavin and Gray: a filter's values at the points 0, 1, -1, 2, -2 and infinity, up to factors.
FILTER = torch.tensor(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
    dtype=torch.float64,
)
# How much of the input is worked on at a time, in values, so that what is made of it stays in the cache; more
# by several threads, which meet after each of the small steps.
CHUNK, CHUNK_OF_A_THREAD = 2**19, 2**20


def choose(height: int, width: int, inputs: int, outputs: int) -> Algorithm:
    """Choose how a picture is convolved with 3x3 filters, from its size alone.

    The bounds are where it pays with AVX2 and with AVX-512 (docs/benchmarks.md). The number of pictures has
    no say, so that what becomes of a picture does not depend on those beside it.

    Parameters
    ----------
    height, width
        Of the features, in positions.
    inputs, outputs
        Channels.

    Returns
    -------
    {"direct", "F(4,3)", "F(4x4,3x3)"}
        The quickest.
    """
    channels = min(inputs, outputs)
    if channels < 64 or height * width * inputs * outputs < 2**25:
        return "direct"
    return "F(4,3)" if channels < 128 else "F(4x4,3x3)"


class Convolution3x3(BatchedConvolution):
    """A 3x3 convolution over features with a border of zeros, by the quickest algorithm.

    Winograd's are for frozen weights and features in fp32, with channels last, on a CPU; all else is
    convolved directly.

    Parameters
    ----------
    inputs, outputs
        Channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, kernel=3, stride=1, padding=1)
        # The algorithms that it has used so far.
        self.used: set[Algorithm] = set()
        self._kernels: dict[tuple[Algorithm, bool, int], Kernel] = {}

    def forward(self, features: Tensor) -> Tensor:
        """Convolve.

        Parameters
        ----------
        features
            (B, C, H, W).

        Returns
        -------
        Tensor
            (B, N, H, W).
        """
        suited = self.suits(features) and features.is_contiguous(memory_format=torch.channels_last)
        height, width = features.shape[-2:]
        algorithm = choose(height, width, self.in_channels, self.out_channels) if suited else "direct"
        self.used.add(algorithm)
        if algorithm == "direct":
            return super().forward(features)
        convolved: Tensor = _Convolve.apply(features, self.bias, self, algorithm, False)
        return convolved

    def kernel(self, algorithm: Algorithm, transposed: bool) -> Kernel:
        """Transform the weights, once.

        Parameters
        ----------
        algorithm
            "F(4,3)" or "F(4x4,3x3)".
        transposed
            Whether to convolve with the turned filters, from outputs to inputs, as a gradient is.

        Returns
        -------
        callable
            From features (B, C, H, W), channels last, and biases (N,), if any, to (B, N, H, W).
        """
        key = algorithm, transposed, self.weight._version
        if key not in self._kernels:
            weight = self.weight.flip(2, 3).transpose(0, 1) if transposed else self.weight
            self._kernels[key] = (_RowKernel if algorithm == "F(4,3)" else _TileKernel)(weight.detach())
        return self._kernels[key]

    def __getstate__(self) -> dict[str, Any]:
        # A matrix laid out by oneDNN can be neither copied nor saved.
        return {**self.__dict__, "_kernels": {}}

    def _apply(self, *arguments: Any) -> Self:
        # To another device or precision.
        self._kernels.clear()
        super()._apply(*arguments)
        return self


class _Convolve(torch.autograd.Function):
    """The gradient of a convolution is the convolution with the turned filters, and the other way round."""

    @staticmethod
    def forward(
        context: Any,
        features: Tensor,
        bias: Tensor | None,
        module: Convolution3x3,
        algorithm: Algorithm,
        transposed: bool,
    ) -> Tensor:
        context.how = module, algorithm, transposed
        return module.kernel(algorithm, transposed)(features, bias)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        module, algorithm, transposed = context.how
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        return _Convolve.apply(gradient, None, module, algorithm, not transposed), None, None, None, None


class _RowKernel:
    """F(4, 3) along the height, 1x3 convolutions along the width.

    Parameters
    ----------
    weight
        (N, C, 3, 3).
    """

    def __init__(self, weight: Tensor) -> None:
        transformed = torch.einsum("pi,ncij->pncj", FILTER, weight.double()).float().unsqueeze(3)
        self.weights = [each.contiguous(memory_format=torch.channels_last) for each in transformed]

    def __call__(self, features: Tensor, bias: Tensor | None) -> Tensor:
        """Convolve (B, C, H, W), channels last, to (B, N, H, W)."""
        return _in_chunks(features, bias, len(self.weights[0]), self._convolve)

    def _convolve(self, rows: Sequence[Tensor], bias: Tensor | None, out: Sequence[Tensor]) -> None:
        batch, count, width, channels = rows[0].shape
        spread = rows[0].new_empty(6, batch * count, 1, width, channels)
        _spread(rows, spread.view(6, *rows[0].shape))
        products = [
            # Every output has the product at the point 1 in it once.
            # oneDNN's however few rows there are, so that a picture's bits do not depend on its batch.
            torch.mkldnn_convolution(
                part.permute(0, 3, 1, 2), weight, bias if point == 1 else None, (0, 1), (1, 1), (1, 1), 1
            )
            for point, (part, weight) in enumerate(zip(spread, self.weights, strict=True))
        ]
        _gather([each.permute(0, 2, 3, 1).view(batch, count, width, -1) for each in products], out)


class _TileKernel:
    """F(4x4, 3x3) along height and width.

    Parameters
    ----------
    weight
        (N, C, 3, 3).
    """

    def __init__(self, weight: Tensor) -> None:
        outputs, inputs = weight.shape[:2]
        columns = weight.double().permute(2, 3, 0, 1).reshape(9, outputs * inputs)
        transformed = (torch.kron(FILTER, FILTER) @ columns).float()
        self.outputs = outputs
        self.products = [_Product(each.view(outputs, inputs)) for each in transformed]

    def __call__(self, features: Tensor, bias: Tensor | None) -> Tensor:
        """Convolve (B, C, H, W), channels last, to (B, N, H, W)."""
        return _in_chunks(features, bias, self.outputs, self._convolve)

    def _convolve(self, rows: Sequence[Tensor], bias: Tensor | None, out: Sequence[Tensor]) -> None:
        batch, count, width, channels = rows[0].shape
        tiles = -(-width // 4)
        spread = rows[0].new_empty(6, batch, count, 4 * tiles + 2, channels)
        spread[..., 0, :] = 0
        spread[..., width + 1 :, :] = 0
        _spread(rows, spread[..., 1 : width + 1, :])
        columns = spread.new_empty(6, 6, batch, count, tiles, channels)
        _spread([spread[..., first : first + 4 * tiles - 3 : 4, :] for first in range(6)], columns)
        gathered = spread.new_empty(6, batch, count, 4 * tiles, self.outputs)
        for row in range(6):
            products = [
                product(column[row].view(-1, channels)).view(batch, count, tiles, -1)
                for product, column in zip(self.products[6 * row : 6 * row + 6], columns, strict=True)
            ]
            if row == 1 and bias is not None:
                products[1] += bias
            _gather(products, [gathered[row][:, :, first::4] for first in range(4)])
        _gather(list(gathered[..., :width, :]), out)


class _Product:
    """Products of matrices with one that stays the same.

    Parameters
    ----------
    weight
        (N, C).
    """

    def __init__(self, weight: Tensor) -> None:
        # By oneDNN, if PyTorch has it: on AMD's cores with AVX-512 MKL, which `@` calls, takes twice as long.
        self.packed = hasattr(torch.ops.mkldnn, "_linear_pointwise")
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight) if self.packed else weight.t()

    def __call__(self, factor: Tensor) -> Tensor:
        """Multiply (M, C) to (M, N)."""
        if not self.packed:
            return factor @ self.weight
        product: Tensor = torch.ops.mkldnn._linear_pointwise(factor, self.weight, None, "none", [], "")
        return product


def _in_chunks(
    features: Tensor,
    bias: Tensor | None,
    outputs: int,
    convolve: Callable[[Sequence[Tensor], Tensor | None, Sequence[Tensor]], None],
) -> Tensor:
    """Convolve every fourth row and the five behind it to four rows, some of them at a time.

    Parameters
    ----------
    features
        (B, C, H, W), channels last.
    bias
        (N,).
    outputs
        N.
    convolve
        Called with six views (B, n, W, C), the bias and four views (B, n, W, N), which it fills.

    Returns
    -------
    Tensor
        (B, N, H, W), channels last.
    """
    lines = features.permute(0, 2, 3, 1)
    batch, height, width, channels = lines.shape
    tiles = -(-height // 4)
    out = lines.new_empty(batch, 4 * tiles, width, outputs)
    threads = torch.get_num_threads()
    chunk = CHUNK if threads == 1 else threads * CHUNK_OF_A_THREAD
    step = max(1, chunk // (4 * batch * width * channels))
    for first in range(0, tiles, step):
        count = min(step, tiles - first)
        top, bottom = 4 * first - 1, 4 * (first + count) + 1
        inside = lines[:, max(top, 0) : bottom]
        if inside.shape[1] < bottom - top:
            inside = pad(inside, (0, 0, 0, 0, max(-top, 0), max(bottom - height, 0)))
        convolve(
            [inside[:, row : row + 4 * count - 3 : 4] for row in range(6)],
            bias,
            [out[:, row : 4 * (first + count) : 4] for row in range(4 * first, 4 * first + 4)],
        )
    return out[:, :height].permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _spread(d: Sequence[Tensor], out: Tensor) -> None:
    """B'd: six tensors of one shape into six in one, (6, ...)."""
    even, odd = torch.sub(d[4], d[2], alpha=4, out=out[0]), torch.sub(d[3], d[1], alpha=4, out=out[5])
    torch.add(even, odd, out=out[1])
    torch.sub(even, odd, out=out[2])
    even, odd = torch.sub(d[4], d[2], out=out[0]), torch.sub(d[3], d[1], out=out[5])
    torch.add(even, odd, alpha=2, out=out[3])
    torch.sub(even, odd, alpha=2, out=out[4])
    even.add_(d[0], alpha=4).sub_(d[2], alpha=4)
    odd.mul_(-4).add_(d[5]).sub_(d[3])


def _gather(m: Sequence[Tensor], out: Sequence[Tensor]) -> None:
    """A'm: six tensors of one shape, which are overwritten, into four."""
    even, odd = m[1] + m[2], m[1].sub_(m[2])
    even_twice, odd_twice = torch.add(m[3], m[4], out=m[2]), m[3].sub_(m[4])
    torch.add(m[0].add_(even), even_twice, out=out[0])
    torch.add(odd, odd_twice, alpha=2, out=out[1])
    torch.add(even, even_twice, alpha=4, out=out[2])
    torch.add(m[5].add_(odd), odd_twice, alpha=8, out=out[3])
