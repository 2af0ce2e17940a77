"""The storefront's files: what is vendored, how much it weighs, and that it asks nobody else."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.core import paths

STOREFRONT = paths.ROOT / "storefront"
ROOM = paths.ROOT / "lab" / "shop_server" / "machine_room" / "pages"
PICTURES = paths.SEED / "pictures"
VENDORED = STOREFRONT / "vendor" / "preact-htm-3.1.1.js"
# Of htm/preact/standalone.module.js in npm's htm 3.1.1, which has Preact in it.
SHA256 = "72284e8e9079c87817145df1110f74e8a2aa040b2fc384922e18dfcb46fc1fd7"
MOST_BYTES = 60_000
MOST_BYTES_OF_A_PICTURE = 6_000
PAGES = sorted([*STOREFRONT.rglob("*.html"), *ROOM.rglob("*.html")])
SCRIPTS = sorted([*STOREFRONT.glob("app/*.js"), *ROOM.rglob("*.js")])
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {f"{SVG}{name}" for name in ("svg", "g", "path", "rect", "circle", "ellipse", "text")}


def named(path: Path) -> str:
    return str(path.relative_to(paths.ROOT))


def test_the_vendored_file_is_the_one_that_was_published() -> None:
    assert hashlib.sha256(VENDORED.read_bytes()).hexdigest() == SHA256


def test_its_licences_stand_beside_it() -> None:
    folder = VENDORED.parent
    assert "Apache License" in (folder / "htm-LICENSE.txt").read_text("utf-8")
    assert "The MIT License" in (folder / "preact-LICENSE.txt").read_text("utf-8")


def test_nothing_else_is_vendored() -> None:
    assert [path for path in VENDORED.parent.glob("*.js") if path != VENDORED] == []


def test_all_scripts_of_the_shop_weigh_little() -> None:
    scripts = [*STOREFRONT.rglob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= MOST_BYTES


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_has_no_script_or_style_of_its_own(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_a_script_sets_no_html_and_runs_no_text(script: Path) -> None:
    text = script.read_text("utf-8")
    assert not re.search(
        r"innerHTML|insertAdjacentHTML|dangerously|\beval\(|new Function|style=", text
    )


@pytest.mark.parametrize("file", [*PAGES, *SCRIPTS, *STOREFRONT.glob("*.css")], ids=named)
def test_a_file_names_no_other_host(file: Path) -> None:
    assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", file.read_text("utf-8")) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_a_script_imports_only_what_is_there(script: Path) -> None:
    for target in re.findall(r'from "([^"]+)"', script.read_text("utf-8")):
        base = STOREFRONT if target.startswith("/") else script.parent
        assert (base / target.lstrip("/")).is_file(), target


def test_all_modules_are_asked_for_at_once() -> None:
    page = (STOREFRONT / "index.html").read_text("utf-8")
    modules = {str(path.relative_to(STOREFRONT)) for path in STOREFRONT.rglob("*.js")}
    assert set(re.findall(r'rel="modulepreload" href="([^"]+)"', page)) == modules


def skus() -> list[str]:
    catalogue = json.loads((paths.SEED / "catalogue.json").read_text("utf-8"))
    return [product["sku"] for product in catalogue["products"]]


@pytest.mark.parametrize("name", [*skus(), "parcel"])
def test_every_product_has_a_picture_that_only_draws(name: str) -> None:
    file = PICTURES / f"{name}.svg"
    drawing = ElementTree.fromstring(file.read_text("utf-8"))
    assert drawing.get("viewBox") == "0 0 320 240"
    assert {element.tag for element in drawing.iter()} <= DRAWN
    assert not [n for element in drawing.iter() for n in element.attrib if n.startswith("on")]
    assert file.stat().st_size <= MOST_BYTES_OF_A_PICTURE


def test_every_picture_has_a_product() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == {*skus(), "parcel"}
