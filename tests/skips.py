"""A pytest plugin: with CI_NO_SKIPS=1, a test that needs Redis, Chromium or django-helpdesk fails where it would be skipped.

On a person's machine either may be missing. Where everything was installed on purpose, a skip is a test that
silently no longer runs.
"""

import os
from collections.abc import Generator

import pytest

NEEDS_A_PROGRAM = ("redis", "browser", "helpdesk")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a marked test into a failure that gives the skip's reason."""
    report = yield
    if report.skipped and os.environ.get("CI_NO_SKIPS") == "1" and _needs_a_program(item):
        report.outcome = "failed"
        report.longrepr = f"CI_NO_SKIPS=1, but skipped: {report.longrepr}"
    return report


def _needs_a_program(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) is not None for name in NEEDS_A_PROGRAM)
