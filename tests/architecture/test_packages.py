"""Our packages are ours: another installed package named `shared` must not stand before them."""

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import services
import shared

ROOT = Path(__file__).resolve().parents[2]


def test_shared_and_services_come_from_this_project() -> None:
    assert Path(str(shared.__file__)).parent == ROOT / "shared"
    assert Path(str(services.__file__)).parent == ROOT / "services"


def test_the_distribution_names_its_command_and_its_extractor() -> None:
    points = {(point.group, point.name) for point in distribution("salname").entry_points}
    assert ("console_scripts", "salname") in points
    assert ("salname.extractors", "rules") in points


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_help_answers_without_loading_the_services() -> None:
    code = "import services.cli, sys; print([m for m in ('fastapi', 'sqlalchemy', 'trafilatura', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
