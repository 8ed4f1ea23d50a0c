"""The prompt of the simulators: commands by name, from a person or from a script."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from local.simulators.events import Event, EventLog

QUIT = {"quit", "exit", "q"}


class UsageError(Exception):
    """A command line cannot be understood."""


def split_script(script: str) -> list[list[str]]:
    """Return the commands of a script such as `plug,tap:TAG,wait:5`, each with its arguments."""
    return [part.strip().split(":") for part in script.split(",") if part.strip()]


async def run_command(commands: Mapping[str, Callable[..., Awaitable[str | None]]], words: list[str]) -> None:
    """Run one command and print what it returns. Raises UsageError for unknown names and wrong arguments."""
    name, *arguments = words
    if name not in commands:
        raise UsageError(f"unknown command {name!r}; known are: {', '.join(commands)}, quit")
    try:
        answer = await commands[name](*arguments)
    except (TypeError, ValueError, KeyError) as error:
        raise UsageError(f"{name}: {error}") from error
    if answer:
        print(answer, flush=True)


async def run_script(commands: Mapping[str, Callable[..., Awaitable[str | None]]], script: str) -> None:
    """Run the commands of a script in order, up to `quit`."""
    for words in split_script(script):
        if words[0] in QUIT:
            return
        await run_command(commands, words)


async def run_prompt(
    commands: Mapping[str, Callable[..., Awaitable[str | None]]], errors: tuple[type[Exception], ...]
) -> None:
    """Read commands from the standard input until `quit` or its end; `errors` are shown and survived."""
    print(f"commands: {', '.join(commands)}, quit", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        words = line.split()
        if not words:
            continue
        if words[0] in QUIT:
            return
        try:
            await run_command(commands, words)
        except UsageError as error:
            print(f"! {error}", flush=True)
        except errors as error:
            print(f"! {error}", flush=True)


async def wait_real(seconds: str) -> None:
    """Wait for real seconds."""
    await asyncio.sleep(float(seconds))


def print_events(log: EventLog, hidden: set[str]) -> None:
    """Print every new event whose kind is not `hidden`."""

    def show(event: Event) -> None:
        if event.kind not in hidden:
            print(str(event), flush=True)

    log.listeners.append(show)
