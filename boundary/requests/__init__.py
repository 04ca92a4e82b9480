"""What a request brings, read strictly."""
