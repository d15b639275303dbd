"""Figures as a table in markdown, and the file that keeps the last ones."""
import platform
import re
import statistics
import subprocess
import time

from contenders import CORES, PYTHON, program, python_has

HEAD = """# Results

What `make bench` has printed, the last time for each part. Only the ratios
mean anything: they come from one run, in which all took turns on one machine.
"""

# Lightcone against each yardstick, and what is aimed at.
TARGETS = {"Constant": 0.85, "FastAPI": 3.0, "PHP-FPM": 1.7}
CGI_TARGET = 2.5


def median(rounds, field):
    return statistics.median(r[field] for r in rounds)


def errors(rounds):
    return sum(r["status"] + r["socket"] + r["timeout"] for r in rounds)


def version(*command):
    """The first line in which a program says its version."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "?"
    return ((done.stdout or done.stderr).strip() or "?").splitlines()[0]


def word(text, pattern):
    found = re.search(pattern, text)
    return found.group(1) if found else "?"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{model}, {CORES} cores, Linux {platform.release()}"


def python_versions(*packages):
    said = [version(PYTHON, "-V")]
    for package in filter(python_has, packages):
        said.append(f"{package} " + version(
            PYTHON, "-c", f"import {package}; print({package}.__version__)"))
    return said


def versions(names, php):
    """Of what took part."""
    said = ["Lighttpd " + word(version(program("lighttpd"), "-v"),
                               r"/([\d.]+)"),
            "wrk " + word(version("wrk", "-v"), r"([\d.]+\S*)")]
    if "FastAPI" in names:
        said += python_versions("fastapi", "uvicorn", "uvloop", "httptools")
    if "PHP-FPM" in names:
        said.append("PHP " + word(version(php, "-v"), r"PHP ([\d.]+)"))
    return ", ".join(said)


def table(figures):
    """One line for each contender: figures[name] is a list of rounds."""
    lines = ["| program | requests/s | p50 ms | p99 ms | errors "
             "| Lightcone is | aim |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    ours = figures.get("Lightcone")
    for name, rounds in figures.items():
        rate, bad = median(rounds, "rate"), errors(rounds)
        ratio = aim = ""
        if name in TARGETS and ours:
            aim = f"≥ {TARGETS[name]}"
            if bad or errors(ours):
                ratio = "void: errors"
            else:
                ratio = f"{median(ours, 'rate') / rate:.2f} times"
        lines.append(f"| {name} | {rate:,.0f} "
                     f"| {median(rounds, 'p50_us') / 1000:.2f} "
                     f"| {median(rounds, 'p99_us') / 1000:.2f} "
                     f"| {bad} | {ratio} | {aim} |")
    return "\n".join(lines)


def cgi_table(lightcone_ms, constant_ms):
    return "\n".join([
        "| plain CGI | CPU ms per request | ratio | aim |",
        "| --- | ---: | ---: | ---: |",
        f"| a C program that prints a constant | {constant_ms:.2f} | | |",
        f"| lightcone.cgi | {lightcone_ms:.2f} "
        f"| {lightcone_ms / constant_ms:.2f} | ≤ {CGI_TARGET} |"])


def today():
    return time.strftime("%Y-%m-%d", time.gmtime())


def save(path, heading, text):
    """Replaces one `## heading` of the file, and leaves all others."""
    try:
        with open(path) as f:
            kept = f.read()
    except FileNotFoundError:
        kept = HEAD
    parts = re.split(r"(?m)^(?=## )", kept)
    section = f"## {heading}\n\n{text.strip()}\n"
    for i, part in enumerate(parts):
        if part.startswith(f"## {heading}\n"):
            last = i == len(parts) - 1
            parts[i] = section if last else section + "\n"
            break
    else:
        parts[-1] = parts[-1].rstrip("\n") + "\n\n"
        parts.append(section)
    with open(path, "w") as f:
        f.write("".join(parts))
