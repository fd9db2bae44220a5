"""The opening, the experts, and the award."""

from __future__ import annotations

import json
from typing import Any

import requests

from scripts.demo.stage import Stage, demand, say, wait_for
from scripts.demo_story import EXPERTS
from scripts.visiting import Visitor


class Judging(Stage):
    """The opening, the experts, and the award."""

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
