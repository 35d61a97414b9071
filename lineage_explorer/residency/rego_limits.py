"""Becomes another program, with limits of processor time and memory, that cannot write files.

Started by `rego_engines` as `python -I rego_limits.py CPU MEMORY PROGRAM ARGUMENT...`.
"""

import os
import resource
import sys


def main() -> None:
    """Set the limits, and become the program."""
    cpu, memory = (int(text) for text in sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - what the user named, through no shell


if __name__ == "__main__":
    main()
