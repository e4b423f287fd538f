"""The commands: every verb of the program without a window. They wire the layers together, so they may import all."""
