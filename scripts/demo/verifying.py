"""Verification of everything, with tools that we did not write."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import requests

from foundation.database import db
from scripts import demo_data
from scripts.demo.stage import Stage, demand
from wsgi import create_app


class Verifying(Stage):
    """Verification of everything, with tools that we did not write."""

    def verify(self) -> None:
        """Judge everything with the stand-alone verifier and with tools that we did not write."""
        self.command("trail", "verify")
        export = self.out / "trail-export"
        shutil.rmtree(export, ignore_errors=True)
        self.command("trail", "export", str(export))
        (self.out / "log-key").write_text(self.command("trail", "log-key"))
        self._runs(
            "the trail's export verifies offline, with the browser's receipt",
            sys.executable,
            "-m",
            "supervision.trail.verify",
            str(export),
            "--log-key",
            str(self.out / "log-key"),
            "--receipt",
            str(self.out / "receipt.json"),
        )
        self._runs(
            "the evaluation recomputes outside the app",
            sys.executable,
            "-m",
            "procurement.evaluation.recompute",
            str(self.out / "evaluation.json"),
        )
        damaged = self.folder / "damaged"
        shutil.copytree(export, damaged)
        victim = next(damaged.glob("notices/*.json"))
        victim.write_bytes(victim.read_bytes().replace(b'"kind"', b'"kinD"', 1))
        refused = self._run(sys.executable, "-m", "supervision.trail.verify", str(damaged))
        demand(
            refused.returncode == 1 and victim.name in refused.stdout,
            f"one changed byte is refused and named: {victim.name}",
        )
        ca = self.out / "platform-ca.pem"
        ca.write_bytes(requests.get(f"{self.base}/trail/platform-ca.pem", timeout=30).content)
        if shutil.which("openssl"):
            for name in ("tender-notice", "award"):
                self._runs(
                    f"openssl accepts the signature of {name}.json",
                    "openssl",
                    "cms",
                    "-verify",
                    "-binary",
                    "-inform",
                    "DER",
                    "-in",
                    str(self.out / f"{name}.p7s"),
                    "-content",
                    str(self.out / f"{name}.json"),
                    "-CAfile",
                    str(ca),
                    "-purpose",
                    "any",
                    "-out",
                    os.devnull,
                )
        if shutil.which("pdfsig"):
            told = self._run("pdfsig", "-nocert", str(self.out / "award.pdf")).stdout
            demand("Signature is Valid" in told, "pdfsig accepts the signature of award.pdf")
        if shutil.which("age"):
            self._with_age()

    def _with_age(self) -> None:
        """Open one stored envelope with the stock command, with the identity that the opening released."""
        app = create_app(self.environ)
        with app.app_context():
            bid_path, key_path, identity = demo_data.released_envelope(self.ref)
            db.session.remove()
            db.engine.dispose()
        outer, one = self.folder / "platform.key", self.folder / "one.key"
        outer.write_text(identity + "\n")
        record = subprocess.run(["age", "-d", "-i", str(outer), str(key_path)], capture_output=True, check=True).stdout
        one.write_text(json.loads(record)["identity"] + "\n")
        tar = self.folder / "bid.tar"
        subprocess.run(["age", "-d", "-i", str(one), "-o", str(tar), str(bid_path)], check=True)
        listed = self._run("tar", "tf", str(tar)).stdout.split()
        demand("offer.json" in listed, "the age command opens a stored envelope: " + ", ".join(listed))
