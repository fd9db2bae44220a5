"""Official documents: HTML to an archival, accessible PDF (PDF/A-3a and PDF/UA-1), and the platform's seal on
it.

WeasyPrint renders, a finisher writes the one XMP packet, pyHanko adds an invisible PAdES certification
signature (ETSI EN 319 142-1, level B-B). The same input gives the same bytes. Nothing else may write to the
file afterwards. WeasyPrint needs the system library Pango: where it is missing, `available` says so and the
application still runs.
"""

from __future__ import annotations

import hashlib
import io
import logging
import lzma
import os
import tempfile
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from asn1crypto import parser as asn1_parser
from cryptography import x509

from foundation import xmp
from foundation.certificates import Seal
from foundation.errors import HouseFault
from foundation.signing import (
    Verdict,
    parse_strictly,
    refused,
    settle,
    signer_of,
    strictly,
    trust,
    verdict_of,
)

FONTS = Path(__file__).parent / "fonts"
FIELD = "PlatformSeal"
# Room in the file for a PAdES B-B signature with an intermediate certificate: hexadecimal digits, two a byte.
_RESERVED = 8192
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF. `relationship` is one of ISO 32000-2, 7.11.3: ``Source``, ``Data``,
    ``Supplement``, …
    """

    name: str
    data: bytes
    mime: str
    relationship: str = "Data"


def prepare_fonts(cache: Path) -> Path:
    """Unpack the fonts into `cache` once and return the fontconfig file, which is also set for this process.

    Must run before the first `render_html_to_pdf`. Give a browser that takes screenshots the same
    ``FONTCONFIG_FILE``.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for packed in sorted(FONTS.glob("*.ttf.xz")):
        target = cache / packed.stem
        if not target.exists():
            _write(target, lzma.decompress(packed.read_bytes()))
    config = cache / "fonts.conf"
    text = _CONFIG.format(fonts=_escape(str(cache)), cache=_escape(str(cache / "fontconfig")))
    if not config.exists() or config.read_text() != text:
        _write(config, text.encode())
    os.environ["FONTCONFIG_FILE"] = str(config)
    return config


_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""


def available() -> str | None:
    """Return None when PDFs can be made, else the reason in one English line for logs and the operator's
    page.
    """
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        return f"PDF is off: {' '.join(str(error).split())[:300]}"
    return None


def render_html_to_pdf(
    html: str,
    css: str,
    *,
    title: str,
    lang: str,
    static: Path,
    moment: datetime,
    identifier: str,
    attachments: Sequence[Attached | tuple[str, bytes, str, str]] = (),
) -> bytes:
    """Return a PDF/A-3a and PDF/UA-1 file.

    `html` is a whole document, `css` its print style sheet; both may name files as ``static:path`` inside the
    folder `static`, and nothing else is fetched. `moment` (aware) becomes every date in the file and
    `identifier` (the document's public reference) its /ID, so that the same input gives the same bytes.
    Raises `HouseFault` when Pango is missing, when something forbidden is named, or when an image has no
    description.
    """
    if reason := available():
        raise HouseFault(reason)
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError

    when = moment.astimezone(UTC).replace(microsecond=0)
    fetcher = _fetcher(static)
    # WeasyPrint logs and goes on where a picture or a rule is faulty; an official document must not.
    try:
        with _Strict() as strict:
            document = weasyprint.HTML(string=html, base_url="static:", url_fetcher=fetcher).render(
                stylesheets=[weasyprint.CSS(string=css, base_url="static:", url_fetcher=fetcher)],
                pdf_variant="pdf/a-3a",
            )
            document.metadata.title, document.metadata.lang = title, lang
            document.metadata.created = document.metadata.modified = when.isoformat().replace("+00:00", "Z")
            document.metadata.generator = "Sunseal"

            data = document.write_pdf(
                finisher=_finish,
                pdf_variant="pdf/a-3a",
                pdf_identifier=hashlib.sha256(identifier.encode()).digest()[:16].hex().encode(),
                attachments=[_attachment(one, when) for one in attachments],
            )
    except FatalURLFetchingError as error:
        raise HouseFault(f"The document {identifier} is not fit to print: {error.__cause__ or error}") from error
    if strict.said:
        raise HouseFault(f"The document {identifier} is not fit to print: {strict.said[0]}")
    return bytes(data)


