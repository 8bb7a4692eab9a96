"""Answers by mail: addresses that take them, what a mail says, what becomes of it; and mail about who waits."""
