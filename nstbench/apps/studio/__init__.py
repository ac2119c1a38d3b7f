"""A page on this machine: drop two pictures, watch the result grow, compare, try again."""
