"""
From a bare checkout to a running portal, with nothing but Python: demo, test, setup, bench.

Standard library only, in syntax that Python 3.6 still parses, so that an old Python is told what
is missing instead of being shown a syntax error. Every step looks first and does nothing twice.
"""

import ctypes
import glob
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

NEEDS = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ACCORD = VENV / "bin" / "accord"
RUNTIME = ROOT / "requirements.txt"
ROOM_FOR_TESTS = 6 * 1024**3  # bytes; they take about a third of it
DEVELOPMENT = ROOT / "requirements-dev.txt"  # contains all of RUNTIME, at the same versions

USAGE = """usage: python3 bootstrap.py demo|test|setup|bench

  demo    set up, load the demo company and serve it (PORT=8000)
  test    set up and run every check; with arguments, only pytest with these
  setup   prepare .venv with .venv/bin/accord, and stop
  bench   set up and run the benchmarks
"""

# What would send packages elsewhere, bring foreign ones in, or compile all of them at every start.
UNWANTED = (
    "PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH VIRTUAL_ENV PIP_CONSTRAINT PIP_PREFIX "
    "PIP_REQUIREMENT PIP_TARGET UV_CONSTRAINT UV_OVERRIDE UV_PYTHON UV_TARGET"
).split()

# WeasyPrint draws with these; harfbuzz-subset makes a Chinese PDF forty times faster.
PDF_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# The shell is the same engine without a window, and far quicker; not every system has it.
SHELL, WINDOWED = "chromium-headless-shell", "chromium"
BROWSERS = (SHELL, WINDOWED, "chromium-browser", "google-chrome", "google-chrome-stable")


class Failed(Exception):
    """A step that cannot be taken; its text says what to do."""


class NotHere(Failed):
    """A way that this machine does not offer; not worth a word while another one works."""


def say(text):
    print("accord: " + text, file=sys.stderr, flush=True)


