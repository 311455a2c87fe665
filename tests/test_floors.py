"""The house of kgan: who may import whom, how long a file is, where its test stands."""

import ast
import functools
import pathlib

import pytest

import kgan

PACKAGE = pathlib.Path(kgan.__file__).parent
TESTS = pathlib.Path(__file__).parent

# A module imports only from the floors below its own and from its own room, a folder
# of `kgan/`.
FLOORS = (
    {"core"},
    {"layers", "augment", "data", "distribute"},
    {"engine", "models"},
    {"losses", "latents"},
    {"export", "metrics"},
    {"games"},
    {"tabular"},
    {"callbacks", "recipes", "published"},
    {"runs", "report"},
    {"cli"},
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# What a room may import besides itself, where it is less than all floors below it.
NARROW = {
    "engine": {"core", "distribute"},
    "games": set(FLOOR_OF) - {"models", "data", "callbacks"},
}
# These rooms reach a game through `engine.interface` alone, and read nothing that only
# some games have.
OF_ANY_GAME = {"export", "metrics", "report", "callbacks", "cli"}
OF_SOME_GAMES = {
    *("generator", "discriminator", "ema_generator", "augmentation"),
    *("generator_optimizer", "discriminator_optimizer", "discriminator_steps"),
    *("prior", "latent_dim", "num_classes", "data_classes", "adversarial_loss"),
    *("sampler", "chosen_sampler", "raw_sampler", "averaged_sampler", "scorer"),
}
# Modules for games of latents: they ask `games.generative.Generative`.
OF_LATENTS = {"cli.generate", "report.explore", "report.subject"}
# `num_classes` of data sources, extractors and examples, and not of a game.
OF_DATA = {
    "cli.data",
    "metrics.class_agreement",
    "metrics.labels",
    "metrics.registry",
    "metrics.measure",
    "report.projection",
    "report.samples",
}
# Loaded inside the functions that use them: `import kgan` costs what Keras costs.
HEAVY = {
    *("matplotlib", "scipy", "sklearn", "PIL", "tensorflow_datasets", "gradio"),
    *("huggingface_hub", "pandas", "pyarrow"),
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
MAX_LINES = 400
MAX_LINES_WITHOUT_DOCSTRING = 60


def _name(path):
    """`kgan/data/toys.py` as `data.toys`, `kgan/data/__init__.py` as `data`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
del MODULES[""]  # `kgan/__init__.py` stands above all: it names what is public


def _room(name):
    return name.partition(".")[0]


@functools.cache
def _tree(name):
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def _imports(nodes):
    """Full names of what is imported: `from kgan import seeds` is `kgan.seeds`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_level(tree):
    """All nodes that run on import: neither in functions nor for type checkers."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        for_checkers = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(
            node.test
        )
        if not for_checkers and not isinstance(node, FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(node))


def _own_imports(name, nodes):
    """Modules of kgan that a module imports."""
    for imported in _imports(nodes):
        top, _, rest = imported.partition(".")
        if top != "kgan":
            continue
        while rest and rest not in MODULES:  # a name inside of a module
            rest = rest.rpartition(".")[0]
        if rest:
            yield rest
        else:  # the package itself, which stands above all rooms but the uppermost
            message = f"{name} imports {imported}, the whole package"
            assert _room(name) in FLOORS[-1], message


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down(name):
    for other in _own_imports(name, ast.walk(_tree(name))):
        if _room(other) != _room(name):
            message = f"{name} imports {other}, which does not stand below it"
            assert FLOOR_OF[_room(other)] < FLOOR_OF[_room(name)], message


def test_no_cycles():
    edges = {
        name: set(_own_imports(name, _module_level(_tree(name)))) - {name}
        for name in MODULES
    }
    while free := {name for name, others in edges.items() if not others & edges.keys()}:
        edges = {name: others for name, others in edges.items() if name not in free}
    assert edges == {}, f"these import each other in a circle: {sorted(edges)}"


def test_every_room_has_a_floor():
    assert {_room(name) for name in MODULES} <= FLOOR_OF.keys()


@pytest.mark.parametrize("room", NARROW)
def test_narrow_rooms_import_what_they_may(room):
    reached = {
        (name, other)
        for name in MODULES
        if _room(name) == room
        for other in _own_imports(name, ast.walk(_tree(name)))
    }
    wrong = {pair for pair in reached if _room(pair[1]) not in {room, *NARROW[room]}}
    assert not wrong


def _attributes(tree):
    """Yields pairs: the source of an object, and an attribute of it that is read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node.value), node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            *("getattr", "hasattr", "setattr"),
        ):
            yield from (
                (ast.unparse(node.args[0]), text.value)
                for text in node.args[1:]
                if isinstance(text, ast.Constant)
            )


