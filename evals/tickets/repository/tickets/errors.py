"""What can go wrong, as the client sees it."""


class TicketError(Exception):
    """An error with a status and a detail for the client."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.detail = detail
