"""CPU time and memory of processes as the kernel accounts for them (/proc; see proc(5))."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICK = 1.0 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Account:
    """One process: its parent, its group, and seconds of CPU (user and system; of children that ended too)."""

    pid: int
    parent: int
    group: int
    seconds: float
    with_ended_children: float


def accounts() -> Iterator[Account]:
    """Every process of this machine."""
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "stat").read_text()
            except OSError:  # it ended while we looked
                continue
            # The program's name stands in parentheses and may hold spaces and parentheses.
            fields = line[line.rindex(")") + 2 :].split()
            own, children = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
            yield Account(int(folder.name), int(fields[1]), int(fields[2]), own * _TICK, (own + children) * _TICK)


def group_cpu(group: int) -> float:
    """Seconds of CPU that the living processes of a group have used."""
    return sum(each.seconds for each in accounts() if each.group == group)


def tree(root: int) -> list[Account]:
    """A process and all its descendants, whatever group or session they are in."""
    children: dict[int, list[Account]] = defaultdict(list)
    found: list[Account] = []
    for each in accounts():
        children[each.parent].append(each)
        if each.pid == root:
            found.append(each)
    for each in found:  # grows while it is walked
        found += children[each.pid]
    return found


def tree_cpu(root: int) -> float:
    """Seconds of CPU of a process, its descendants, and those of them that ended and were waited for."""
    return sum(each.with_ended_children for each in tree(root))


def machine_cpu() -> float:
    """Seconds that all cores together were busy since the machine started, waiting for disks not counted."""
    ticks = [int(text) for text in (_PROC / "stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _iowait, interrupts, soft_interrupts, _stolen = ticks
    return (user + nice + system + interrupts + soft_interrupts) * _TICK


def proportional_set_mib(pid: int) -> float:
    """Memory of one process in MiB, pages shared by several processes divided among them; 0 when it has ended."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
