"""The command-line interface of `lab`."""
