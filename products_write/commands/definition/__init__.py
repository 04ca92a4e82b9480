"""What a command is made of."""
