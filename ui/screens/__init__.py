"""The screens of a working day: Today, clients, a client's page, the plan, the visit, decisions, the preview."""
