"""Files while they arrive."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


class PlainTemporary(TemporaryFileUploadHandler):
    """As Django's, but the file on disk has a name of ours alone. Django's ends as the sender's does, and a name with a dot early on
    (「令和8.5.1 に…」, a sentence long) is longer behind it than a file system takes."""

    def new_file(self, *args: Any, **more: Any) -> None:
        """See FileUploadHandler. The sender's name stays with the upload, cut to 255 characters by Django."""
        FileUploadHandler.new_file(self, *args, **more)
        self.file = TemporaryUploadedFile("file", self.content_type, 0, self.charset, self.content_type_extra)
        self.file.name = self.file_name
