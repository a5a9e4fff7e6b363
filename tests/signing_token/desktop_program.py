"""A simulator of the certificate authority's desktop program (VGCA Sign Service): it listens for a
page on wss://127.0.0.1:8987, fetches the file, signs it in fields of its own as that program does
(pyHanko here, no certification, adbe.pkcs7.detached), and brings it back."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import httpx
from aiohttp import web
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import TextStampStyle

from adapters.signing.finding import DATE, NUMBER, find_fields
from adapters.signing.pdf import open_pdf

PORT = 8987
LEADER_BOX, SEAL_BOX = (340, 170, 480, 240), (270, 150, 370, 250)
CORNER_BOX = (380, 800, 580, 835)  # where number and time stand on enclosures, and copies' lines


@dataclass
class DesktopProgram:
    """One person's program with one key. `trouble` answers instead of signing: "closes" the window,
    or tells a status and a message."""

    p12: bytes
    passphrase: str
    digest: str = "sha256"
    trouble: str = ""
    asked: list[tuple[str, dict]] = field(default_factory=list)

    def approved(self, pdf: bytes) -> bytes:
        return self.signed(pdf, "Signature1", LEADER_BOX, "")

    def issued(self, pdf: bytes, number: str, date: str) -> bytes:
        """Number, date and seal, each a signature of its own (domain.md 5.4)."""
        places = find_fields(open_pdf(pdf))
        for name, text, place in (
            ("SoVanBan", number, places[NUMBER].box), ("NgayVanBan", date, places[DATE].box)
        ):  # fmt: skip
            top, right = place.bottom + place.height, place.left + place.width
            pdf = self.signed(pdf, name, (place.left, place.bottom, right, top), text)
        return self.signed(pdf, "Signature2", SEAL_BOX, "")

    def in_corner(self, pdf: bytes, text: str) -> bytes:
        """An enclosure or a copy: one signature at the top right."""
        return self.signed(pdf, "Signature1", CORNER_BOX, text)

    def signed(self, pdf: bytes, name: str, box: tuple, text: str) -> bytes:
        signer = SimpleSigner.load_pkcs12_data(self.p12, (), self.passphrase.encode())
        metadata = PdfSignatureMetadata(
            field_name=name,
            md_algorithm=self.digest,
            subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        )
        spec = SigFieldSpec(name, on_page=0, box=tuple(round(each) for each in box))
        style = TextStampStyle(stamp_text=text or "ký", border_width=0, background=None)
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        made = PdfSigner(metadata, signer, stamp_style=style, new_field_spec=spec)
        return made.sign_pdf(writer).getvalue()

    def operation(self, name: str, asked: dict) -> dict:
        """What the page is told after the window is closed."""
        self.asked.append((name, asked))
        if self.trouble:
            return {"Status": 5, "Message": self.trouble, "FileServer": ""}
        pdf = httpx.get(asked["FileName"]).raise_for_status().content
        if name == "SignApproved":
            signed = self.approved(pdf)
        elif name in ("SignAppendix", "SignCopy"):
            signed = self.in_corner(pdf, asked["DocNumber"])
        else:
            signed = self.issued(pdf, asked["DocNumber"], asked["IssuedDate"][:10])
        files = {"uploadfile": ("van-ban.pdf", signed, "application/pdf")}
        told = httpx.post(asked["FileUploadHandler"], files=files).json()
        if not told["Status"]:
            return {"Status": 6, "Message": told["Message"], "FileServer": ""}
        return {"Status": 0, "Message": "", "FileServer": told["FileServer"]}


@contextmanager
def listening(program: DesktopProgram, certificate: tuple[Path, Path]) -> Iterator[None]:
    """The program in a thread of its own, on the port that the pages know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_serve, args=(loop, program, context, ready.set), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _serve(
    loop: asyncio.AbstractEventLoop,
    program: DesktopProgram,
    context: ssl.SSLContext,
    ready: Callable[[], None],
) -> None:
    asyncio.set_event_loop(loop)

    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if program.trouble == "closes":
                break
            name = request.match_info["operation"]
            work = loop.run_in_executor(None, program.operation, name, json.loads(message.data))
            await socket.send_str(json.dumps(await work))
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/{operation}", talk)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", PORT, ssl_context=context)
    loop.run_until_complete(site.start())
    ready()
    loop.run_forever()
    loop.run_until_complete(runner.cleanup())
    loop.close()
