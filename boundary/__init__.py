"""HTTP, alike for both sides: strict parsing, problem documents, rate limits and correlation ids."""
