"""The command line: parses arguments, calls one plain function each, imports nothing heavy before a command runs."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

HELP = "Cell doses, routes, schedules, lab thresholds, ages, cell products and conditions out of trial registry text."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Files, folders, globs, archives; or - for standard input."),
]
Model = Annotated[
    str, typer.Option(help="What tags conditions: default, accurate, none (vocabulary only), or a model's folder.")
]
Labels = Annotated[str | None, typer.Option(help="Only these labels, separated by commas (CELL_DOSE,AGE).")]


def main() -> None:
    """Console script. Exit code 0: all done; 1: some inputs failed; 2: wrong use."""
    from extractor.errors import ExtractorError, UsageError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may lack ≥
    try:
        app()
    except UsageError as error:
        print(f"extractor: {error}", file=sys.stderr)
        sys.exit(2)
    except ExtractorError as error:
        print(f"extractor: {error.code}: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our standard output has gone (`| head`): nothing more to say, also not at interpreter exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        print(f"extractor: {error.filename or 'system'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)


def _print_version(wanted: bool) -> None:
    if wanted:
        from extractor import __version__

        print(__version__)
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback()
def _root(version: Version = False) -> None:
    pass


@app.command()
def annotate(
    inputs: Inputs,
    out: Annotated[
        str | None, typer.Option("-o", "--out", help="Output file (brat: folder). Default: standard output.")
    ] = None,
    format: Annotated[
        str, typer.Option(help="jsonl, json (one array), brat; a row a span: csv, parquet, duckdb.")
    ] = "jsonl",
    labels: Labels = None,
    offset_unit: Annotated[str, typer.Option(help="What offsets count: codepoint, utf16 or utf8.")] = "codepoint",
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    texts: Annotated[str | None, typer.Option(help="Folder for the texts and where their fields come from.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run that was cut short stopped.")] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first input that fails.")] = False,
    progress: Annotated[bool, typer.Option(help="Show progress.")] = True,
    table: Annotated[bool, typer.Option("--table", help="Print a readable table instead.")] = False,
    model: Model = "default",
) -> None:
    """Annotate texts."""
    from extractor import commands

    if table:
        _finish(commands.show(inputs, _labels(labels), model))
    failed = commands.annotate(
        inputs, out, format, _labels(labels), offset_unit, workers, texts, resume, fail_fast, progress, model
    )
    _finish(failed)


@app.command()
def show(inputs: Inputs, labels: Labels = None, model: Model = "default") -> None:
    """Print a table: original wording, what was read, value in words, warnings."""
    from extractor import commands

    _finish(commands.show(inputs, _labels(labels), model))


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Option(metavar="PATH", help="Gold: a folder of brat pairs, or a format of convert.")],
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Score these (any format) instead of running the extractor.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another run's predictions to compare with.")
    ] = None,
    labels: Labels = None,
    min: Annotated[
        list[str] | None, typer.Option(metavar="FIGURE=X", help="Exit with 1 below this: CELL_DOSE.value_f1=0.93.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all figures and errors as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the error report.")] = None,
    format: Annotated[str | None, typer.Option(help="Format of the gold, where it is not recognised.")] = None,
    map: Annotated[Path | None, typer.Option(metavar="FILE", help="Names of the gold to ours: TOML or CSV.")] = None,
    corpus: Annotated[
        str | None, typer.Option(help="The gold is this public corpus: lct, chia, bc5cdr, ncbi, neurotrialner, phee.")
    ] = None,
    model: Model = "default",
) -> None:
    """Measure the extractor, or predictions of anything, on gold annotations."""
    from extractor.evaluate.commands import run_evaluate

    _finish(
        run_evaluate(gold, predictions, against, _labels(labels), min or (), json, html, format, map, corpus, model)
    )


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN")],
    out: Annotated[Path, typer.Argument(metavar="OUT")],
    to: Annotated[str, typer.Option(help="brat, labelstudio, doccano, inception, prodigy, docbin or document.")],
    format: Annotated[str | None, typer.Option("--from", help="Format of IN; default: recognised by content.")] = None,
    map: Annotated[Path | None, typer.Option(metavar="FILE", help="Old names to new ones: TOML or CSV.")] = None,
    texts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Texts (ID.txt) of Documents, which hold none.")
    ] = None,
) -> None:
    """Convert annotations between tools; says what the other format cannot hold."""
    from extractor.evaluate.commands import run_convert

    _finish(run_convert(source, out, to, format, map, texts))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
    model: Annotated[
        str | None, typer.Option(help="As for annotate; default: TRIAL_EXTRACTOR_MODEL, or default.")
    ] = None,
) -> None:
    """Serve HTTP: the page on /, the API under /v1, its description on /docs."""
    from extractor import commands

    commands.serve(host, port, workers, model)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a Document."""
    from extractor import commands

    sys.stdout.buffer.write(commands.schema())


@app.command()
def info(model: Model = "default") -> None:
    """Print versions, model, rules and labels as JSON."""
    import json

    from extractor import commands

    print(json.dumps(commands.info(model), indent=2))


def _labels(option: str | None) -> list[str] | None:
    return [name.strip().upper() for name in option.split(",") if name.strip()] if option else None


def _finish(failed: int) -> None:
    raise typer.Exit(1 if failed else 0)
