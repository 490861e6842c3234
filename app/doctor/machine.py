"""What the product runs on: room on the disk, memory for the hashes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from app.doctor.findings import Finding, fault, note, ok, warning, worse
from app.doctor.patient import Patient

MIB = 1024**2
PROCESS_MIB = 120
"""What one process takes besides its hashes."""
CONTAINERS_LIMIT = Path("/sys/fs/cgroup/memory.max")


def look(patient: Patient) -> Iterator[Finding]:
    found = [*_folder(patient.instance), *_disk(patient), *_memory(patient, memory())]
    yield from found or [ok("There is room on the disk, and memory for all processes.")]


def _folder(instance: Path) -> Iterator[Finding]:
    if instance.exists() and not os.access(instance, os.W_OK):
        yield fault(f"{instance} cannot be written.", f"chown it to the product's user: {instance}")


def _disk(patient: Patient) -> Iterator[Finding]:
    database = Path(patient.settings.database.database or "").parent if patient.is_sqlite else None
    folders = [folder for folder in (database, patient.instance, patient.instance.parent) if folder and folder.exists()]
    free = shutil.disk_usage(folders[0]).free
    if free < patient.room:
        yield worse(
            free < patient.room / 5,
            f"The disk of {folders[0]} is nearly full: {free // MIB} MiB are free.",
            f"Free {patient.room // MIB} MiB or more there; a full disk keeps everybody out.",
        )


def _memory(patient: Patient, there: int) -> Iterator[Finding]:
    policy, workers = patient.settings.policy, patient.workers
    if not workers.isdecimal():
        yield fault(f"WEB_CONCURRENCY is {workers}: gunicorn does not start.", "Set WEB_CONCURRENCY to a number.")
        return
    hashing = f"{workers} processes with HASH_SLOTS={policy.hash_slots}"
    wanted = int(workers) * (PROCESS_MIB * MIB + policy.hash_slots * policy.hash_cost.memory_kib * 1024)
    if wanted > there * 0.8:
        yield warning(
            f"{hashing} may want {wanted // MIB} MiB of memory; there are {there // MIB}.",
            "Lower WEB_CONCURRENCY or HASH_SLOTS, or give it more memory.",
        )
    cores = os.cpu_count() or 1
    if int(workers) * policy.hash_slots > 2 * cores:
        yield note(
            f"{hashing} hash more passwords at the same time than {cores} cores can.",
            "Lower HASH_SLOTS: so many hashes slow each other down.",
        )


def memory() -> int:
    """Bytes that this machine has, or that its container may have."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = CONTAINERS_LIMIT.read_text().strip() if CONTAINERS_LIMIT.exists() else ""
    return min(whole, int(limit)) if limit.isdecimal() else whole
