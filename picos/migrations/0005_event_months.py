from typing import Any

from django.db import migrations

from picos.partitions import make_partitions


def make(apps: Any, schema_editor: Any) -> None:
    make_partitions()


class Migration(migrations.Migration):
    dependencies = [("picos", "0004_append_only")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
