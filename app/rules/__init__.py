"""Rules that the law or the service sets, as dated data: each with its first day and where it was read."""
