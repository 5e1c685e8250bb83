"""Backups: made while the application runs, sealed, and only called one once they were restored and compared (R40).

`create` writes to a name beside the one it was given, restores that elsewhere, compares every table's rows with those of
the moment it was taken at, and gives the file its name last. `restore` fills an empty database, ends every sign-in of that
time, and erases again whoever was erased since.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.engine import make_url

from clinic import clock
from clinic.audit import Event, record
from clinic.backups.digests import Walked, count_rows, digests_of, revision_of, rows_in
from clinic.backups.files import (
    Manifest,
    NotABackup,
    read_list,
    read_manifest,
    read_sealed,
    write_list,
    write_sealed,
)
from clinic.backups.stores import CannotBackUp, Store, connected, store_at
from clinic.crypto import KeyRing
from clinic.extensions import db, fold_the_log, transaction
from clinic.migrating import newest_migration
from clinic.models import (
    Erasure,
    HalfSignIn,
    KeptForm,
    OutboxMail,
    Practice,
    Recovery,
    SignIn,
)
from clinic.postgresql import grant_to_application

__all__ = [
    "CannotBackUp",
    "Manifest",
    "NotABackup",
    "address_of_owner",
    "create",
    "erased_since",
    "list_erased",
    "restore",
    "rows_to_walk",
    "trouble_with_list",
    "verify",
]

# Beside the backups, because whoever was erased after the newest of them is known to none of them.
LIST_OF_ERASED = "meanwhile.erased"
# Ways in and letters of that time: none of them may come back.
ENDED = (SignIn, HalfSignIn, KeptForm, Recovery, OutboxMail)
# Filled by the package that knows what a person's words are: erase these people again.
erase_again: list[Callable[[Collection[UUID]], int]] = []


def create(target: Path, walked: Walked = lambda rows: None) -> Manifest:
    """Back the database up into a new file. Raises CannotBackUp or NotABackup; then there is no such file."""
    if target.exists():
        raise CannotBackUp(f"{target} exists. Choose another name; no backup is written over another.")
    unverified = target.with_name(f"{target.name}.unverified")
    store = _store()
    try:
        with store.snapshot() as snapshot:
            _refuse_older(revision_of(snapshot.connection))
            digests = digests_of(snapshot.connection, walked)
            erased = snapshot.connection.execute(
                select(Erasure.person_id).where(Erasure.erased_at.is_not(None))
            ).scalars()
            manifest = Manifest(
                made_at=clock.now().isoformat(),
                database=snapshot.connection.dialect.name,
                revision=revision_of(snapshot.connection),
                rows=rows_in(digests),
                digests=digests,
                erased=tuple(sorted(str(person_id) for person_id in erased)),
            )
            with snapshot.content as content:
                write_sealed(unverified, _ring(), manifest, content)
        verify(unverified, walked)
        os.rename(unverified, target)
    except FileExistsError:
        raise CannotBackUp(
            f"{unverified} exists: another run is writing it, or was killed. Look and remove it."
        ) from None
    except BaseException:
        unverified.unlink(missing_ok=True)
        raise
    _fold_name(target.parent)
    return manifest


def verify(source: Path, walked: Walked = lambda rows: None) -> Manifest:
    """Restore a backup elsewhere and compare every table with what was counted when it was made.

    Raises NotABackup when it is damaged or anything differs, CannotBackUp when it cannot be tried here.
    """
    with _store().elsewhere() as place:
        return _filled(place, source, walked)


def restore(
    source: Path, erased: Collection[UUID] = (), walked: Walked = lambda rows: None
) -> tuple[Manifest, int]:
    """Fill the empty database of this application from a backup; `erased` are people erased since.

    Gives back what the backup says of itself and how many people were erased again. Raises NotABackup or CannotBackUp.
    """
    if source.suffix == ".unverified":
        raise NotABackup(f"{source.name} was never tried, so it is no backup. Take another file.")
    db.session.remove()
    db.engine.dispose()
    manifest = _filled(_store(), source, walked)
    _let_the_application_in()
    _end_what_was_open()
    again = sum(act(erased) for act in erase_again) if erased else 0
    fold_the_log()
    return manifest, again


def erased_since(manifest: Manifest, others: Collection[Path]) -> set[UUID]:
    """Whoever is known to be erased to later backups, or to the list beside them, and not to this one.

    Files that are no backups tell nothing. Raises NotABackup for a list that cannot be read: without it somebody could come
    back, and nobody would know.
    """
    known: set[str] = set()
    for other in others:
        if other.name == LIST_OF_ERASED:
            known.update(_listed(other))
            continue
        try:
            known.update(read_manifest(other, _ring()).erased)
        except NotABackup:
            continue
    return {UUID(person_id) for person_id in known - set(manifest.erased)}


def list_erased(folder: Path) -> bool:
    """Keep a sealed list of everybody who was erased beside the backups; whether anybody in it is new.

    It never grows shorter, because what a restored backup has forgotten is still true. To be called by one run at a time.
    """
    target, ring = folder / LIST_OF_ERASED, _ring()
    known, key = read_list(target, ring) if target.exists() else (frozenset[str](), 0)
    erased = db.session.scalars(select(Erasure.person_id).where(Erasure.erased_at.is_not(None))).all()
    db.session.rollback()  # On SQLite this began like a writer, and pages would wait for it.
    everybody = known | {str(person_id) for person_id in erased}
    if everybody == known and key == ring.current:
        return False
    unfinished = target.with_name(f"{LIST_OF_ERASED}.unverified")
    unfinished.unlink(missing_ok=True)  # Of a run that was killed.
    write_list(unfinished, ring, everybody)
    os.replace(unfinished, target)
    _fold_name(folder)
    return everybody != known


def trouble_with_list(folder: Path) -> str:
    """Why the list beside the backups cannot be read, or nothing."""
    target = folder / LIST_OF_ERASED
    try:
        if target.exists():
            read_list(target, _ring())
    except NotABackup as problem:
        return str(problem)
    return ""


def _listed(source: Path) -> frozenset[str]:
    try:
        return read_list(source, _ring())[0]
    except NotABackup as problem:
        raise NotABackup(
            f"{source.name} tells who was erased since, and cannot be read: {problem} Without it they would come back."
            " Put its key on the ring, or move that file away and erase them again by hand."
        ) from None


def rows_to_walk() -> int:
    """How many rows `create` walks in one go, for whoever shows how far it has come; it walks them twice."""
    with _store().snapshot() as snapshot:
        return count_rows(snapshot.connection)


def manifest_of(source: Path) -> Manifest:
    """What a backup says of itself, without trying it. Raises NotABackup."""
    return read_manifest(source, _ring())


def newest_in(folder: Path) -> datetime | None:
    """When the newest backup in a folder was made that this ring opens; a file has its name only once it was verified."""
    made = []
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.is_file() and one.suffix != ".unverified":
            with contextlib.suppress(NotABackup):
                made.append(datetime.fromisoformat(read_manifest(one, _ring()).made_at))
    return max(made, default=None)


def _filled(place: Store, source: Path, walked: Walked) -> Manifest:
    ring = _ring()
    with tempfile.TemporaryFile(dir=source.parent) as content:
        manifest = read_sealed(source, ring, content)
        kind = "sqlite" if db.engine.dialect.name == "sqlite" else "postgresql"
        if manifest.database != kind:
            raise CannotBackUp(f"This backup is of {manifest.database} and this database is {kind}.")
        _refuse_older(manifest.revision)
        content.seek(0)
        place.put_back(content)
    with place.reading() as connection:
        if revision_of(connection) != manifest.revision:
            raise NotABackup("The tables are not those the backup was made of.")
        found = digests_of(connection, walked)
    different = sorted(name for name in manifest.digests if found.get(name) != manifest.digests[name])
    if different:
        raise NotABackup(f"Restored, these tables differ from what was backed up: {', '.join(different)}.")
    return manifest


def _refuse_older(revision: str) -> None:
    """Rows are compared as this version reads them, which older tables lack a part of; newer ones hold it all."""
    ours = newest_migration()
    if revision < ours:
        raise CannotBackUp(
            f"These tables are of migration {revision} and this version reads {ours}. Do this with the version they are of;"
            " `flask db upgrade` with this one comes afterwards."
        )


def _let_the_application_in() -> None:
    """A backup holds no roles, so what the application's own may do is said anew."""
    owner, role = current_app.config["OWNER_DATABASE_URL"], db.engine.url.username
    if owner and role and make_url(owner).username != role:
        with connected(owner) as connection:
            grant_to_application(connection, role)
            connection.commit()


@transaction
def _end_what_was_open() -> None:
    for model in ENDED:
        db.session.execute(delete(model))
    for practice_id in db.session.scalars(select(Practice.id)):
        record(None, Event.RESTORED, practice_id=practice_id)


def _store() -> Store:
    return store_at(address_of_owner())


def address_of_owner() -> str:
    """The database as its owner reaches it, where the application connects as somebody else."""
    owner: str = current_app.config["OWNER_DATABASE_URL"]
    here = db.engine.url
    return (
        owner
        if owner and here.get_backend_name() == "postgresql"
        else here.render_as_string(hide_password=False)
    )


def _ring() -> KeyRing:
    ring: KeyRing = current_app.extensions["key_ring"]
    return ring


def _fold_name(folder: Path) -> None:
    """A new name is on disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