def environment():
    clean = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    clean.update(PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    return clean


def run(*command):
    subprocess.run([str(part) for part in command], cwd=str(ROOT), env=environment(), check=True)


def begin(*command):
    """Starts what may fail: whoever needs it does it again and says why."""
    words = [str(part) for part in command]
    with open(os.devnull, "r+b") as nowhere:
        said = {"stdin": nowhere, "stdout": nowhere, "stderr": nowhere}
        return subprocess.Popen(words, cwd=str(ROOT), env=environment(), **said)


def succeeds(*command):
    try:
        run(*command)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def become(*command, **more):
    """Replace this process; the first word is a full path, or the environment would be lost."""
    words = [str(part) for part in command]
    env = environment()
    env.update(more)
    os.chdir(str(ROOT))
    sys.stdout.flush()
    os.execve(words[0], words, env)


# ── the virtual environment ──────────────────────────────────────────────────


def stamp_of(lock):
    """Changes with the lock, the project's metadata, the Python and the folder."""
    digest = hashlib.sha256()
    for part in (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes()):
        digest.update(part)
    digest.update((sys.version + str(ROOT)).encode("utf-8"))
    return digest.hexdigest()


def stamp_file(lock):
    return VENV / (lock.stem + ".stamp")


def is_filled(lock):
    file = stamp_file(lock)
    return PYTHON.exists() and file.exists() and file.read_text() == stamp_of(lock)


def is_sound():
    """Whether .venv is a working environment in this very folder, of a Python that will do."""
    asked = "import sys; sys.exit(sys.version_info < {} or sys.prefix != {!r})"
    return PYTHON.exists() and succeeds(PYTHON, "-c", asked.format(NEEDS, str(VENV)))


def make_venv(*command):
    if not is_sound():
        if VENV.exists():
            shutil.rmtree(str(VENV))
        run(*command)


def fill(lock, *installer):
    run(*(installer + ("--require-hashes", "-r", lock)))
    run(*(installer + ("--no-deps", "--no-build-isolation", "-e", ROOT)))


def with_uv(lock):
    uv = shutil.which("uv")
    if uv is None:
        raise NotHere("uv is not installed")
    make_venv(uv, "venv", "--quiet", "--python", sys.executable, VENV)
    fill(lock, uv, "pip", "install", "--quiet", "--python", PYTHON)


def with_outside_pip(lock):
    if not succeeds(sys.executable, "-c", "import pip"):
        raise NotHere("this Python has no pip")
    make_venv(sys.executable, "-m", "venv", "--without-pip", VENV)
    fill(lock, sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet")


def with_ensurepip(lock):
    if not succeeds(sys.executable, "-c", "import ensurepip"):
        raise NotHere("this Python has no ensurepip")
    shutil.rmtree(str(VENV), ignore_errors=True)
    make_venv(sys.executable, "-m", "venv", VENV)
    fill(lock, PYTHON, "-m", "pip", "install", "--quiet")


def fill_venv(lock):
    if is_filled(lock):
        return
    say("installing " + lock.name + " into .venv (a minute or two the first time)")
    for way in (with_uv, with_outside_pip, with_ensurepip):
        try:
            way(lock)
        except NotHere:
            continue
        except (OSError, subprocess.CalledProcessError) as error:
            say("installing {} failed ({})".format(way.__name__.replace("_", " "), error))
        else:
            stamp_file(lock).write_text(stamp_of(lock))
            return
    raise Failed(
        "the packages could not be installed; check the network or the mirror settings of uv and "
        "pip, and that python3 has pip (Debian: apt install python3-pip), then run this again"
    )


# ── what the machine brings ──────────────────────────────────────────────────


def is_missing(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def missing_for_pdf():
    if not sys.platform.startswith("linux"):
        return []
    return [package for library, package in PDF_LIBRARIES.items() if is_missing(library)]


def missing_for_tests():
    packages = []
    named = os.environ.get("ACCORD_TEST_BROWSER")
    if not named and not any(shutil.which(name) for name in BROWSERS):
        packages.append(SHELL)
    if sys.platform.startswith("linux") and is_missing("libatomic.so.1"):
        packages.append("libatomic1")  # Playwright's driver needs it
    server = glob.glob("/usr/lib/postgresql/*/bin/initdb") or shutil.which("initdb")
    if not server and "ACCORD_TEST_DATABASE_URL" not in os.environ:
        packages.append("postgresql")
    return packages


def install_with_apt(packages):
    options = ["-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    env = dict(environment(), DEBIAN_FRONTEND="noninteractive")
    for words in (["update"], ["install"] + packages):
        command = ["apt-get"] + options + words
        with open(os.devnull, "wb") as nowhere:  # even with -qq apt prints hundreds of lines
            if subprocess.call(command, stdout=nowhere, env=env) != 0:
                return False
    return True


def ask_machine_for(packages, purpose):
    """Installed where we may; otherwise told in one line, and we go on without."""
    if not packages:
        return
    names = " ".join(packages)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing for {}: {}".format(purpose, names))
        if install_with_apt(packages):
            return
        packages = [WINDOWED if name == SHELL else name for name in packages]
        if SHELL in names and install_with_apt(packages):
            return
        names = " ".join(packages)
    say("{} will not work until you run: sudo apt-get install {}".format(purpose, names))


# ── what is asked for ────────────────────────────────────────────────────────


def free_port():
    """The port to serve on; a busy one is told now rather than after the demo is loaded."""
    port = os.environ.get("PORT", "8000")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Failed("PORT must be a number from 1 to 65535, not " + port)
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(port)))
    except OSError:
        raise Failed("port {} is in use, try PORT={}".format(port, int(port) % 65535 + 1))
    finally:
        probe.close()
    return port


def setup():
    fill_venv(DEVELOPMENT if is_filled(DEVELOPMENT) else RUNTIME)
    ask_machine_for(missing_for_pdf(), "PDF")


def setup_for_tests():
    fill_venv(DEVELOPMENT)
    ask_machine_for(missing_for_pdf(), "PDF")
    ask_machine_for(missing_for_tests(), "some tests")


def demo_settings(port):
    """All of the demo in a folder of its own, its mails on a page, its links on this machine."""
    return {
        "ACCORD_DEMO": "1",
        "ACCORD_INSTANCE": "instance/demo",
        "ACCORD_MAIL_URL": "mailbox:",
        "ACCORD_PUBLIC_URL": "http://127.0.0.1:" + port,
    }


def demo():
    port = free_port()
    setup()
    for name, value in demo_settings(port).items():
        os.environ.setdefault(name, value)
    run(ACCORD, "demo")
    become(ACCORD, "serve", "--port", port)


def workers():
    """More than there are cores: while one waits for a browser or a database, another works."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)) + 1, 4)
    return min((os.cpu_count() or 1) + 1, 4)


def work_in_memory():
    """Lets tests keep their thousands of small databases in memory, where there is room for it."""
    folder = Path("/dev/shm")
    if "TMPDIR" not in os.environ and folder.is_dir() and os.access(folder, os.W_OK):
        if shutil.disk_usage(folder).free > ROOM_FOR_TESTS:
            os.environ["TMPDIR"] = str(folder)


def not_passed(checks):
    """The names of the checks that fail."""
    failed = []
    for check in checks:
        name = " ".join([Path(str(check[0])).name] + [str(word) for word in check[1:]])
        say(name)
        if not succeeds(*check):
            failed.append(name)
    return failed


def test(*arguments):
    setup_for_tests()
    work_in_memory()
    pytest = (PYTHON, "-m", "pytest")
    if arguments:
        become(*(pytest + arguments))
    tools = VENV / "bin"
    checks = (
        (tools / "ruff", "check", "--quiet"),
        (tools / "ruff", "format", "--check", "--quiet"),
        (tools / "mypy", "--no-error-summary"),
        (tools / "lint-imports", "--no-logo"),
    )
    with tempfile.TemporaryDirectory(prefix="accord-tests-") as ahead:
        os.environ["ACCORD_TEST_AHEAD"] = ahead
        making_ready = begin(PYTHON, "-m", "tests.ahead", ahead)
        failed = not_passed(checks)  # on one core; the other one makes ready
        making_ready.wait()
        failed += not_passed([pytest + ("-q", "-n", str(workers()))])
    if failed:
        raise Failed("not passed: " + "; ".join(failed))
    say("all checks passed")


def bench(*arguments):
    setup_for_tests()
    become(PYTHON, "-m", "tests.benchmarks.run_all", *arguments)


def main(words):
    if sys.version_info < NEEDS:
        raise Failed(
            "Accord needs Python {}.{} or newer; this is {}".format(
                NEEDS[0], NEEDS[1], sys.version.split()[0]
            )
        )
    if os.name != "posix":
        raise Failed("Accord runs on Linux and macOS; on Windows use WSL")
    tasks = {"demo": demo, "test": test, "setup": setup, "bench": bench}
    if not words or words[0] not in tasks or (len(words) > 1 and words[0] in ("demo", "setup")):
        sys.stderr.write(USAGE)
        return 2
    os.chdir(str(ROOT))
    tasks[words[0]](*words[1:])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as error:
        say(str(error))
        sys.exit(1)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    except KeyboardInterrupt:
        sys.exit(130)