def sign_pdf(pdf: bytes, seal: Seal, *, moment: datetime, reason: str, location: str) -> bytes:
    """Return the PDF with an invisible certification signature by the platform's seal; no later change is
    allowed.

    `reason` should say in words that this is the platform's seal. Deterministic for the same input.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    when = moment.astimezone(UTC).replace(microsecond=0)

    class Writer(IncrementalPdfFileWriter):
        """Leaves dates and metadata as the renderer wrote them: pyHanko would put in the clock and its own
        name.
        """

        output_version = (1, 7)

        def _update_meta(self) -> None:
            return None

    writer = Writer(io.BytesIO(pdf))
    # pyHanko takes the second half of the file's identifier from chance.
    writer._document_id[1] = generic.ByteStringObject(hashlib.sha256(pdf).digest()[:16])
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            name="Platform seal",
            reason=reason,
            location=location,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            subfilter=fields.SigSeedSubFilter.PADES,
        ),
        signer=signer_of(seal),
        new_field_spec=fields.SigFieldSpec(FIELD, box=None, readable_field_name="Platform seal"),
    )

    async def run() -> bytes:
        session = signer.init_signing_session(writer)
        session.system_time = when
        tbs = session.prepare_tbs_document(validation_info=None, bytes_reserved=_RESERVED)
        output = io.BytesIO()
        digest, _ = tbs.digest_tbs_document(output=output)
        post = await tbs.perform_signature(
            document_digest=digest.document_digest,
            pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=when),
        )
        await post.post_signature_processing(output)
        return output.getvalue()

    return settle(run())


def verify_pdf(pdf: bytes, roots: Sequence[x509.Certificate]) -> Verdict:
    """Check the platform's seal on a PDF against the roots that the caller trusts.

    One certification signature that covers the whole file is expected: what stands after it, or a signature
    that leaves a part out, is refused as ``document.not_covered``. The chain is judged at the claimed signing
    time.
    """
    if len(pdf) > _LARGEST:
        return refused("document.too_large")
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        signatures = reader.embedded_regular_signatures
        if not signatures:
            return refused("document.unsigned")
        if len(signatures) != 1 or len(reader.embedded_signatures) != 1:
            return refused("document.not_one_signature")
        embedded = signatures[0]
        claimed = embedded.self_reported_timestamp
        if claimed is None:
            return refused("signature.no_signing_time")
        status = settle(
            async_validate_pdf_signature(embedded, signer_validation_context=trust(roots, claimed), skip_diff=True)
        )
        signed, rule = parse_strictly(bytes(embedded.pkcs7_content[: _der_length(embedded.pkcs7_content)]))
        if signed is None or not _gap_is_clean(pdf, embedded):
            return refused(rule or "document.gap")
        verdict = strictly(verdict_of(status, claimed.astimezone(UTC)), signed, status)
        whole = embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    except (PdfError, zlib.error, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        # A changed byte may break the file's structure before its digest is looked at.
        return refused("document.malformed")
    if not whole:
        return Verdict(
            False, False, False, verdict.signer, verdict.signed_at, verdict.certificate, "document.not_covered"
        )
    return verdict


def _finish(document: Any, pdf: Any) -> None:
    """Put the one XMP packet in the place of WeasyPrint's own, and name each attachment once instead of twice."""
    import pydyf

    packet = xmp.packet(document.metadata, producer=str(pdf.info["Producer"].string))
    stream = pydyf.Stream([packet], {"Type": "/Metadata", "Subtype": "/XML"}, compress=False)
    number = int(pdf.catalog["Metadata"].split()[0])
    stream.number, stream.generation = number, pdf.objects[number].generation
    pdf.objects[number] = stream
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _der_length(data: bytes) -> int:
    """Return the length of the DER object at the head of `data`; the rest of a signature's place is padding."""
    _, _, _, header, content, trailer = asn1_parser.parse(data)
    return len(header) + len(content) + len(trailer)


def _gap_is_clean(pdf: bytes, embedded: Any) -> bool:
    """Tell whether the one part that no signature covers holds the signature (uppercase), zeros, and nothing else."""
    start, length, after, _ = (int(number) for number in embedded.byte_range)
    content = bytes(embedded.pkcs7_content)
    used = _der_length(content)
    padding = b"0" * (after - start - length - 2 - 2 * used)
    return pdf[start + length : after] == b"<" + content[:used].hex().upper().encode() + padding + b">"


def _attachment(one: Attached | tuple[str, bytes, str, str], when: datetime) -> Any:
    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    file = one if isinstance(one, Attached) else Attached(*one)

    class Given(URLFetcher):  # type: ignore[misc]
        """Answers with the given bytes and their media type, which WeasyPrint otherwise guesses from the
        name.
        """

        def fetch(self, url: str, headers: Any = None) -> Any:
            return URLFetcherResponse(url, file.data, {"Content-Type": file.mime})

    return weasyprint.Attachment(
        url="static:attachment",
        url_fetcher=Given(),
        name=file.name,
        description=file.name,
        created=when,
        modified=when,
        relationship=file.relationship,
    )


def _fetcher(static: Path) -> Any:
    """A fetcher that knows one folder: no network, no file outside it, no link that leads out of it."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    root = static.resolve()

    class StaticOnly(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            path = (root / unquote(parts.path).lstrip("/")).resolve()
            if parts.scheme != "static" or parts.netloc or not path.is_relative_to(root) or not path.is_file():
                raise FatalURLFetchingError(f"A document names {url[:200]}, which is not in the static folder.")
            kind = {".svg": "image/svg+xml", ".png": "image/png", ".css": "text/css"}.get(path.suffix, "")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind} if kind else {})

    return StaticOnly(fail_on_errors=True)


class _Strict(logging.Handler):
    """Collects what WeasyPrint complains about while a document is made."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []
        self._mine = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        # Another thread may render another document at the same time.
        if record.thread == self._mine:
            self.said.append(record.getMessage())

    def __enter__(self) -> _Strict:
        logging.getLogger("weasyprint").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _write(path: Path, data: bytes) -> None:
    """Write beside and rename, so that two workers that start at once never read half a font."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)
