"""The command ``service-engine``: one module for each of its commands.

::

    service-engine bootstrap      found an organisation: roles, an administrator, an API token
    service-engine employee add   hire somebody
    service-engine folder add     make a folder for the catalogue of services
    service-engine coupon add     make a coupon, which invoices can then name
    service-engine serve          the reference API
    service-engine db             make or check the tables
    service-engine demo           one client's story, from a proposal to a paid invoice, told in the terminal
    service-engine diagram        draw a lifecycle from its table

A command is a module with ``add_to(commands)``, which adds its parser, and ``run(options)``, which returns the exit
code. What goes wrong is raised; only ``main`` turns an error into a sentence. Exit codes: 0 done, 1 refused, 2 wrong
usage.

Source: design section 9.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from service_engine.cli import arguments, terminal
from service_engine.cli.failures import explain

__all__ = ["main"]

_INTERRUPTED = 130  # what a shell reports of a command that was stopped with Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The words after ``service-engine``; those of this process when None.

    Returns:
        The exit code: 0 done, 1 refused (one line on stderr says why), 2 wrong usage.

    Example:
        >>> main(["diagram", "ticket"])
        ticket (starts as Open)
          Open    -> Pending, Closed
          Pending -> Open, Closed
          Closed  -> Open, Pending
        0
    """
    terminal.accept_any_encoding(sys.stdout)
    terminal.accept_any_encoding(sys.stderr)
    try:
        options = arguments.parser().parse_args(argv)
        code: int = options.run(options)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse, or the server, has said what it had to say
        return int(stop.code or 0)
    except BrokenPipeError:
        return _leave_quietly()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        print(f"service-engine: {sentence}", file=sys.stderr)
        return 1
    return code


def _leave_quietly() -> int:
    # Whoever read our output has gone (``| head``). Python would complain once more when it flushes stdout at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
