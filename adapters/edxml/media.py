"""What an attachment's name tells: its extension, its media type, and whether the wire carries it
as it is. The table is our own because the system's differs from machine to machine, and pinned
bytes must not."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "txt": "text/plain",
    "csv": "text/csv",
    "html": "text/html",
    "xml": "application/xml",
    "json": "application/json",
    "edxml": "application/xml",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
UNKNOWN = "application/octet-stream"

# The types on the wire are the names the national library writes, not registered media types.
RAW_ON_WIRE = {
    "pdf": "application/pdf",
    "doc": "application/doc",
    "docx": "application/docx",
    "zip": "application/zip",
}
ZIPPED_ON_WIRE = "application/zip"

# Marks that turn the direction of writing make "hsx.exe" look like "hexe.xsh".
_TURNING = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_NOT_IN_NAMES = str.maketrans({"/": "-", "\\": "-", "\n": " ", "\r": " ", "\t": " "}) | _TURNING


def extension_of(name: str) -> str:
    """The extension in lower case without its dot, empty where the name has none."""
    stem, dot, extension = name.rpartition(".")
    plain = extension.isascii() and extension.isalnum() and len(extension) <= 8
    return extension.lower() if dot and stem and plain else ""


def media_type_of(name: str) -> str:
    return MEDIA_TYPES.get(extension_of(name), UNKNOWN)


def plain_name(name: str) -> str:
    """A name that is no path: separators become dashes, so that "12/UBND.pdf" keeps its number.

    The national library leaves a `>` at the end of some names; it is cut off. That library also
    unzips `x.ZIP` and keeps `x.zip` whole: the extension of an archive is lower case.
    """
    plain, before = name.translate(_NOT_IN_NAMES), None
    while plain != before:  # what is cut off may bare more of it
        before = plain
        plain = plain.rstrip(">").strip().lstrip(".").strip()
    return f"{plain[:-4]}.zip" if plain.lower().endswith(".zip") else plain


def bare_id(content_id: str) -> str:
    """The id without its `cid:`; each hop over the national library adds one more."""
    while content_id[:4].lower() == "cid:":
        content_id = content_id[4:].strip()
    return content_id
