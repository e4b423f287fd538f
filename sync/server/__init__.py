"""The centre: accounts, rights, push and pull, audit."""
