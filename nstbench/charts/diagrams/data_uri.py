"""Small pictures as text, so that a table can hold them: `data:image/png;base64,...`."""

import base64
import io

from PIL import Image

# Pixels that suffice for a picture in a diagram.
THUMBNAIL = 192
HEADER = "data:image/png;base64,"


def to_data_uri(picture: Image.Image) -> str:
    """The picture as text."""
    data = io.BytesIO()
    picture.save(data, "PNG", optimize=True)
    return HEADER + base64.b64encode(data.getvalue()).decode()


def from_data_uri(text: str) -> Image.Image:
    """RGB; the text must come from `to_data_uri`."""
    data = io.BytesIO(base64.b64decode(text.removeprefix(HEADER)))
    with Image.open(data) as picture:
        return picture.convert("RGB")
