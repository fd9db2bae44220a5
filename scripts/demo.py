"""What `make demo` plays: the whole story on a throw-away instance, through HTTP and a real Chromium, then verified.

One bid is sealed in Chromium, the others by the Python packer; one late and one malformed bid are refused; three
experts score; the award is decided; and outside tools that are present judge the papers. It prints a line for each step
and ends with DEMO OK and exit code 0, or with the first failure and 1. ``DEMO_OUT=dir`` keeps the papers.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from playwright.sync_api import expect, sync_playwright

from bidding.seal.claims import FILES
from bidding.seal.manifest import Supplier
from bidding.seal.pack import PackFile, Sealed, seal
from foundation.clock import Clock
from foundation.config import SETTINGS
from foundation.database import db
from scripts import demo_data
from scripts.demo_data import PASSWORD, a_paper
from scripts.demo_story import EXPERTS, OFFERS, SUPPLIERS, TENDERS
from scripts.visiting import Refused, Visitor
from wsgi import create_app, prepare

ROOT = Path(__file__).parent.parent
PART = 4 << 20
# From publication to the deadline: enough for a browser and three packers on a busy machine.
OPEN_FOR = timedelta(seconds=int(os.environ.get("DEMO_SECONDS", "75")))


class Failed(Exception):
    """A step of the demonstration did not hold."""


def say(text: str) -> None:
    """Print one step."""
    print(f"  {text}", flush=True)


def demand(holds: bool, text: str) -> None:
    """Print a step that holds, or fail with it."""
    if not holds:
        raise Failed(text)
    say(f"✓ {text}")


def wait_for(what: str, ready: Callable[[], Any], *, most: float = 60) -> Any:
    """Wait until `ready` returns something true, and return it."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.5)
    raise Failed(f"{what} did not come within {most:.0f} s")


