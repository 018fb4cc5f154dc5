"""`mailhub demo`: the invented town, until interrupted."""

import logging
import signal
import sys
import tempfile
import threading
from pathlib import Path

import click

from mailhub.cli.firstrun import prepare
from mailhub.sandbox.demo import town


@click.command("demo", help="An invented town to try; nothing leaves this machine, and nothing of it is kept.")
@click.option("--language", type=click.Choice(["it", "en"]), default="it", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Of the page; 0 takes a free one.")
def command(language: str, port: int) -> None:
    stopping = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(kind, lambda *_: stopping.set())
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(levelname)s %(name)s %(message)s")
    click.echo("The town is waking up …", err=True)
    with (
        tempfile.TemporaryDirectory(prefix="mailhub-demo-") as folder,
        town(Path(folder), language, port, prepare, stopping) as address,
    ):
        if not stopping.is_set():
            click.echo(f"Open {address}\nStop with Ctrl-C; the town is forgotten then.")
            sys.stdout.flush()
        stopping.wait()


COMMANDS = {"demo": command}
