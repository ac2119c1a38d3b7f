"""Stylize one picture with the style of another, and score the result."""

import nstbench
from nstbench.images.demo import demo_pair


def main(size: int = 192, evaluations: int = 60) -> None:
    content, style = demo_pair()  # Any file, PIL image or array (H, W, 3) will do.

    result = nstbench.stylize(content, style, size=size, evaluations=evaluations)
    result.save("two_pictures.png")
    print(f"{result.summary['seconds']} s, final loss {result.summary['loss']:.3g}")

    # How much of the content and of the style is in it, beside a copy of either as a scale.
    scores = nstbench.score(result.picture, content, style)
    for id in ("SSIM", "S", "SWD"):
        score = scores[id]
        print(
            f"{id:5} {score.value:.3f}  (content {score.content_copied:.3f}, style {score.style_copied:.3f})"
        )


if __name__ == "__main__":
    main()
