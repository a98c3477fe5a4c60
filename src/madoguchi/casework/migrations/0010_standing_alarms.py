"""Alarms say their section and whether they stand, so that the marks of a section are counted from them."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def told(apps: Any, schema_editor: Any) -> None:
    """The section of the case. Whether they stand, the worker sees to within the hour."""
    alarm, case = apps.get_model("casework", "Alarm"), apps.get_model("casework", "Case")
    alarm.objects.update(section=Subquery(case.objects.filter(pk=OuterRef("case_id")).values("section")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("casework", "0009_papers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("alarm", "section", models.CharField(max_length=40, default=""), preserve_default=False),
        migrations.AddField("alarm", "stands", models.BooleanField(default=True)),
        migrations.RunPython(told, migrations.RunPython.noop),
        migrations.AddIndex("alarm", models.Index(condition=models.Q(("stands", True)), fields=["section", "step"], name="alarm_standing")),
        migrations.AlterField("talk", "by", models.ForeignKey(
            db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
    ]
