"""Certificates for localhost, made on the spot by the system's openssl."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    path: Path
    key: Path

    @property
    def trusted(self) -> dict[str, str]:
        """The environment in which this certificate is one of those that the system trusts."""
        return {"SSL_CERT_FILE": str(self.path)}

    def context(self) -> ssl.SSLContext:
        """For a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context


def certificate(folder: Path, *, days: int = 90, host: str = "localhost") -> Certificate:
    """A certificate that signs itself, for this host, valid for so many days."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make certificates with")
    made = Certificate(folder / f"{host}-{days}.pem", folder / f"{host}-{days}.key")
    words = f"req -x509 -newkey rsa:2048 -nodes -days {days} -subj /CN={host} -addext subjectAltName=DNS:{host}".split()
    subprocess.run([openssl, *words, "-keyout", made.key, "-out", made.path], check=True, capture_output=True)
    return made
