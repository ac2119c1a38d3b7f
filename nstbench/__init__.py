"""nstbench: a reproducible benchmark and paper-replication suite for neural style transfer."""

__version__ = "0.1.0"
