"""Runs one command and says what it cost: measure.py REPORT.json SECONDS BYTES COMMAND...

Only a small process can tell: what a child is charged for begins with the memory of whoever started it. The command
may take SECONDS and address BYTES; its streams are passed through, and what it cost goes into the report as wall and
CPU seconds, peak resident bytes, and how it ended.
"""

import json
import os
import resource
import signal
import sys
import time


def main() -> None:
    report, seconds, memory, *command = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    late = []

    def stop(*_: object) -> None:
        late.append(True)
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, float(seconds))
    _, status, usage = os.wait4(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    cost = {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * unit,
        "ok": os.waitstatus_to_exitcode(status) == 0,
        "late": bool(late),
    }
    with open(report, "w", encoding="utf-8") as file:
        json.dump(cost, file)


main()
