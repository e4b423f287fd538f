"""The demonstration: the pilot's caseload as invented people, a centre on this computer, a story and pictures."""
