"""The wiring of proof: what signs checkpoints, and the routes by which witnesses cosign them."""

from fastapi import FastAPI

from services.ingest.checkpoints import Checkpointer, CheckpointThread
from services.ingest.cosignatures import Witnesses, router
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.wakeup import Wakeup


def install_proof(app: FastAPI, database: Database, settings: Settings, wakeup: Wakeup) -> CheckpointThread:
    """Put the routes of proof on an app whose state holds `new_id`; return what signs, to be started and stopped with the app.

    `wakeup` says that a log has grown. A key that cannot be used is refused here, before anything is served.
    """
    source = settings.signing_key_source()
    source.load()
    app.state.witnesses = Witnesses(database, app.state.new_id.now)
    app.include_router(router)
    return CheckpointThread(Checkpointer(database, source, app.state.new_id.now), wakeup, settings.poll_seconds)
