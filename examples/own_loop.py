"""The losses of nstbench in a loop of your own: Gatys et al. 2015 with Adam."""

import torch

import nstbench
from nstbench.images.demo import demo_pair
from nstbench.images.pictures import load_picture, save_picture
from nstbench.images.tensors import to_picture, to_tensor

CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def main(size: int = 192, steps: int = 100) -> None:
    # (1, 3, H, W), RGB in [0, 1]
    content, style = (to_tensor(load_picture(file, size)) for file in demo_pair())
    backbone = nstbench.load_backbone("vgg19", device="cpu")

    with torch.no_grad():
        content_target = backbone(content, [CONTENT_LAYER])[CONTENT_LAYER]
        style_targets = backbone(style, STYLE_LAYERS)
    content_loss = nstbench.ContentLoss(content_target)
    style_losses = {layer: nstbench.GramLoss(target) for layer, target in style_targets.items()}
    roughness = nstbench.TotalVariationLoss("squared")

    image = content.clone().requires_grad_()
    optimiser = torch.optim.Adam([image], lr=0.02)
    for step in range(steps):
        features = backbone(image, [CONTENT_LAYER, *STYLE_LAYERS])
        loss = 1e-3 * content_loss(features[CONTENT_LAYER]) + 1e-2 * roughness(image)
        loss = loss + sum(style_loss(features[layer]) for layer, style_loss in style_losses.items())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 10 == 0:
            print(f"step {step}: loss {loss.item():.3g}")
    save_picture(to_picture(image), "own_loop.png")


if __name__ == "__main__":
    main()