def _of_some_games(name):
    """Pairs of `_attributes` that only some games have."""
    if name in OF_LATENTS or name.startswith("callbacks.theory."):
        return set()
    found = {pair for pair in _attributes(_tree(name)) if pair[1] in OF_SOME_GAMES}
    if name not in OF_DATA and not name.startswith("metrics.features."):
        return found
    return {
        (owner, attribute)
        for owner, attribute in found
        if attribute != "num_classes" or owner.rpartition(".")[2] in GAMES
    }


# Names of variables that hold a game.
GAMES = {"gan", "game", "model"}


@pytest.mark.parametrize("name", [n for n in MODULES if _room(n) in OF_ANY_GAME])
def test_any_game_is_asked_through_the_interface(name):
    assert _of_some_games(name) == set()


def test_modules_that_may_ask_more_still_do():
    for name in OF_LATENTS | OF_DATA:
        assert {a for _, a in _attributes(_tree(name))} & OF_SOME_GAMES, name


@pytest.mark.parametrize("name", ["engine.interface", "engine.symptom"])
def test_the_interface_knows_no_game(name):
    words = ("discriminator", "generator", "latent", "label")
    text = MODULES[name].read_text("utf-8").lower()
    assert [word for word in words if word in text] == []


def test_the_engine_speaks_of_no_game():
    for path in sorted((PACKAGE / "engine").rglob("*.py")):
        text = path.read_text(encoding="utf-8").lower()
        for word in ("discriminator", "generator", "latent", "label"):
            assert word not in text, f"{path.name} speaks of a {word}"


def test_there_are_nineteen_rooms_on_ten_floors():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == FLOOR_OF.keys()
    assert (len(rooms), len(FLOORS)) == (19, 10)


@pytest.mark.parametrize("name", MODULES)
def test_import_is_cheap_and_of_public_names(name):
    on_import = {i.partition(".")[0] for i in _imports(_module_level(_tree(name)))}
    assert not on_import & HEAVY
    for imported in _imports(ast.walk(_tree(name))):
        assert "pyplot" not in imported
        assert not imported.startswith(("keras.src", "tensorflow.python"))
    assert "keras.src" not in MODULES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_files_and_functions_are_short(name):
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_LINES
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            begin = node.body[min(1, len(node.body) - 1)] if documented else first
            length = node.end_lineno - begin.lineno + 1
            assert length <= MAX_LINES_WITHOUT_DOCSTRING, f"{node.name}: {length} lines"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_its_test(name):
    *folders, stem = name.split(".")
    if MODULES[name].name == "__init__.py" or stem == "__main__":
        return  # they name or start what stands in other modules
    if not any(isinstance(n, (*FUNCTIONS, ast.ClassDef)) for n in _tree(name).body):
        return  # it holds values alone, a recipe: its room's tests read all of them
    folder = TESTS.joinpath(*folders)
    assert [*folder.glob(f"test_{stem}.py"), *folder.glob(f"test_{stem}_*.py")], (
        f"tests/{'/'.join(folders)} has no test_{stem}.py"
    )
