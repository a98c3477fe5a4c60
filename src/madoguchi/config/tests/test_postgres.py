"""A connection that the server has ended is noticed before a page uses it."""

from __future__ import annotations

import pytest
from django.db import connection, connections


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_ended_connection_is_noticed_and_replaced():
    if connection.vendor != "postgresql":
        pytest.fail("this test is marked for PostgreSQL")
    connection.ensure_connection()
    assert connection.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        while True:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
            if not cursor.fetchone()[0]:
                break
    other.close()
    assert not connection.is_usable()
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
