"""The one place for response headers."""

from flask import Response, current_app, g, request

CDN = "https://cdn.jsdelivr.net"


def policy(asset_source: str, more: str = "") -> str:
    """Content-Security-Policy: starts from nothing. `more`: what one page alone may connect to."""
    scripts = f"'self' {CDN}" if asset_source == "cdn" else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            f"connect-src 'self' {more}".rstrip(),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def apply(response: Response) -> Response:
    settings = current_app.extensions["office"].settings
    response.headers["Content-Security-Policy"] = policy(
        settings.asset_source, g.get("connects_to", "")
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint == "static":
        response.cache_control.public = True
        response.cache_control.max_age = 31536000 if request.args.get("v") else 3600
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    response.vary.add("HX-Request")
    return response
