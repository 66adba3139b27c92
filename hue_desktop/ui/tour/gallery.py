"""``index.html``: all pictures of a tour on one page, by stop."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hue_desktop.core.text import _

if TYPE_CHECKING:
    from hue_desktop.ui.tour.tour import Picture

__all__ = ["write_gallery"]

_STYLE = """
body { font: 14px/1.5 Inter, system-ui, sans-serif; margin: 32px; background: #F2F3F5;
  color: #1A1E25; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 40px 0 8px; }
p, figcaption { color: #545C69; margin: 0; } nav a { margin-right: 12px; }
section { display: grid; grid-template-columns: repeat(auto-fit, minmax(480px, 1fr)); gap: 16px; }
figure { margin: 0; } img { width: 100%; border: 1px solid #C6CBD3; }
@media (prefers-color-scheme: dark) { body { background: #14161A; color: #E7E9EC; }
  p, figcaption { color: #A6AEBA; } a { color: #98A5FF; } img { border-color: #444B56; } }
"""


def write_gallery(out_dir: Path, pictures: Sequence[Picture]) -> Path:
    """Write ``index.html`` beside the pictures; its path."""
    by_key: dict[str, list[Picture]] = {}
    for picture in pictures:
        by_key.setdefault(picture.key, []).append(picture)
    links = "".join(
        f'<a href="#{key}">{html.escape(group[0].title)}</a>' for key, group in by_key.items()
    )
    sections = "".join(_section(key, group) for key, group in by_key.items())
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Hue Desktop</title>'
        f"<style>{_STYLE}</style><h1>Hue Desktop</h1>"
        f"<p>{html.escape(_('Every page of the window over two simulated regions.'))}</p>"
        f"<nav>{links}</nav>{sections}</html>\n"
    )
    file = out_dir / "index.html"
    file.write_text(text, encoding="utf-8")
    return file


def _section(key: str, pictures: Sequence[Picture]) -> str:
    figures = "".join(
        f'<figure><a href="{html.escape(picture.file.name)}">'
        f'<img loading="lazy" src="{html.escape(picture.file.name)}" '
        f'alt="{html.escape(picture.title)}, {picture.theme}"></a>'
        f"<figcaption>{picture.theme}, {picture.size[0]}×{picture.size[1]}</figcaption></figure>"
        for picture in pictures
    )
    title = html.escape(pictures[0].title)
    return f'<h2 id="{html.escape(key)}">{title}</h2><section>{figures}</section>'
