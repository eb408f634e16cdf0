"""What a release says of itself to catalogues and search engines: Croissant, DCAT and schema.org, as JSON-LD.

What belongs here: the three descriptions, made from the release's facts, the contract and the words of `ReleaseTexts`.
What does not: the Frictionless package (`descriptors`), which describes every cell's type and key.

Each file holds its own context, so that a reader needs no network to understand it. Paths are relative: a description
stays true wherever the release folder lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.publish.descriptors import KEYWORDS, LICENCES, ReleaseFacts, ReleaseTexts, citation
from pipelines.publish.sqlite_file import SQLITE
from pipelines.publish.workbook import WORKBOOK
from schemas import contract

__all__ = ["CATALOGUES", "FileFacts", "croissant", "dcat", "schema_org"]

CROISSANT, DCAT, SCHEMA_ORG = "croissant.json", "dcat.jsonld", "schemaorg.jsonld"
CATALOGUES = (CROISSANT, DCAT, SCHEMA_ORG)
"""Names of the files in a release."""

_MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CROISSANT_MEDIA_TYPES = {"parquet": "application/x-parquet"}
"""What Croissant's readers know a file by, where it is not its registered media type."""

_FORMAT_NAMES = {"csv": "CSV", "parquet": "Parquet", "sqlite": "SQLite", "xlsx": "Excel workbook"}
_CROISSANT_TYPES = {
    "text": "sc:Text", "list": "sc:Text", "money": "sc:Float", "rate": "sc:Float", "number": "sc:Float",
    "integer": "sc:Integer", "year": "sc:Integer", "date": "sc:Date", "boolean": "sc:Boolean",
}  # fmt: skip
_CROISSANT_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_DCAT_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A data file of a release: its size in bytes and its sha256 (lower-case hex)."""

    size: int
    sha256: str


def _ending(path: str) -> str:
    return path.rpartition(".")[2]


def _title(path: str) -> str:
    name = path.rpartition("/")[2].rpartition(".")[0]
    if name in contract.TABLES:
        return f"{contract.TABLES[name].meaning.title_en} ({_FORMAT_NAMES[_ending(path)]})"
    return {
        SQLITE: "All tables as one SQLite file",
        WORKBOOK: "The tables that an analyst opens, as one workbook",
        "projects_flat.csv": "Projects, one row each, for spreadsheets",
    }[path]


def _terms(facts: ReleaseFacts) -> str:
    code = facts.package_licence()
    return LICENCES[code][1] if code in LICENCES else code


def croissant(facts: ReleaseFacts, texts: ReleaseTexts, files: Mapping[str, FileFacts]) -> dict[str, Any]:
    """Return the Croissant (1.0) description: the files, and a record set a table with its columns in the Parquet.

    Args:
        facts: Version, date and tables.
        texts: Words that no table holds.
        files: Path in the release -> the data file.
    """
    return {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": texts.name,
        "alternateName": [texts.title_en, texts.title_ja],
        "description": texts.description_en,
        "version": facts.version,
        "datePublished": facts.released_on.isoformat(),
        "license": _terms(facts),
        "citeAs": citation(facts, texts),
        "creator": {"@type": "sc:Organization", "name": texts.creator},
        "keywords": list(KEYWORDS),
        "url": texts.homepage or ".",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "description": _title(path),
                "contentUrl": path,
                "contentSize": f"{file.size} B",
                "encodingFormat": _CROISSANT_MEDIA_TYPES.get(_ending(path), _MEDIA_TYPES[_ending(path)]),
                "sha256": file.sha256,
            }
            for path, file in sorted(files.items())
        ],
        "recordSet": [_record_set(contract.TABLES[name]) for name in facts.tables],
    }


def _record_set(spec: contract.TableSpec) -> dict[str, Any]:
    # Without `references`: Croissant's own reader joins what is referred to and drops each row whose reference is null.
    # The Frictionless package tells the foreign keys.
    fields = []
    for column in spec.columns:
        unit = f" Unit: {column.meaning.unit}." if column.meaning.unit else ""
        field: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"{spec.name}/{column.name}",
            "name": column.name,
            "description": column.meaning.en + unit,
            "dataType": _CROISSANT_TYPES[column.type_name],
            "source": {"fileObject": {"@id": f"tables/{spec.name}.parquet"}, "extract": {"column": column.name}},
        }
        if column.type_name == "list":
            field["repeated"] = True
        fields.append(field)
    return {
        "@type": "cr:RecordSet",
        "@id": spec.name,
        "name": spec.name,
        "description": f"{spec.meaning.title_en}: {spec.description}",
        "key": [{"@id": f"{spec.name}/{part}"} for part in spec.key],
        "field": fields,
    }


def dcat(facts: ReleaseFacts, texts: ReleaseTexts, files: Mapping[str, FileFacts]) -> dict[str, Any]:
    """Return the DCAT (3, profile DCAT-AP) description: one dataset and a distribution a file.

    Args:
        facts: Version, date and tables.
        texts: Words that no table holds.
        files: Path in the release -> the data file.
    """
    terms = facts.package_licence()
    right = {"@id": LICENCES[terms][1], "@type": "dct:LicenseDocument"} if terms in LICENCES else {
        "@type": "dct:LicenseDocument", "dct:title": terms,
    }  # fmt: skip
    dataset: dict[str, Any] = {
        "@context": _DCAT_CONTEXT,
        "@id": texts.homepage or "./",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{texts.name}-{facts.version}",
        "dct:title": [_in("en", texts.title_en), _in("ja", texts.title_ja)],
        "dct:description": [_in("en", texts.description_en), _in("ja", texts.description_ja)],
        "dct:issued": {"@type": "xsd:date", "@value": facts.released_on.isoformat()},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": texts.creator},
        "dct:language": [{"@id": _LANGUAGE + code, "@type": "dct:LinguisticSystem"} for code in ("ENG", "JPN")],
        "dct:license": right,
        "dcat:version": facts.version,
        "dcat:keyword": [_in("en", word) for word in KEYWORDS],
        "dcat:distribution": [
            {
                "@id": f"{path}#distribution",
                "@type": "dcat:Distribution",
                "dct:title": _in("en", _title(path)),
                "dct:license": {"@id": right["@id"]} if "@id" in right else right,
                "dcat:accessURL": {"@id": path},
                "dcat:downloadURL": {"@id": path},
                "dcat:mediaType": {
                    "@id": f"https://www.iana.org/assignments/media-types/{_MEDIA_TYPES[_ending(path)]}",
                    "@type": "dct:MediaType",
                },
                "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
                },
            }
            for path, file in sorted(files.items())
        ],
    }
    return dataset


def _in(language: str, text: str) -> dict[str, str]:
    return {"@language": language, "@value": text}


def schema_org(facts: ReleaseFacts, texts: ReleaseTexts, files: Mapping[str, FileFacts]) -> dict[str, Any]:
    """Return the schema.org Dataset that search engines read.

    Args:
        facts: Version, date and tables.
        texts: Words that no table holds.
        files: Path in the release -> the data file.
    """
    dataset: dict[str, Any] = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "identifier": f"{texts.name}-{facts.version}",
        "name": texts.title_en,
        "alternateName": texts.title_ja,
        "description": texts.description_en,
        "version": facts.version,
        "datePublished": facts.released_on.isoformat(),
        "license": _terms(facts),
        "creator": {"@type": "Organization", "name": texts.creator},
        "keywords": list(KEYWORDS),
        "inLanguage": ["en", "ja"],
        "isAccessibleForFree": True,
        "spatialCoverage": [{"@type": "Place", "name": name} for name in ("Japan", "United States")],
        "creditText": citation(facts, texts),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": name, "description": contract.TABLES[name].meaning.title_en}
            for name in facts.tables
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": _title(path),
                "contentUrl": path,
                "encodingFormat": _MEDIA_TYPES[_ending(path)],
                "contentSize": f"{file.size} B",
                "sha256": file.sha256,
            }
            for path, file in sorted(files.items())
        ],
    }
    if texts.homepage:
        dataset["url"] = texts.homepage
    return dataset
