"""Networks that paint in one pass: their layers, their files, their training."""
