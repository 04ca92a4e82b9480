"""One query a file: its parameters, and the function that answers it from the read tables alone."""
