"""What verbs refuse, on every floor; api/problems.py turns each into an HTTP answer."""


class StateForbidsError(Exception):
    """The thing is in a state that does not allow this; the message says which, in a person's words."""


class TooManyError(Exception):
    """Too much of it for now; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedError(ValueError):
    """A value that cannot be taken; `field` names it."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field
