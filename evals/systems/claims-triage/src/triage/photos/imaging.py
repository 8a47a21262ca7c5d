from io import BytesIO

import numpy as np
from PIL import Image, ImageFile

SIDE = 224

# Surveyors send stitched drone pictures.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = True


def pixels(data: bytes) -> np.ndarray:
    """One picture as the damage model takes it."""
    with Image.open(BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB").resize((SIDE, SIDE)), dtype="float32")
