"""From a commit to a worker, and what makes lost messages good."""
