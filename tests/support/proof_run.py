"""One run of the standing proof: writers and projectors work, while disasters strike by a seeded schedule."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import psycopg
import redis

from tests.support.oracle import Answered
from tests.support.processes import Service
from tests.support.proof_journal import answered_in, read_lines
from tests.support.proof_processes import CeleryWorker, Executioner, Forked, Nursery, Victim
from tools.processes import tail

WRITER_POINTS = ("after-append", "after-commit")
PROJECTOR_POINTS = ("after-rows", "before-checkpoint-commit")


@dataclass(frozen=True)
class Plan:
    """The size of a run, and the number of disasters of each kind.

    A killed process starts again and is then killed at a failpoint, so that each of these kills counts twice.
    """

    seed: int
    commands: int
    products: int = 24
    writers: int = 4
    writer_kills: int = 8
    follower_kills: int = 4
    pool_kills: int = 4
    worker_kills: int = 1
    terminations: int = 7
    flushes: int = 6
    rebuilds: int = 2
    timeout: float = 300.0
    """Seconds. A run that takes longer fails."""


class Disaster(NamedTuple):
    """A disaster that strikes after `at` commands are answered. `strike` returns whether it struck."""

    at: int
    strike: Callable[[], bool]


@dataclass
class Report:
    """The results of a run. `wrong` has a complaint about each repeated command with another answer."""

    plan: Plan
    answers: list[Answered]
    wrong: list[str]
    kills: Counter[str]
    terminated: Counter[str]
    flushes: int
    seconds: float
    refusals: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.refusals = Counter(answer.refusal for answer in self.answers if answer.refusal)

    def __str__(self) -> str:
        events = sum(len(answer.events) for answer in self.answers)
        lines = [
            f"standing proof, seed {self.plan.seed}: {len(self.answers)} commands in {self.seconds:.1f} s",
            f"{events:6} events, {self.refusals.total()} refusals, the rest changed nothing",
            f"{self.kills.total():6} kill -9",
            *_counts(self.kills),
            f"{self.terminated.total():6} terminated backends",
            *_counts(self.terminated),
            f"{self.flushes:6} FLUSHALL",
        ]
        return "\n".join(lines)


def _counts(counter: Counter[str]) -> Iterator[str]:
    return (f"    {count:4} {kind}" for kind, count in sorted(counter.items()))


class StandingProof:
    """A run. After it all processes have ended without an error, and the projectors are at the head of the log."""

    def __init__(self, plan: Plan, service: Service, database: psycopg.Connection[Any]) -> None:
        self.plan, self.service, self.database = plan, service, database
        self.chance = Random(plan.seed)
        self.executioner = Executioner(database)
        self.flushes = 0
        self.directory = service.directory
        self.nursery = Nursery(service.env, self.directory / "nursery.log")
        self.stop_writing = self.directory / "stop"
        self.progress = Progress(self.directory)
        self.staff, self.users = self._sign_up()
        self.writers = [self._writer(number) for number in range(plan.writers)]
        self.follower = self._management("follower-0", "catch_up_projections", follow=True)
        self.worker = CeleryWorker(service.env, "worker-0", self.directory)
        self.rebuild: Forked | None = None

    def run(self) -> Report:
        started = time.monotonic()
        try:
            for victim in [*self.writers, self.follower]:
                victim.start()
            self.worker.start("after-rows:3")
            self._until(self._is_enough, self._disasters())
            self.stop_writing.touch()
            self._until(lambda: all(writer.ended() == 0 for writer in self.writers))
            self._until(self._is_projected)
            assert [self.follower.stop(), self.worker.stop()] == [0, 0]
        finally:
            self.nursery.close()
            if self.worker.process is not None and self.worker.ended() is None:
                self.worker.stop()
        return self._report(time.monotonic() - started)

    def _until(self, holds: Callable[[], bool], disasters: list[Disaster] | None = None) -> None:
        """Start ended processes again until `holds()` is true and every disaster has struck."""
        waiting, deadline = list(disasters or []), time.monotonic() + self.plan.timeout
        while waiting or not holds():
            assert time.monotonic() < deadline, (
                f"{len(waiting)} disasters wait; {self.progress.answered()} answers"
            )
            answered = self.progress.answered()
            waiting = [each for each in waiting if answered < each.at or not each.strike()]
            self.nursery.reap()
            for victim in self._victims():
                self._revive(victim)
            time.sleep(0.01)

    def _revive(self, victim: Victim) -> None:
        """Start a killed victim again. Raises AssertionError for a victim that ended in another way."""
        status = victim.ended()
        if status is None or (victim in self.writers and status == 0 and self.stop_writing.exists()):
            return
        assert status == -9, f"{victim.name} ended with {status}\n{tail(victim.log)}"
        assert victim.armed, f"{victim.name} was killed by another process\n{tail(victim.log)}"
        victim.start()

    def _is_enough(self) -> bool:
        return (
            self.progress.answered() >= self.plan.commands
            and not self._is_rebuilding()
            and not any(victim.is_doomed for victim in self._victims())
        )

    def _is_projected(self) -> bool:
        row = self.database.execute(
            "SELECT min(position), (SELECT max(position) FROM events_event) FROM events_checkpoint"
        ).fetchone()
        return row is not None and row[0] == row[1]

    def _victims(self) -> list[Victim]:
        return [*self.writers, self.follower, self.worker]

    # Disasters.

    def _disasters(self) -> list[Disaster]:
        """All disasters in random order, evenly spread over the first four fifths of the commands."""
        plan, chance = self.plan, self.chance
        strikes: list[Callable[[], bool]] = [
            *(
                self._killing(chance.choice(self.writers), WRITER_POINTS, 25)
                for _ in range(plan.writer_kills)
            ),
            *(self._killing(self.follower, PROJECTOR_POINTS, 5) for _ in range(plan.follower_kills)),
            *(self._kill_pool_process for _ in range(plan.pool_kills)),
            *(self._terminating(chance.choice(self._victims())) for _ in range(plan.terminations)),
            *(self._flush for _ in range(plan.flushes)),
            *(self._rebuilding(point) for point in ("before-merge-commit", "") * (plan.rebuilds // 2)),
        ]
        chance.shuffle(strikes)
        for _ in range(plan.worker_kills):  # in the first half, because the worker starts slowly
            kill = self._killing(self.worker, PROJECTOR_POINTS[1:], 3)
            strikes.insert(chance.randrange(len(strikes) // 2), kill)
        step = plan.commands * 0.8 / len(strikes)
        return [Disaster(int(step * number), strike) for number, strike in enumerate(strikes, start=1)]

    def _killing(self, victim: Victim, points: tuple[str, ...], most: int) -> Callable[[], bool]:
        failpoint = f"{self.chance.choice(points)}:{self.chance.randint(2, most)}"

        def strike() -> bool:
            if victim.is_doomed or not self.executioner.kill(victim, whole=True):
                return False
            victim.wait()
            victim.start(failpoint)
            return True

        return strike

    def _kill_pool_process(self) -> bool:
        return self.executioner.kill(self.worker, whole=False)

    def _terminating(self, victim: Victim) -> Callable[[], bool]:
        return lambda: self.executioner.terminate(victim)

    def _flush(self) -> bool:
        with redis.Redis.from_url(self.service.env["CELERY_BROKER_URL"]) as broker:
            broker.flushall()
        self.flushes += 1
        return True

    def _rebuilding(self, failpoint: str) -> Callable[[], bool]:
        def strike() -> bool:
            if self._is_rebuilding() or self._is_connected("rebuild"):
                return False
            self.rebuild = self._management("rebuild-0", "rebuild_read_models")
            self.rebuild.start(failpoint)
            return True

        return strike

    def _is_connected(self, role: str) -> bool:
        """Whether a process of this role has a backend. That of a killed process may exist for a moment."""
        query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE %s"
        return self.database.execute(query, [f"{role}-%"]).rowcount > 0

    def _is_rebuilding(self) -> bool:
        """Whether a rebuild runs. Raises AssertionError when the last one ended in an unexpected way."""
        if self.rebuild is None:
            return False
        status = self.rebuild.ended()
        expected = -9 if self.rebuild.armed else 0
        assert status in (None, expected), f"rebuild ended with {status}\n{tail(self.rebuild.log)}"
        return status is None

    # Users and processes.

    def _sign_up(self) -> tuple[list[int], list[int]]:
        """Make the users. Returns the ids of superusers, and those of users who may only rate."""
        insert = (
            "INSERT INTO auth_user (username, password, first_name, last_name, email, is_staff, is_active,"
            " is_superuser, date_joined) VALUES (%s, '', '', '', '', false, true, %s, now()) RETURNING id"
        )
        people = [("staff", True), ("clerk", True), *((f"rater-{number}", False) for number in range(20))]
        ids = [self.database.execute(insert, person).fetchone() for person in people]
        known = [int(str(row[0])) for row in ids if row is not None]
        return known[:2], known[2:]

    def _writer(self, number: int) -> Forked:
        arguments = {
            "journal": str(self.directory / f"journal-{number}.jsonl"),
            "stop": str(self.stop_writing),
            "commands": {
                "seed": self.plan.seed,
                "writer": number,
                "products": self.plan.products,
                "staff": self.staff,
                "users": self.users,
            },
        }
        return Forked(
            self.nursery, f"writer-{number}", self.directory, "tests.support.proof_writer", arguments
        )

    def _management(self, name: str, command: str, **options: object) -> Forked:
        arguments = {"command": command, "options": options}
        return Forked(self.nursery, name, self.directory, "tests.support.proof_management", arguments)

    # Results.

    def _report(self, seconds: float) -> Report:
        answers: list[Answered] = []
        wrong: list[str] = []
        for journal in sorted(self.directory.glob("journal-*.jsonl")):
            heard, complaints = answered_in(read_lines(journal))
            answers += heard
            wrong += complaints
        kills = self.executioner.kills + _deaths_at_points(self.directory)
        return Report(self.plan, answers, wrong, kills, self.executioner.terminated, self.flushes, seconds)


def _deaths_at_points(directory: Path) -> Counter[str]:
    """The deaths at failpoints. A process writes a line into its log before it dies at one."""
    deaths: Counter[str] = Counter()
    for log in directory.glob("*.log"):
        points = re.findall(r"^failpoint (\S+)$", log.read_text(errors="replace"), re.MULTILINE)
        deaths.update(f"{log.name.partition('-')[0]} at {point}" for point in points)
    return deaths


class Progress:
    """Counts the answers in the journals while they grow."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._read: dict[Path, int] = {}
        self._answered = 0

    def answered(self) -> int:
        for journal in self.directory.glob("journal-*.jsonl"):
            with journal.open("rb") as lines:
                lines.seek(self._read.get(journal, 0))
                new = lines.read()
            end = new.rfind(b"\n") + 1
            self._read[journal] = self._read.get(journal, 0) + end
            self._answered += new[:end].count(b'{"answered"')
        return self._answered
