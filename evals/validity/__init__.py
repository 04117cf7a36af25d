"""Is the checker right? Outlines of known shape, broken in known ways, and what three checkers say of them."""
