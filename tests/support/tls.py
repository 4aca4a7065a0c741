"""A certificate authority of our own, as an organisation has, for servers of tests."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

CONFIGURATION = """\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
subjectAltName = IP:{address}
authorityKeyIdentifier = keyid
"""
ELLIPTIC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


class Authority:
    """`ca` is the file by which what it signed is trusted. Its keys live as long as the tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self.ca = folder / "ca.pem"
        self._configure("127.0.0.1")
        self._openssl("req", "-x509", *self._new_key("ca"), "-out", "ca.pem", "-days", "2", "-extensions", "authority")

    def server_context(self, address: str) -> ssl.SSLContext:
        """What a server at this IP address does TLS with."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.server_files(address))
        return context

    def server_files(self, address: str) -> tuple[Path, Path]:
        """Its certificate and its key, until another server is given its own."""
        self._configure(address)
        self._openssl("req", *self._new_key("server"), "-out", "server.csr")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2", "-days", "2")
        extended = ("-extfile", "openssl.cnf", "-extensions", "server")
        self._openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", *signed, *extended)
        return self._folder / "server.pem", self._folder / "server.key"

    def _configure(self, address: str) -> None:
        (self._folder / "openssl.cnf").write_text(CONFIGURATION.format(address=address))

    def _new_key(self, name: str) -> tuple[str, ...]:
        return ("-config", "openssl.cnf", *ELLIPTIC, "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={name}")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self._folder, check=True, capture_output=True)  # noqa: S607


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make certificates with")
    return Authority(tmp_path_factory.mktemp("authority"))
