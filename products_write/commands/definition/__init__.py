"""The parts that commands are made of: base class, field types, and the walk over a command's fields."""
