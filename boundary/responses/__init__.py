"""What leaves: problems, pages, stored documents, and their description."""
