"""What the engine takes: beside other code, by method, and on a GPU."""
