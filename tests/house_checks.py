"""The style as functions: each goes from a file's text, or its syntax tree, to what is wrong with it."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache

FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 70
Finding = tuple[int, str]

MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"}
MUTATORS = {
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "update",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@lru_cache(maxsize=1)
def nodes(module: ast.Module) -> tuple[ast.AST, ...]:
    """All nodes of a module; the checks ask for them one after the other."""
    return tuple(ast.walk(module))


def floats(module: ast.Module) -> Iterator[Finding]:
    """Amounts are cents or Decimal: no float is written or made."""
    for node in nodes(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"float {node.value!r}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno, "float(...)"


def module_state(module: ast.Module) -> Iterator[Finding]:
    """A module holds constants: in capitals, and nothing ever changes them."""
    for node in module.body:
        for name in assigned_names(node):
            if is_mutable(node.value) and not is_constant_name(name):
                yield node.lineno, f"module-level {name} can change"
    constants = {name for node in module.body for name in assigned_names(node)}
    for node in nodes(module):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}"
        elif (name := changed_name(node)) in constants:
            yield node.lineno, f"{name} is changed"


def assigned_names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called in MUTABLE_CALLS
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def is_constant_name(name: str) -> bool:
    return name == "__all__" or name.strip("_").isupper()


def changed_name(node: ast.AST) -> str | None:
    """The name that a statement changes in place: `X[k] = v`, `del X[k]`, `X.append(v)`."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return getattr(node.value, "id", None)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        return getattr(node.func.value, "id", None)
    return None


def long_functions(module: ast.Module) -> Iterator[Finding]:
    """A function fits on a screen."""
    for node in nodes(module):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield node.lineno, f"{node.name} has {lines} lines; allowed: {FUNCTION_LINES_MAX}"


def undocumented(module: ast.Module) -> Iterator[Finding]:
    """A module, its public functions and its public classes say what they are (methods: see ruff, D102)."""
    if ast.get_docstring(module) is None:
        yield 1, "module has no docstring"
    for node in module.body:
        public = isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")
        if public and ast.get_docstring(node) is None and not is_overload(node):
            yield node.lineno, f"{node.name} has no docstring"


def public_classes(module: ast.Module) -> Iterator[Finding]:
    """Find the public classes: a name may stand for one only in the whole house."""
    for node in nodes(module):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.lineno, node.name


def is_overload(node: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)


def long_file(text: str) -> Iterator[Finding]:
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        yield lines, f"{lines} lines; allowed: {FILE_LINES_MAX}"


def names_of_the_case(agreement: str) -> set[str]:
    """The parties, their municipality keys and the papers of an agreement file."""
    data = tomllib.loads(agreement)
    names: set[str] = set()
    for member in data.get("member", data.get("members", [])):
        town = str(member.get("name", "")).partition("(")[0].strip()
        names |= {str(member.get("id", "")), str(member.get("ags", "")), town}
    names |= {word for word in re.findall(r'"([^"\n]{4,40})"', agreement) if re.search(r"\d+/\d{4}$", word)}
    return {name for name in names if len(name) > 3}


def named(text: str, names: set[str]) -> Iterator[Finding]:
    """No town, key or paper of the sample stands in the code."""
    if not names:
        return
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(names))) + r")(?!\w)", re.IGNORECASE)
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, f"names {match[0]}"


# In pieces, so that this file does not name them itself.
HOSTS = ("py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org")
FOLDERS = ("work", "opt", "root", "home")
PLACES = re.compile(
    "|".join(map(re.escape, HOSTS))
    + rf"|(?:^|[\s\"'`(=:,\[]|//)/(?:{'|'.join(FOLDERS)})/"
    + r"|\.lib"
    + r"rary\b"
    + r"|\.\./sha"
    + r"red\b",
    re.MULTILINE,
)


def places(text: str) -> Iterator[Finding]:
    """No package registry and no folder of one machine stands in a committed file."""
    for match in PLACES.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, f"names {match[0].strip()}"


TRICKS = {
    "os._exit": "os._exit",
    "os.fork": "os.fork",
    "socketserver.ForkingMixIn": "a fork for each request",
    "sys.modules": "sys.modules",
    "sys.settrace": "a tracer",
    "sys.setprofile": "a tracer",
    "sys.setrecursionlimit": "sys.setrecursionlimit",
    "object.__setattr__": "object.__setattr__",
    "object.__new__": "a record without its class's own steps",
    "tuple.__new__": "a record without its class's own steps",
}
WHOLE_MODULES = {"gc": "gc", "ctypes": "ctypes", "pickle": "pickle", "resource": "limits of a process"}
BUILT_IN = {"eval", "exec", "compile", "__import__", "setattr", "delattr", "globals", "vars", "locals"}
TYPES = {"object", "tuple", "type"}


