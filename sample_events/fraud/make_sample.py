"""Make ``events.ndjson``: three nights of a fraud platform in two regions, run for real.

    python3 make_sample.py [events.ndjson]

Needs Python 3.11, `faketime`, and a package index for pip. Everything else is put in a
temporary folder (about 1 GB) and removed at the end; `--keep FOLDER` works there and keeps it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import kit  # noqa: E402

REQUIREMENTS = (
    "boto3==1.44.8",
    "mlflow==3.17.2",
    "moto[s3,server]==5.2.5",
    "openlineage-python==1.54.0",
    "pandas==3.1.1",
    "scikit-learn==1.9.1",
)
DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
COPIED = "2026-03-04"
PLATFORMS = {"eu": "eu-central-1", "apac": "ap-southeast-1"}
BUCKETS = {
    **{
        f"acme-{kind}-{platform}": region
        for platform, region in PLATFORMS.items()
        for kind in ("landing", "lake", "features", "models", "serving")
    },
    "acme-models-global": "eu-north-1",
    "acme-analytics-us": "us-east-1",
    "acme-scratch": "us-west-2",
}
STORE = "http://127.0.0.1:5711"


@contextmanager
def object_store(programs: Path, env: dict[str, str]) -> Iterator[None]:
    """An S3 server on this machine, with the platform's buckets in their regions."""
    server = subprocess.Popen(
        [str(programs / "moto_server"), "-p", STORE.rsplit(":", 1)[1]],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(STORE, timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        subprocess.run(
            [str(programs / "python"), "-c", MAKE_BUCKETS, json.dumps(BUCKETS)], env=env, check=True
        )
        yield
    finally:
        server.terminate()
        server.wait()


MAKE_BUCKETS = """
import json, os, sys, boto3
for bucket, region in json.loads(sys.argv[1]).items():
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    boto3.client("s3", region_name=region, endpoint_url=os.environ["AWS_ENDPOINT_URL"]).create_bucket(
        Bucket=bucket, **place
    )
"""


def make(work: Path, target: Path) -> None:
    """Run the three nights in a work folder and put the log in place."""
    programs = kit.virtual_environment(work / "venv", *REQUIREMENTS)
    log = work / "events.ndjson"
    for old in (log, *work.glob("mlflow-*.db")):
        old.unlink(missing_ok=True)
    common = kit.environment(
        programs,
        HOME=str(work),
        PYTHONDONTWRITEBYTECODE="1",
        AWS_ENDPOINT_URL=STORE,
        MLFLOW_S3_ENDPOINT_URL=STORE,
        AWS_ACCESS_KEY_ID="made-up",
        AWS_SECRET_ACCESS_KEY="made-up",  # noqa: S106 - the server takes any
        OPENLINEAGE__TRANSPORT=json.dumps(
            {"type": "file", "log_file_path": str(log), "append": True}
        ),
    )

    def job(when: str, platform: str, region: str, *command: str) -> None:
        env = {
            **common,
            "PLATFORM": platform,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "MLFLOW_TRACKING_URI": f"sqlite:///{work}/mlflow-{platform}.db",
        }
        if kit.run_at(when, ["python", *command], folder=HERE / "jobs", env=env) != 0:
            raise SystemExit(f"{when}: {' '.join(command)} of {platform} failed")

    with object_store(programs, common):
        for day in DAYS:
            for platform, region in PLATFORMS.items():
                at = f"{day} 0{1 if platform == 'apac' else 2}"
                job(f"{at}:00:00", platform, region, "landing.py", day)
                steps = ["ingest", "build_features", "train"]
                if platform == "apac":
                    steps.insert(2, "dump_for_debugging")
                for minute, step in enumerate(steps, start=1):
                    job(f"{at}:{minute}0:00", platform, region, "regional.py", step)
            job(f"{day} 03:00:00", "global", "eu-north-1", "shared.py", "aggregate")
            for platform, region in PLATFORMS.items():
                job(f"{day} 03:10:00", platform, region, "regional.py", "deploy")
                job(f"{day} 03:20:00", platform, region, "regional.py", "score")
            job(f"{day} 04:00:00", "analytics", "eu-central-1", "shared.py", "count_frauds")
            if day == COPIED:
                job(f"{day} 10:15:00", "analytics", "us-east-1", "shared.py", "copy_for_review")
    kit.finish(log, target, renames={str(work): "/srv"})


if __name__ == "__main__":
    kit.main(make, HERE, __doc__)
