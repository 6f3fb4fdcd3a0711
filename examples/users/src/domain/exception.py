"""What the layers below the API raise."""


class DomainException(Exception):
    """A failure that the API answers with `status_code` and `detail`."""

    def __init__(self, status_code: int, detail: str) -> None:
        self.status_code = status_code
        self.detail = detail
