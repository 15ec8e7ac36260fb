"""The library's names have types: the stub beside the package names what it loads, from where it loads it."""

import ast
import tomllib
from pathlib import Path

import kkd_ledger

STUB = ast.parse((Path(kkd_ledger.__file__).parent / "__init__.pyi").read_text("utf-8"))


def test_every_name_has_its_type_from_its_home() -> None:
    homes = {
        alias.asname: node.module
        for node in STUB.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == alias.asname
    }
    assert homes == kkd_ledger._HOME


def test_every_name_can_be_loaded() -> None:
    for name in kkd_ledger.__all__:
        assert getattr(kkd_ledger, name)
        assert name in dir(kkd_ledger)


def test_the_version_is_one() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == kkd_ledger.__version__
