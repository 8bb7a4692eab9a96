"""What the demo's call centre holds of its two customers, as any call centre would: an API key and a signing secret.

The seed writes the file once, as keys are shown once; the call centre and the story read it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "callcentre.json"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of one company: its name, a key for the API, and the secret that signs its webhooks."""

    name: str
    key: str
    secret: str


def write_credentials(data_dir: Path, credentials: dict[str, Credentials]) -> None:
    """Keeps them by the company's slug, mode 0600, whole or not at all."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = data_dir / f"{FILE}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({slug: asdict(one) for slug, one in credentials.items()}, indent=2))
    draft.replace(data_dir / FILE)


def read_credentials(data_dir: Path) -> dict[str, Credentials]:
    """By the company's slug; empty when this data folder was never seeded."""
    try:
        kept = json.loads((data_dir / FILE).read_text())
    except FileNotFoundError:
        return {}
    return {slug: Credentials(**one) for slug, one in kept.items()}
