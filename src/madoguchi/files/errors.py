"""What can be wrong with a file."""

from madoguchi.kernel.errors import DomainError


class FileRefused(DomainError):
    """The file can not be taken; the words say what to send instead."""

    code = "file_refused"
    status = 422
