"""What `make bench` runs: this service against the same work done otherwise, on one machine in the same minutes."""
