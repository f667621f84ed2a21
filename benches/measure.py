"""Runs one command and says what it cost: measure.py REPORT.json SECONDS BYTES COMMAND...

Only a small process can tell: what a child is charged for begins with the memory of whoever started it. The command
may take SECONDS of the processor and address BYTES; its streams are passed through, and what it cost goes into the
report as wall and CPU seconds, peak resident bytes, and how it ended.
"""

import json
import os
import resource
import signal
import sys
import time

# How many times its CPU seconds a command may take by the clock on the wall: a busy machine shares, a stuck child waits.
PATIENCE = 4


def main() -> None:
    report, seconds, memory, *command = sys.argv[1:]
    limit = int(seconds)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    late = []

    def stop(*_: object) -> None:
        late.append(True)
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE * limit)
    _, status, usage = os.wait4(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    ended = os.waitstatus_to_exitcode(status)
    cost = {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * unit,
        "ok": ended == 0,
        "late": bool(late) or ended == -signal.SIGXCPU,
    }
    with open(report, "w", encoding="utf-8") as file:
        json.dump(cost, file)


main()
