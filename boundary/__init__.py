"""What comes in and what goes out, handled alike on both sides: parsing, strict validation, refusals, correlation."""
