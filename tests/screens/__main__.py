"""`python -m tests.screens [NAME…]`: photograph the pages named, or all of them, on a desk and on a phone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path

from tests.browser.devices import DESK, PHONE
from tests.screens.catalogue import SHOTS
from tests.screens.shot import Shot
from tests.screens.studio import studio

FOLDER = Path("var/screenshots")
_DEVICES = {"desk": DESK, "phone": PHONE}
_STYLE = (
    "body{font:16px system-ui;margin:2rem}section{display:flex;gap:1rem;align-items:start;margin-bottom:2rem}"
    "img{border:1px solid #999;max-height:40rem;object-fit:cover;object-position:top}h2{flex:0 0 14rem;font-size:1rem}"
)


def main(names: Sequence[str]) -> int:
    """Take the pictures and write the index of all; 2 when a name is no picture's."""
    wanted = [shot for shot in SHOTS if not names or shot.name in names]
    if unknown := set(names) - {shot.name for shot in wanted}:
        print(f"no such page: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with studio() as portal:
        for shot in wanted:
            for name, device in _DEVICES.items():
                with portal.opened(shot, device) as page:
                    page.screenshot(path=_picture(shot, name), full_page=True)
            print(shot.name, flush=True)
    (FOLDER / "index.html").write_text(_index(), encoding="utf-8")
    print(f"{len(wanted) * len(_DEVICES)} pictures: {FOLDER / 'index.html'}")
    return 0


def _picture(shot: Shot, device: str) -> Path:
    return FOLDER / f"{shot.name}-{device}.png"


def _index() -> str:
    rows = [
        f"<section><h2>{escape(shot.name)}<br><small>{escape(shot.path)}</small></h2>"
        + "".join(
            f'<a href="{path.name}"><img src="{path.name}" alt="{escape(path.stem)}" loading="lazy"></a>'
            for path in (_picture(shot, name) for name in _DEVICES)
        )
        + "</section>"
        for shot in SHOTS
    ]
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Pages of the portal</title><style>{_STYLE}</style>"
    return f"{head}<h1>{len(rows)} pages in their states</h1>{''.join(rows)}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
