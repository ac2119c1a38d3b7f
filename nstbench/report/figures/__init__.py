"""The figure of an experiment as files: a panel per pair, a thumbnail, loss curves and a JSON record."""
