"""The documents of job coaching as blocks: the career plan, for the client's fridge and for the file."""


def plan_document():
    pass