def tricks(module: ast.Module) -> Iterator[Finding]:
    """What a reader does not expect of plain Python: it is fenced into named files."""
    origin = imported(module)
    for node in nodes(module):
        if isinstance(node, ast.Name) and node.id in BUILT_IN:
            yield node.lineno, node.id
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        path = dotted(node, origin)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            if node.attr in {"__class__", "__dict__", "__bases__"}:
                yield node.lineno, f"{node.attr} is assigned"
            elif path:
                yield node.lineno, "an attribute of an import is assigned"
        if path in TRICKS:
            yield node.lineno, TRICKS[path]
        elif path and "." in path and path.partition(".")[0] in WHOLE_MODULES:
            yield node.lineno, WHOLE_MODULES[path.partition(".")[0]]


def imported(module: ast.Module) -> dict[str, str]:
    """Each name that an import binds, with what it stands for."""
    names: dict[str, str] = {}
    for node in nodes(module):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted(node: ast.expr, origin: dict[str, str]) -> str:
    """The dotted path of a name or attribute that begins at an import or a built-in type; else nothing."""
    if isinstance(node, ast.Name):
        return origin.get(node.id, node.id if node.id in TYPES else "")
    if isinstance(node, ast.Attribute) and (base := dotted(node.value, origin)):
        return f"{base}.{node.attr}"
    return ""


def spelled(module: ast.Module, words: frozenset[str]) -> Iterator[Finding]:
    """The ledger's words are spelled in book/text/vocabulary.py and nowhere else."""
    for node in nodes(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in words:
            yield node.lineno, f"spells {node.value!r}"


def finding_codes(text: str) -> set[str]:
    return set(re.findall(r"\bKKD-[A-Z]\d{2}\b", text))


def day_formats(text: str) -> Iterator[Finding]:
    """Find the format of German days, which only `german.py` spells."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "%d.%m.%Y" in line:
            yield number, "spells the format of a day: german.day"


PRONOUNS = frozenset({"one", "told", "held", "found", "known", "these", "those", "this", "that"})


def pronouns(module: ast.Module) -> Iterator[Finding]:
    """Find what bears a pronoun or a participle for a name where a noun belongs: `line`, `party`, `finding`."""
    for node in nodes(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                pass
            case ast.FunctionDef(name=name) | ast.MatchAs(name=str(name)) | ast.ExceptHandler(name=str(name)):
                pass
            case _:
                continue
        if name in PRONOUNS:
            yield getattr(node, "lineno", 1), f"{name!r} names no thing: take the noun"


OLD_WORDS = {  # a word in a name -> the field's term that took its place (docs/glossary.md)
    "unclear": "suspense",
    "placement": "match",
    "advice": "notification (camt.054), remedy (of a finding)",
    "beside": "supplement, or what lies there",
    "mould": "pattern",
    "standing_order": "general_order; a standing order is a Dauerauftrag",
    "own_account": "dedicated_account",
    "common_account": "pooled_account",
}
ALONE = {  # a name that does not say what of
    "Chain": "SealChain, StatementChain",
    "Link": "SealLink",
    "Order": "Authorisation",
    "Press": "DocumentMaker",
    "Made": "MadeDocument",
    "Known": "what is known",
    "Held": "what is kept",
    "Column": "ByMember",
}
FILE_KEYS = frozenset({"unclear_in", "unclear_out"})  # roles of accounts, as book.toml names them
_OLD = re.compile(r"(?:^|_)(" + "|".join(OLD_WORDS) + r")(?:(?<!beside)s)?(?:_|$)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def old_words(module: ast.Module) -> Iterator[Finding]:
    """Find names that the glossary has given up: one concept has one word in the whole house."""
    for node in nodes(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                pass
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.MatchAs(name=str(name)):
                pass
            case ast.Attribute(attr=name, ctx=ast.Store()):
                pass
            case _:
                continue
        if name in FILE_KEYS:
            continue
        if old := _OLD.search(_HUMP.sub("_", name).lower()):
            yield getattr(node, "lineno", 1), f"{name!r}: say {OLD_WORDS[old[1]]}"
        elif name in ALONE:
            yield getattr(node, "lineno", 1), f"{name!r} does not say what of: {ALONE[name]}"


DOC_LINE_MAX = 120


def long_lines(text: str) -> Iterator[Finding]:
    """Find prose that is wider than a window; tables, code and what cannot be broken may be."""
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        fenced ^= bare.startswith("```")
        whole = bare.startswith(("|", "```", "[", "![", "<", "#")) or " " not in re.sub(r"`[^`]*`", "", bare)
        if len(line) > DOC_LINE_MAX and not fenced and not whole:
            yield number, f"{len(line)} characters; allowed: {DOC_LINE_MAX}"
