"""The official PDF of an award: poppler, pyHanko and veraPDF accept it, and what it shows is what was signed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fontTools.ttLib import TTFont

from foundation import canonical
from foundation.documents import available, render_html_to_pdf, sign_pdf, verify_pdf
from foundation.errors import HouseFault
from foundation.paper_words import WORDS
from foundation.papers import STATIC, award_notice, award_notice_pdf, language
from foundation.signing import verify_detached
from tests.documents.award import a_notice
from tests.documents.conftest import URL, Case
from tests.documents.verapdf import validated

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
RARE = "欧阳喆仝堃佘頔𬭚䶮㛃祎"


def run(case: Case, *line: str) -> str:
    return subprocess.run(line, cwd=case.folder, check=True, capture_output=True, text=True).stdout


def text_of(case: Case, lang: str) -> str:
    return re.sub(r"\s+", "", run(case, "pdftotext", "-layout", f"award-{lang}.pdf", "-"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_poppler_finds_the_signature_valid_and_covering(case: Case, lang: str) -> None:
    said = run(case, "pdfsig", "-nocert", f"award-{lang}.pdf")
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Signer Certificate Common Name: Platform seal" in said
    assert "ETSI.CAdES.detached" in said


def test_own_verdict_and_changed_bytes(case: Case) -> None:
    pdf, roots = case.papers["zh-Hans"], [case.seal.root]
    good = verify_pdf(pdf, roots)
    assert good.ok and good.signed_at == case.at
    assert verify_pdf(pdf, []).rule == "signature.untrusted"
    gap = re.search(rb"/Contents <[0-9A-F]+>", pdf)
    assert gap
    # A stride through the file, and closer steps through the signature's own place, which no digest covers.
    for index in [*range(3, len(pdf), 997), *range(gap.start(), gap.end(), 131), gap.end() - 2]:
        changed = bytearray(pdf)
        changed[index] ^= 1 << index % 8
        assert not verify_pdf(bytes(changed), roots).ok, f"byte {index}"
    assert not verify_pdf(pdf + b"\n%% more\n", roots).ok
    assert verify_pdf(b"%PDF-1.7\n", roots).rule == "document.malformed"
    assert not verify_pdf(pdf[:-40], roots).ok


def test_a_later_change_by_another_writer_is_refused(case: Case) -> None:
    writer = pypdf.PdfWriter(BytesIO(case.papers["zh-Hans"]), incremental=True)
    writer.add_metadata({"/Title": "Another title"})
    out = BytesIO()
    writer.write(out)
    assert verify_pdf(out.getvalue(), [case.seal.root]).rule == "document.not_covered"


def test_an_unsigned_document_says_so(case: Case) -> None:
    plain = _plain()
    assert verify_pdf(plain, [case.seal.root]).rule == "document.unsigned"
    twice = sign_pdf(plain, case.seal, moment=case.at, reason="Platform seal", location="here")
    assert verify_pdf(twice, [case.seal.root]).ok


@pytest.mark.parametrize("lang", LANGUAGES)
def test_attachments_are_the_signed_bytes(case: Case, lang: str) -> None:
    target = case.folder / f"out-{lang}"
    target.mkdir()
    run(case, "pdfdetach", "-saveall", "-o", str(target), f"award-{lang}.pdf")
    body, signature = (target / "notice.json").read_bytes(), (target / "notice.json.p7s").read_bytes()
    assert body == case.body and signature == case.signature
    assert verify_detached(body, signature, [case.seal.root]).ok
    assert sorted(path.name for path in target.iterdir()) == ["notice.json", "notice.json.p7s"]


def test_archive_and_accessibility_by_verapdf(case: Case) -> None:
    said = validated(case.folder, [f"award-{lang}.pdf" for lang in LANGUAGES])
    lines = said.splitlines()
    assert [line.split()[:2] for line in lines] == [["3a", "true"], ["ua1", "true"]] * 3, said
    assert all(int(line.split()[2]) > 1000 for line in lines)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_flags_of_the_file(case: Case, lang: str) -> None:
    reader = pypdf.PdfReader(BytesIO(case.papers[lang]))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None and "true" in str(root["/MarkInfo"]["/Marked"]).lower()
    assert root["/Lang"] == lang
    assert "true" in str(root["/ViewerPreferences"]["/DisplayDocTitle"]).lower()
    assert root["/Perms"]["/DocMDP"]["/SubFilter"] == "/ETSI.CAdES.detached"
    packets = re.findall(rb"<\?xpacket begin", case.papers[lang])
    assert len(packets) == 1
    xmp = root["/Metadata"].get_data().decode()
    for part in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert part in xmp
    assert reader.metadata and reader.metadata.title in xmp
    relations = [file.get_object()["/AFRelationship"] for file in root["/AF"]]
    assert relations == ["/Source", "/Supplement"]
    field: Any = root["/AcroForm"]["/Fields"][0].get_object()
    assert [float(side) for side in field["/Rect"]] == [0, 0, 0, 0]
    assert field["/V"].get_object()["/Reason"] == WORDS[lang]["seal_reason"]


def test_what_the_paper_says(case: Case) -> None:
    said = text_of(case, "zh-Hans")
    for part in (
        "云州市直属学校教室照明改造灯具采购",
        "中标结果公告",
        "云采公〔2026〕412-3号",
        "人民币贰佰叁拾捌万陆仟捌佰元整（2,386,800.00元）",
        "4,800套",
        "1,852,800.00",
        "欧阳喆（组长）、仝堃、佘頔、㛃祎、苏问渠（采购人代表）",
        "𬭚女士",
        "演示文件",
        "平台签章",
        "存证第1,209,815条",
        canonical.digest(case.body),
        "一、项目编号和名称",
        "七、联系方式",
    ):
        assert part in said, part
    assert "決標結果公告" in text_of(case, "zh-Hant") and "人民幣貳佰參拾捌萬陸仟捌佰元整" in text_of(case, "zh-Hant")
    assert "Awardnotice" in text_of(case, "en") and "26November2026" in text_of(case, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_page_in_embedded_fonts_without_gaps(case: Case, lang: str) -> None:
    assert len(pypdf.PdfReader(BytesIO(case.papers[lang])).pages) == 1
    fonts = run(case, "pdffonts", f"award-{lang}.pdf").splitlines()[2:]
    assert len(fonts) == 2
    for line in fonts:
        assert "Noto-Sans-SC" in line and line.split()[-5:-2] == ["yes", "yes", "yes"], line


def test_fonts_hold_every_character_of_words_and_names(case: Case) -> None:
    wanted = set(RARE) | set(json.dumps(WORDS, ensure_ascii=False))
    wanted -= {"\n"}
    for path in (case.folder / "fonts").glob("*.ttf"):
        with TTFont(path) as font:
            missing = {char for char in wanted if ord(char) not in font.getBestCmap()}
        assert not missing, f"{path.name}: {missing}"


def test_drawn_page_has_its_red_head_and_seal(case: Case) -> None:
    from PIL import Image

    run(case, "pdftoppm", "-r", "50", "-png", "-singlefile", "award-zh-Hans.pdf", "page")
    with Image.open(case.folder / "page.png") as picture:
        image = picture.convert("RGB")
        wide, high = image.size
        head = image.crop((0, 0, wide, high // 6)).get_flattened_data()
        foot = image.crop((wide // 2, high * 3 // 4, wide, high * 9 // 10)).get_flattened_data()
    for part in (head, foot):
        assert sum(1 for red, green, blue in part if red > 150 and green < 80 and blue < 60) > 200


def test_same_input_same_bytes_in_another_process(case: Case) -> None:
    program = (
        "import sys, pathlib, datetime\n"
        "from foundation.certificates import open_seal\n"
        "from foundation.documents import prepare_fonts\n"
        "from foundation.papers import award_notice_pdf\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "prepare_fonts(folder / 'fonts-again')\n"
        "at = datetime.datetime.fromisoformat(sys.argv[2])\n"
        "body, p7s = (folder / 'notice.json').read_bytes(), (folder / 'notice.json.p7s').read_bytes()\n"
        "seal = open_seal(folder / 'seal', now=at)\n"
        f"pdf = award_notice_pdf(body, p7s, seal, lang='zh-CN', verify_url={URL!r}, at=at, entry=1209815)\n"
        "(folder / 'again.pdf').write_bytes(pdf)\n"
    )
    here = Path(__file__).parents[2]
    environment = {**os.environ, "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}
    line = [sys.executable, "-c", program, str(case.folder), case.at.isoformat()]
    subprocess.run(line, cwd=here, check=True, env=environment)
    assert (case.folder / "again.pdf").read_bytes() == case.papers["zh-Hans"]


def test_three_languages_have_the_same_words() -> None:
    def shape(words: Any) -> Any:
        if isinstance(words, dict):
            return {name: shape(value) for name, value in words.items()}
        return sorted(re.findall(r"\{(\w+)\}", words)) if isinstance(words, str) else None

    shapes = [shape(WORDS[lang]) for lang in LANGUAGES]
    for one in shapes:
        one.pop("date")
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize(
    ("tag", "lang"), [("zh_CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("en", "en"), ("zh", "zh-Hans"), ("de", "en")]
)
def test_languages(tag: str, lang: str) -> None:
    assert language(tag) == lang


def test_variants_of_a_notice(case: Case) -> None:
    """Lowest price without points, no agency, a reason, a correction, and markup in a name."""
    notice = a_notice(
        demonstration=False, agency=None, number=None, previous={"ref": "N-2026-000400", "sha256": "ab" * 32}
    )
    award = notice["award"]
    award |= {"method": "lowest_price", "fee": None, "reason": "第一名放弃中标。", "excluded": [], "challenge": None}
    for line in award["ranking"]:
        line |= {"total": None, "evaluated_price": None}
    award["winner"]["name"] = "<b>甲</b> & 乙"
    sheet = award_notice(canonical.canonical(notice), lang="zh-CN", verify_url=URL)
    assert "&lt;b&gt;甲&lt;/b&gt; &amp; 乙" in sheet.html
    assert "演示文件" not in sheet.html and "总分" not in sheet.html and "代理机构" not in sheet.html
    assert "N-2026-000412" in sheet.html and "第一名放弃中标" in sheet.html and "更正" in sheet.html


def test_optional_members_may_be_left_out(case: Case) -> None:
    """What the format calls optional is optional; the section of the periods then does not appear."""
    notice = a_notice()
    for name in ("number", "agency", "demonstration", "previous"):
        del notice[name]
    notice["rule_set"]["demonstration"] = True
    notice["issuer"] = {"name": "甲局"}
    award = notice["award"]
    for name in ("excluded", "fee", "reason", "period", "standstill_ends_on", "challenge", "evaluation", "documents"):
        del award[name]
    award["winner"] = {name: award["winner"][name] for name in ("name", "number", "amount")}
    award["experts"] = ["甲", "乙"]
    for lang in LANGUAGES:
        sheet = award_notice(canonical.canonical(notice), lang=lang, verify_url=URL)
        assert WORDS[lang]["period"] not in sheet.html and WORDS[lang]["demonstration"] in sheet.html
        assert "None" not in sheet.html and "{" not in re.sub(r"<svg.*?</svg>", "", sheet.html)


def test_many_items_repeat_the_table_head(case: Case) -> None:
    notice = a_notice()
    items = notice["award"]["winner"]["items"]
    notice["award"]["winner"]["items"] = items * 40
    body = canonical.canonical(notice)
    pdf = award_notice_pdf(body, case.signature, case.seal, lang="zh-CN", verify_url=URL, at=case.at)
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    assert len(pages) > 2
    assert all("单价" in page.extract_text() for page in pages[:2])


def test_only_award_notices_in_canonical_bytes(case: Case) -> None:
    for faulty in (json.dumps(a_notice()).encode(), canonical.canonical(a_notice(kind="tender"))):
        with pytest.raises(HouseFault):
            award_notice(faulty, lang="en", verify_url=URL)


@pytest.mark.parametrize(
    "source",
    ["file:///etc/hostname", "http://127.0.0.1:9/x.png", "static:../pyproject.toml", "static:absent.svg", "data:,x"],
)
def test_nothing_is_fetched_from_elsewhere(case: Case, source: str) -> None:
    with pytest.raises(HouseFault, match="not in the static folder"):
        _plain(f'<img src="{source}" alt="x">')


def test_a_picture_without_description_is_not_printed(case: Case) -> None:
    with pytest.raises(HouseFault, match="no required alt"):
        _plain('<img src="static:mark.svg">')


def test_without_pango_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    assert available() is None
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert (available() or "").startswith("PDF is off")
    with pytest.raises(HouseFault, match="PDF is off"):
        _plain()


def _plain(inner: str = "<p>x</p>") -> bytes:
    from datetime import UTC, datetime

    return render_html_to_pdf(
        f'<!doctype html><html lang="en"><head><title>x</title></head><body>{inner}</body></html>',
        '@page { font-family: "Noto Sans SC" } html { font-family: "Noto Sans SC" }',
        title="x",
        lang="en",
        static=STATIC,
        moment=datetime(2026, 1, 1, tzinfo=UTC),
        identifier="x",
    )