class Demo:
    """The story, step by step."""

    def __init__(self, folder: Path, out: Path) -> None:
        self.folder, self.out = folder, out
        self.instance = folder / "instance"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SUNSEAL_")},
            "SUNSEAL_INSTANCE": str(self.instance),
            "SUNSEAL_MODE": "development",
            "SUNSEAL_DEMO": "0",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        self.ref = ""
        self.notice: dict[str, Any] = {}
        self.closes_at = Clock().now()

    # --- set-up ---------------------------------------------------------------------------------------------------

    def people(self) -> None:
        """Make the instance with its organisations and people, as an operator's commands do."""
        app = create_app(self.environ)
        prepare(app)
        with app.app_context():
            demo_data.make_people()
            db.session.remove()
            db.engine.dispose()

    @contextlib.contextmanager
    def server(self) -> Iterator[None]:
        """Serve in a process of its own."""
        log = (self.folder / "server.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=self.environ, stdout=log, stderr=log
        )

        def answers() -> bool:
            if process.poll() is not None:
                raise Failed(f"the server ended: {(self.folder / 'server.log').read_text()[-2000:]}")
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(f"{self.base}/", timeout=10).status_code == 200
            return False

        try:
            wait_for("the server", answers)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            log.close()

    def command(self, *words: str) -> str:
        """Run one of the house's commands and return what it prints."""
        ended = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise Failed(f"flask {' '.join(words)}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    def person(self, name: str) -> Visitor:
        """Return somebody who has signed in."""
        return Visitor(self.base).log_in(f"{name}@demo.example", PASSWORD)

    # --- the tender -----------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Import a release, complete the draft as its officer, and have a second person publish it."""
        given = sorted((ROOT.parent / "shared" / "data" / "ocds").glob("*-02-tender.json"))
        source = given[0] if given else ROOT / "tests" / "data" / "tender-sample.json"
        told = self.command("tender", "import", str(source))
        self.ref = told.split()[0]
        must = told.count("must change")
        say(f"✓ imported {source.name} as {self.ref}; readiness names {must} things to change, all at once")
        officer = self.person("officer")
        for title in ("招标文件（正文）", "采购需求与技术参数"):
            officer.send(
                f"/office/tenders/{self.ref}",
                action="/documents",
                document_title=title,
                files={"document": (f"{title}.pdf", a_paper(title), "application/pdf")},
            )
        self.closes_at = Clock().now().replace(microsecond=0) + OPEN_FOR
        self._fill_in(officer)
        officer.send(f"/office/tenders/{self.ref}", action="/submit")
        with contextlib.suppress(Refused):
            officer.get(f"/office/tenders/{self.ref}/approve")
            officer.send(f"/office/tenders/{self.ref}/approve", action="/publish")
        demand("tender" not in self._kinds(), "the officer alone cannot publish it")
        self.person("approver").send(f"/office/tenders/{self.ref}/approve", action="/publish")
        public = Visitor(self.base)
        ref = next(one for one, kind in self._notices().items() if kind == "tender")
        body = public.get(f"/notices/{ref}.json").content
        self._keep("tender-notice.json", body)
        self._keep("tender-notice.p7s", public.get(f"/notices/{ref}.p7s").content)
        self.notice = json.loads(body)
        demand(self.notice["tender"]["ref"] == self.ref, f"the approver published {self.ref}: signed notice {ref}")

    def _fill_in(self, officer: Visitor) -> None:
        """Type the draft: the title stays what was imported, the rest becomes a purchase of classroom lights."""
        form = officer.form(f"/office/tenders/{self.ref}/edit", has="title")
        told = TENDERS["soon"]
        local = self.closes_at.astimezone(demo_zone())
        values = {name: value for name, value in form.values.items() if not name.startswith(("lots-", "criteria-"))}
        values |= {
            "title": f"{values['title']}（演示：照明灯具）",
            "category": "goods",
            "currency": "CNY",
            "budget": "380000.00",
            "rule_set_id": "demo-2026",
            "closes_at": f"{local:%Y-%m-%d %H:%M:%S}",
            "contact": "林书禾",
            "phone": "000-555 0106",
            "description": told["description"],
            "qualifications": told["qualifications"],
            "method": "weighted_points",
            "places": "2",
            "stage": "each",
            "fails_by": "majority",
            "lots-0-title": "活动室灯具",
            "lots-0-ceiling": "360000.00",
            "do": "save",
        }
        for at, item in enumerate(told["lots"][0]["items"]):
            values |= {f"lots-0-items-{at}-{name}": item[name] for name in ("title", "quantity", "unit", "spec")}
        for at, one in enumerate(told["criteria"]):
            values |= {f"criteria-{at}-{name}": one.get(name, "") for name in ("title", "kind", "weight", "guidance")}
            values[f"criteria-{at}-step"] = one.get("step", "0.5")
            values[f"criteria-{at}-bands"] = "\n".join(
                f"{band['least']}-{band['most']} {band['text']}" for band in one.get("bands", [])
            )
        answer = officer.session.post(f"{self.base}/office/tenders/{self.ref}/edit", data=values, timeout=60)
        if answer.status_code != 200 or 'class="errors"' in answer.text:
            raise Failed(f"the draft was refused: {answer.status_code} {answer.text[-3000:]}")

    def _notices(self) -> dict[str, str]:
        """Return the tender's public notices: reference → kind."""
        release = requests.get(f"{self.base}/api/ocds/{self.ref}.json", timeout=30)
        if release.status_code != 200:
            return {}
        page = requests.get(f"{self.base}/tenders/{self.ref}", timeout=30).text
        found = {}
        for piece in page.split("/notices/")[1:]:
            ref = piece.split('"')[0].split("?")[0].split(".")[0]
            if ref.startswith("N-") and ref not in found:
                found[ref] = requests.get(f"{self.base}/notices/{ref}.json", timeout=30).json()["kind"]
        return found

    def _kinds(self) -> set[str]:
        return set(self._notices().values())

    # --- bids -------------------------------------------------------------------------------------------------------

    def bid_in_chromium(self, number: int) -> None:
        """Seal a bid with real PDF files in a real browser and keep its receipt."""
        papers = []
        for title in ("技术方案", "商务文件", "检测报告"):
            path = self.folder / f"{title}.pdf"
            path.write_bytes(a_paper(title))
            papers.append(path)
        prices = [item["unit_price"] for item in self._offer(number)["items"]]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_context(locale="zh-CN").new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{self.base}/login?lang=zh-CN")
            page.fill("input[name=email]", f"supplier{number}@demo.example")
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            page.goto(f"{self.base}/bids/{self.ref}/1/seal")
            expect(page.locator("#seal-page")).to_be_visible()
            for at, price in enumerate(prices):
                page.locator(f"#price-{at}").fill(price)
            for choice in page.locator("input[value=yes]").all():
                choice.check()
            for area in page.locator("textarea[id^=answer-text-]").all():
                area.fill(OFFERS[number - 1]["answers"]["points"])
            page.locator(f"input[value={SUPPLIERS[number - 1]['size']}]").check()
            page.locator("#seal-file").set_input_files(papers)
            expect(page.locator("#seal-files .badge.ok")).to_have_count(len(papers))
            page.locator("#seal-now").click()
            expect(page.locator("#seal-submit")).to_be_enabled(timeout=60_000)
            page.locator("#seal-submit").click()
            page.wait_for_url("**/receipt")
            receipt = page.request.get(page.url.split("?")[0] + ".json").body()
            browser.close()
        self._keep("receipt.json", receipt)
        demand(
            json.loads(receipt)["format"] == "sunseal-receipt/1", f"supplier {number} sealed in Chromium: receipt kept"
        )

    def _offer(self, number: int) -> dict[str, Any]:
        """Return the offer of a supplier for this notice."""
        lot, given = self.notice["tender"]["lots"][0], OFFERS[number - 1]
        return {
            "items": [
                {
                    "item": item["item"],
                    "unit_price": demo_data.unit_price(lot, item, given["share"]),
                    "brand": given["brand"],
                    "model": given["model"],
                }
                for item in lot["items"]
            ],
            "answers": [
                {"criterion": one["criterion"], "answer": given["answers"][one["kind"]], "complies": True}
                for one in lot["criteria"]
                if one["kind"] != "price"
            ],
            "declarations": {"enterprise_size": SUPPLIERS[number - 1]["size"]},
        }

    def pack(self, number: int) -> Sealed:
        """Seal a bid with the Python packer."""
        whose = Supplier(SUPPLIERS[number - 1]["name"], SUPPLIERS[number - 1]["number"])
        notice = (self.out / "tender-notice.json").read_bytes()
        papers = [PackFile.at(self._paper(title)) for title in ("技术方案", "商务文件")]
        return seal(notice, "1", self._offer(number), papers, whose, self.folder / f"sealed-{number}")

    def _paper(self, title: str) -> Path:
        path = self.folder / f"{title}.pdf"
        path.write_bytes(a_paper(title))
        return path

    def carry(self, who: Visitor, token: str, claims: dict[str, Any], contents: dict[str, bytes]) -> requests.Response:
        """Begin an upload and send its parts; return the first answer that is no success, or that of the last part."""
        answer = who.call("POST", "/bids/uploads", token, json=claims)
        if answer.status_code != 201:
            return answer
        begun = answer.json()
        for name, data in contents.items():
            for part in range(begun["files"][name]["parts"]):
                piece = data[part * PART : (part + 1) * PART]
                sha256 = base64.b64encode(hashlib.sha256(piece).digest()).decode()
                sent = who.call(
                    "PUT",
                    f"/bids/uploads/{begun['upload']}/{name}/{part}",
                    token,
                    data=piece,
                    headers={"Content-Digest": f"sha-256=:{sha256}:"},
                )
                if sent.status_code != 204:
                    return sent
        return answer

    def bid_by_packer(self, number: int) -> None:
        """Pack, upload and submit."""
        who, token, answer = self._upload(number)
        submitted = who.call("POST", "/bids/submit", token, json={"upload": answer.json()["upload"]})
        demand(submitted.status_code == 201, f"supplier {number} sealed with the Python packer: submitted")

    def _upload(self, number: int) -> tuple[Visitor, str, requests.Response]:
        envelope = self.pack(number)
        who = self.person(f"supplier{number}")
        token = who.token("/account")
        contents = dict(zip(FILES, (envelope.bid_path.read_bytes(), envelope.key_path.read_bytes()), strict=True))
        answer = self.carry(who, token, envelope.claims.as_json(), contents)
        if answer.status_code != 201:
            raise Failed(f"the upload of supplier {number} was refused: {answer.text[:300]}")
        return who, token, answer

    def malformed(self, number: int) -> None:
        """Try to hand in a plain file in the place of an envelope."""
        plain = a_paper("未加密的投标") * 3
        contents = {FILES[0]: plain, FILES[1]: plain[:4096]}
        claims = {
            "lot": "1",
            "notice": hashlib.sha256((self.out / "tender-notice.json").read_bytes()).hexdigest(),
            "reference": "ab" * 16,
            "envelope": 1,
            "files": {
                name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()
            },
        }
        who = self.person(f"supplier{number}")
        token = who.token("/account")
        answer = self.carry(who, token, claims, contents)
        if answer.status_code == 201:
            answer = who.call("POST", "/bids/submit", token, json={"upload": answer.json()["upload"]})
        rule = answer.json().get("rule", "")
        demand(
            answer.status_code in (409, 422) and rule.startswith("envelope."), f"an unencrypted bid is refused ({rule})"
        )

    def late(self, who: Visitor, token: str, answer: requests.Response) -> None:
        """Submit after the deadline what was uploaded before it."""
        time.sleep(max(0.0, (self.closes_at - Clock().now()).total_seconds()))
        refused = who.call("POST", "/bids/submit", token, json={"upload": answer.json()["upload"]})
        rule = refused.json().get("rule", "")
        demand(refused.status_code in (409, 422) and rule == "bid.late", f"a late bid is refused ({rule})")

    def nothing_told(self) -> None:
        """Before the opening the public sees no bidder and no number of bids."""
        page = requests.get(f"{self.base}/tenders/{self.ref}?lang=en", timeout=30).text
        opening = requests.get(f"{self.base}/openings/{self.ref}/1?lang=en", timeout=30).text
        state = requests.get(f"{self.base}/openings/{self.ref}/1/state", timeout=30).text
        named = [one["name"] for one in SUPPLIERS if one["name"] in page + opening + state]
        demand(not named, "before the opening no page names a bidder")

    # --- opening, judging, award --------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Wait for the opening, which comes by itself."""
        ref = wait_for(
            "the opening record",
            lambda: next((one for one, kind in self._notices().items() if kind in ("opening", "failure")), None),
        )
        record = requests.get(f"{self.base}/notices/{ref}.json", timeout=30).json()
        self._keep("opening.json", requests.get(f"{self.base}/notices/{ref}.json", timeout=30).content)
        demand(record["kind"] == "opening", f"opened by itself: {ref} names the bids of the signed opening record")

    def judge(self) -> None:
        """Seat three experts, and let each score alone and sign."""
        officer = self.person("officer")
        for number in (1, 2, 3):
            form = officer.form(f"/office/tenders/{self.ref}/panel", has="account")
            account = self._option(officer, f"/office/tenders/{self.ref}/panel", number)
            officer.send(
                f"/office/tenders/{self.ref}/panel",
                has="account",
                account=account,
                reason="照明专业，副高级职称。",
                capacity=form.values.get("capacity", "expert"),
            )
        say("✓ the officer seated three experts, each with a reason")
        for number in (1, 2, 3):
            self._score(number)
        wait_for("the evaluation", self._is_evaluated)
        say("✓ three experts scored alone and signed off; the ranking followed by itself")

    def _option(self, who: Visitor, path: str, number: int) -> str:
        page = who.get(path).text
        before = page[: page.index(EXPERTS[number - 1])]
        return before.rpartition('value="')[2].partition('"')[0]

    def _score(self, number: int) -> None:
        expert = self.person(f"expert{number}")
        expert.send(f"/judging/{self.ref}/declaration", action="/declaration")
        for at, letter in enumerate("ABC"):
            marks: dict[str, Any] = {"go": "save"}
            for one in self.notice["tender"]["lots"][0]["criteria"]:
                code = one["criterion"]
                marks[f"reason-{code}"] = "依据技术方案第 6 页。"
                if one["kind"] == "requirement":
                    marks[f"verdict-{code}"] = "yes"
                elif one["kind"] == "points":
                    halves = int(one["weight"]) * (94 - 7 * at) // 50 - number % 2
                    marks[f"points-{code}"] = f"{halves // 2}.{5 * (halves % 2)}"
            expert.send(f"/judging/{self.ref}/1/{letter}", has="points-C2", **marks)
        expert.send(f"/judging/{self.ref}/1/sign", action="/sign")

    def _is_evaluated(self) -> bool:
        officer = self.person("officer")
        return officer.session.get(f"{self.base}/evaluations/{self.ref}/1", timeout=30).status_code == 200

    def award(self) -> None:
        """Propose rank one, decide by a second person, and take the papers."""
        where = f"/office/tenders/{self.ref}/lots/1/award"
        officer = self.person("officer")
        form = officer.form(where, action="/propose")
        chosen: dict[str, Any] = {name: form.values[name] for name in ("bid",) if name in form.values}
        officer.send(where, action="/propose", **chosen)
        self.person("approver").send(where, action="/decide")
        ref = wait_for(
            "the award notice", lambda: next((one for one, kind in self._notices().items() if kind == "award"), None)
        )
        self._keep("award.json", requests.get(f"{self.base}/notices/{ref}.json", timeout=30).content)
        self._keep("award.p7s", requests.get(f"{self.base}/notices/{ref}.p7s", timeout=30).content)
        pdf = wait_for("the award's PDF", lambda: self._pdf(ref))
        self._keep("award.pdf", pdf)
        evaluation = requests.get(f"{self.base}/evaluations/{self.ref}/1.json", timeout=30)
        demand(evaluation.status_code == 200, "the evaluation is public with the award")
        self._keep("evaluation.json", evaluation.content)
        winner = json.loads((self.out / "award.json").read_bytes())["award"]["winner"]
        demand(bool(winner["name"]), f"the approver decided: {winner['name']} for {winner['amount']}, notice {ref}")

    def _pdf(self, ref: str) -> bytes | None:
        answer = requests.get(f"{self.base}/notices/{ref}.pdf?lang=zh-CN", timeout=60)
        return answer.content if answer.status_code == 200 and answer.content.startswith(b"%PDF") else None

    # --- verification ---

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

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    def _runs(self, text: str, *words: str) -> None:
        ended = self._run(*words)
        if ended.returncode:
            raise Failed(f"{text}: {ended.stdout[-1500:]}{ended.stderr[-500:]}")
        say(f"✓ {text}")

    def _keep(self, name: str, data: bytes) -> None:
        (self.out / name).write_bytes(data)

    def play(self) -> None:
        """Play everything."""
        self.people()
        with self.server():
            say(f"✓ a throw-away instance serves on {self.base}")
            self.publish()
            self.bid_in_chromium(1)
            for number in (2, 3):
                self.bid_by_packer(number)
            self.malformed(4)
            waiting = self._upload(4)
            self.nothing_told()
            say(f"… waiting for the deadline, {max(0, round((self.closes_at - Clock().now()).total_seconds()))} s")
            self.late(*waiting)
            self.opening()
            self.judge()
            self.award()
            self.verify()


def demo_zone() -> ZoneInfo:
    """Return the time zone in which the pages read what is typed."""
    return ZoneInfo(next(one.default for one in SETTINGS if one.name == "SUNSEAL_TIME_ZONE"))


def main() -> int:
    """Play the demonstration and return the exit code."""
    begin = time.monotonic()
    kept = os.environ.get("DEMO_OUT")
    with tempfile.TemporaryDirectory(prefix="sunseal-demo-") as folder:
        out = Path(kept).absolute() if kept else Path(folder) / "out"
        out.mkdir(parents=True, exist_ok=True)
        try:
            Demo(Path(folder), out).play()
        except (Failed, Refused) as error:
            print(f"  ✗ {error}\nDEMO FAILED", flush=True)
            return 1
    if kept:
        say(f"papers in {out}")
    say(f"{time.monotonic() - begin:.0f} s in all")
    print("DEMO OK", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
