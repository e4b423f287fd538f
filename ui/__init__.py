"""The desktop windows."""
