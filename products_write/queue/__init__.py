"""The execution of commands that were accepted before."""
