"""pyHanko as its documentation shows it: a PKCS#12 file, a text stamp in an OpenType font over a
picture, and `sign_pdf`; and the same as a job of a plain RQ worker. As a program it serves rounds
like the Java peers (bench/signing_peers/Peer.java): nothing of ours is loaded in its process."""

import sys
import time
from pathlib import Path

from pyhanko import stamp
from pyhanko.pdf_utils import images, text
from pyhanko.pdf_utils.font import opentype
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers


def load(p12: str, passphrase: str) -> signers.SimpleSigner:
    return signers.SimpleSigner.load_pkcs12(pfx_file=p12, passphrase=passphrase.encode())


def style(lines: list[str], seal: str, font: str) -> stamp.TextStampStyle:
    return stamp.TextStampStyle(
        stamp_text="\n".join(lines),
        text_box_style=text.TextBoxStyle(
            font=opentype.GlyphAccumulatorFactory(font), font_size=9, leading=14
        ),
        background=images.PdfImage(seal),
        background_opacity=1,
    )


def sign(source: Path, output: Path, signer: signers.SimpleSigner, shown) -> None:
    with source.open("rb") as given, output.open("wb") as signed:
        writer = IncrementalPdfFileWriter(given)
        fields.append_signature_field(
            writer, sig_field_spec=fields.SigFieldSpec("Stamp", box=(330, 760, 570, 820))
        )
        metadata = signers.PdfSignatureMetadata(field_name="Stamp")
        pdf_signer = signers.PdfSigner(metadata, signer=signer, stamp_style=shown)
        pdf_signer.sign_pdf(writer, output=signed)


def job(source: str, output: str, key: list[str], lines: list[str]) -> None:
    """What the documentation's example does, once, in the child of a default worker."""
    p12, passphrase, seal, font = key
    sign(Path(source), Path(output), load(p12, passphrase), style(lines, seal, font))


def serve(p12: str, passphrase: str, seal: str, font: str, *lines: str) -> None:
    """Rounds asked for on standard input ("DOCUMENTS INPUT OUTPUT"), told in nanoseconds."""
    key, shown = load(p12, passphrase), style(list(lines), seal, font)
    print("ready", flush=True)
    for line in sys.stdin:
        documents, source, output = line.split()
        cpu, wall = time.process_time_ns(), time.monotonic_ns()
        for _ in range(int(documents)):
            sign(Path(source), Path(output), key, shown)
        print(time.process_time_ns() - cpu, time.monotonic_ns() - wall, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
