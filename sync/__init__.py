"""The exchange between device and centre, and the centre itself."""
