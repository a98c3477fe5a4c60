"""The WSGI application."""

import gc
import os

gc.disable()  # nothing that is loaded here goes away again

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
application = get_wsgi_application()

from .patience import paged  # noqa: E402 - settings are there now

paged()


def settled() -> None:
    """What is loaded now stays for good: the collector need not look at it again, and pages make few cycles (-8 % CPU)."""
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)
    gc.enable()


settled()

if os.environ.get("MADOGUCHI_COUNT_SQL"):  # bench/intake.py counts statements: one byte a statement
    from django.db.backends.signals import connection_created

    def _count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        with open(os.environ["MADOGUCHI_COUNT_SQL"], "ab") as out:
            out.write(b".")
        return execute(sql, params, many, context)

    connection_created.connect(lambda connection, **_: connection.execute_wrappers.append(_count), weak=False)
