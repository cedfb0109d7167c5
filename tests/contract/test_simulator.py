"""The simulator of the contact centre is a stranger: it can't know more of the service than its contract says."""

import subprocess
import sys

LOADED = """
import sys
import casemgmt.simulate.command_line
ours = {"api", "casemgmt", "rules"}
print(*sorted(name for name in sys.modules if name.partition(".")[0] in ours))
"""


def test_the_simulator_loads_nothing_of_the_service() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "casemgmt.simulate.playing" in loaded
    assert [name for name in loaded if name != "casemgmt" and not name.startswith("casemgmt.simulate")] == []
