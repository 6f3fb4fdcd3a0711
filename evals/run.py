"""Do agents write better tests with this skill? Give the agent's command line and see.

    python evals/run.py --agent 'claude -p {prompt} --output-format json --dangerously-skip-permissions'
    python evals/run.py --prove
    python evals/run.py --triggers --agent 'claude -p {prompt} --output-format stream-json --verbose'

Every case is run with and without the skill, three times each, and graded by running what was written.
"""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts"), str(REPOSITORY / "tools")]

from evals.runner.cli import main  # noqa: E402 - the graders use the scripts and the slow mutation reference

if __name__ == "__main__":
    sys.exit(main())
