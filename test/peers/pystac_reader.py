"""Reads a STAC catalogue to its last asset with pystac, and validates it: python3 pystac_reader.py NAME CATALOG [ORIGIN]

Nothing but the catalogue's own host is asked: the schemas are those that pystac brings along.
"""

import hashlib
import sys
import urllib.request
from urllib.parse import urlsplit

import pystac
from checks import check, same
from pystac.stac_io import DefaultStacIO
from pystac.validation.stac_validator import JsonSchemaSTACValidator

name, catalog, origin = (sys.argv[1:] + [None])[:3]
is_remote = catalog.startswith("http")


def read_bytes(href):
    if not is_remote:
        with open(href, "rb") as file:
            return file.read()
    request = urllib.request.Request(href, headers={"Origin": origin})
    with urllib.request.urlopen(request) as answer:
        same(answer.headers["Access-Control-Allow-Origin"], origin)
        return answer.read()


class OwnHostOnly(DefaultStacIO):
    def read_text_from_href(self, href):
        same(urlsplit(href)[:2], urlsplit(catalog)[:2])
        return read_bytes(href).decode()


pystac.StacIO.set_default(OwnHostOnly)
validator = JsonSchemaSTACValidator()
documents = []
items = []


@check(f"{name}: each catalogue, collection and item is read")
def _():
    root = pystac.Catalog.from_file(catalog)
    for folder, _, own in root.walk():
        documents.append(folder)
        items.extend(own)
    same([item.id for item in items], ["S2-sample-ndvi"])
    same([one.STAC_OBJECT_TYPE for one in documents], [pystac.STACObjectType.CATALOG])
    documents.extend(items)


@check(f"{name}: each document is valid as it stands, by the schemas of STAC, without a network")
def _():
    for document in documents:
        raw = OwnHostOnly().read_json(document.get_self_href())
        used = validator.validate_core(raw, document.STAC_OBJECT_TYPE, raw["stac_version"])
        same(used is not None, True)
    same(len(documents), 2)


@check(f"{name}: the schemas refuse an item without its links")
def _():
    raw = OwnHostOnly().read_json(items[0].get_self_href())
    del raw["links"]
    try:
        validator.validate_core(raw, items[0].STAC_OBJECT_TYPE, raw["stac_version"])
    except pystac.STACValidationError:
        return
    raise AssertionError("such an item was valid")


@check(f"{name}: each asset is read, with the size and the checksum that its item says")
def _():
    read = []
    for item in items:
        for key, asset in item.get_assets().items():
            content = read_bytes(asset.get_absolute_href())
            same(asset.extra_fields["file:size"], len(content))
            same(asset.extra_fields["file:checksum"], "1220" + hashlib.sha256(content).hexdigest())
            read.append(key)
    same(sorted(read), ["ndvi", "statistics"])
