#!/usr/bin/env python3
"""An independent reader of FHIR bundles: what it cannot read, or reads otherwise, is printed.

Our own check shares its author with the builders. This one rests on fhir.resources, a full model of
R4B, which differs from R4 in no resource that the documents use. It knows no Indian profile.

    python3 -m venv /tmp/reader && /tmp/reader/bin/pip install 'fhir.resources==8.3.0'
    cargo run -p abdm-fhir --example documents -- /tmp/documents domain/fhir/tests/fixtures/{outpatient,stay}.json
    /tmp/reader/bin/python tests/tools/fhir_round_trip.py /tmp/documents

Arguments are JSON files, or folders of them. The answer is 0 when all of them were read and written
again without a difference, 1 otherwise. A test tool: no part of the product.
"""

import base64
import json
import re
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

# A date and time. The model writes it in its own way, so the points in time are compared.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def files(arguments):
    for argument in map(Path, arguments):
        yield from sorted(argument.glob("*.json")) if argument.is_dir() else [argument]


def read(value):
    """A resource as its model sees it, as JSON again."""
    model = get_fhir_model_class(value["resourceType"])
    written = model.model_validate(value).model_dump_json()
    return json.loads(written, parse_float=Decimal, parse_int=Decimal)


def differences(before, after, path=""):
    """Where two JSON values say different things."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            place = f"{path}.{name}"
            if name not in after:
                yield f"{place}: lost"
            elif name not in before:
                yield f"{place}: appeared"
            else:
                yield from differences(before[name], after[name], place)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield f"{path}: {len(before)} items became {len(after)}"
        for index, pair in enumerate(zip(before, after)):
            yield from differences(*pair, f"{path}[{index}]")
    elif not same(before, after):
        yield f"{path}: became something else"


def same(before, after):
    if isinstance(before, Decimal) or isinstance(after, Decimal):
        return Decimal(str(before)) == Decimal(str(after))
    if isinstance(before, str) and isinstance(after, str) and MOMENT.fullmatch(before):
        return datetime.fromisoformat(before) == datetime.fromisoformat(after)
    return before == after


def attachments(value, path=""):
    """Base64 that does not decode, and narratives that are no XHTML."""
    if isinstance(value, dict):
        for name, field in value.items():
            place = f"{path}.{name}"
            if name == "data" and isinstance(field, str):
                try:
                    base64.b64decode(field, validate=True)
                except ValueError:
                    yield f"{place}: no base64"
            elif name == "div":
                try:
                    ElementTree.fromstring(field)
                except ElementTree.ParseError as error:
                    yield f"{place}: no XHTML: {error}"
            else:
                yield from attachments(field, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from attachments(item, f"{path}[{index}]")


def faults(path):
    bundle = json.loads(path.read_text("utf-8"), parse_float=Decimal, parse_int=Decimal)
    # Entry by entry, so that one fault does not hide the others; then the envelope with all.
    for index, entry in enumerate(bundle.get("entry", [])):
        resource = entry["resource"]
        place = f"entry[{index}] {resource['resourceType']}"
        try:
            yield from differences(resource, read(resource), place)
        except ValidationError as error:
            for fault in error.errors(include_input=False, include_url=False):
                where = ".".join(str(step) for step in fault["loc"])
                yield f"{place}.{where}: {fault['msg']}"
        except ValueError as error:
            yield f"{place}: {error}"
        yield from attachments(resource, place)
    try:
        read(bundle)
    except (KeyError, ValueError):
        yield "Bundle: cannot be read as a whole"


def main():
    seen = bad = 0
    for path in files(sys.argv[1:]):
        seen += 1
        found = list(faults(path))
        bad += bool(found)
        for fault in found:
            print(f"{path.name}: {fault}")
    print(f"{seen} bundles, {bad} with faults")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
