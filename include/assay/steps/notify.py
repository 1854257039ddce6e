"""Task `notify`: tell of incidents through Airflow's notifiers, each once, all of a night in one message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.contracts.refs import ArtifactRef, Night
from assay.errors import ConfigError, NotSent
from assay.steps.connections import Connection, find_connection
from assay.steps.frame import Frame, open_frame

if TYPE_CHECKING:
    from airflow.sdk import BaseNotifier

    from assay.config.manifest import Notify
    from assay.inventory.notice import Notice

logger = logging.getLogger(__name__)

_MODULES = ("assay.steps.notify", "assay.inventory.notice")


def notify(night: Night) -> ArtifactRef | None:
    """Tell everybody named in the manifest of what they were not told yet; `notifications` says who was told of what.

    Nothing is told of a partition behind which a newer one has been run: nobody wants to hear of last year while it is
    filled in. Whoever can't be reached harms nobody else; they are tried again with the task.

    Args:
        night: The run, whose `incidents` are published.

    Raises:
        NotSent: If somebody could not be told; the others were.
    """
    import pyarrow as pa
    from airflow.sdk.exceptions import AirflowException

    from assay.contracts.schemas import INCIDENTS, NOTIFICATIONS
    from assay.inventory.notice import notice, untold

    with open_frame("notify", night.platform, night.partition, _MODULES) as frame:
        partitions = frame.store.partitions(INCIDENTS, frame.platform.platform)
        if not partitions or max(partitions) > night.partition:
            logger.info("a newer partition has been run: nobody is told of %s", night.partition)
            return None
        incidents = frame.store.read(frame.store.get(INCIDENTS, frame.platform.platform, night.partition)).to_pylist()
        earlier, own = _told(frame, night.partition)
        problems: list[str] = []
        for entry in frame.platform.notify:
            due = untold(incidents, [row for row in (*earlier, *own) if row["connection"] == entry.connection], entry.at_stake)
            if not due:
                continue
            message = notice(frame.platform.title or frame.platform.platform, night.partition, due)
            try:
                _send(entry, message, due)
            except ConfigError as error:
                problems.append(str(error))
                continue
            except (OSError, ValueError, AirflowException) as error:  # their texts may hold a webhook's secret address
                problems.append(f"connection {entry.connection}: {type(error).__name__}")
                continue
            own += [{"asset_id": row["asset_id"], "opened": row["opened"], "resolved": row["status"] == "resolved",
                     "connection": entry.connection} for row in due]
            logger.info("told %s of %d incidents", entry.connection, len(due))
        ref = frame.publish(NOTIFICATIONS, lambda: pa.Table.from_pylist(own, schema=NOTIFICATIONS.schema), inputs=[],
                            config=own)
        if problems:
            raise NotSent(night.partition, problems)
        return ref


def _told(frame: Frame, partition: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `notifications` of earlier partitions, and of this one."""
    from assay.contracts.schemas import NOTIFICATIONS

    platform, rows = frame.platform.platform, {True: list[dict[str, Any]](), False: list[dict[str, Any]]()}
    for known in sorted(frame.store.partitions(NOTIFICATIONS, platform)):
        rows[known == partition] += frame.store.read(frame.store.get(NOTIFICATIONS, platform, known)).to_pylist()
    return rows[False], rows[True]


def _send(entry: Notify, message: Notice, incidents: Sequence[Mapping[str, Any]]) -> None:
    """Send a message through the notifier of the connection's type.

    Raises:
        ConfigError: If there is no such connection, or no notifier for it.
    """
    said = find_connection(entry.connection)
    make = _NOTIFIERS.get(said.conn_type)
    if make is None:
        raise ConfigError(f"connection {entry.connection}", f"type {said.conn_type!r}, through which nobody can be told",
                          f"name one of type {', '.join(sorted(_NOTIFIERS))}")
    make(entry, said, message, incidents).notify({})  # not called itself: that would read texts as templates, and hide failures


def _mail(entry: Notify, said: Connection, message: Notice, incidents: Sequence[Mapping[str, Any]]) -> BaseNotifier:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    if not entry.to:
        raise ConfigError(f"notify entry {entry.connection}", "no address", "name addresses under 'to'")
    sender = said.extra.get("from_email") or said.login
    if not sender:
        raise ConfigError(f"connection {entry.connection}", "no sender", "set from_email in its extra")
    return SmtpNotifier(to=list(entry.to), from_email=str(sender), subject=message.title, html_content=message.html,
                        smtp_conn_id=entry.connection)


def _slack(entry: Notify, said: Connection, message: Notice, incidents: Sequence[Mapping[str, Any]]) -> BaseNotifier:
    from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier

    escaped = message.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")  # or data could mention people
    return SlackWebhookNotifier(slack_webhook_conn_id=entry.connection, text=escaped)


def _webhook(entry: Notify, said: Connection, message: Notice, incidents: Sequence[Mapping[str, Any]]) -> BaseNotifier:
    from airflow.providers.http.notifications import HttpNotifier

    return HttpNotifier(http_conn_id=entry.connection, json={
        "title": message.title, "text": message.text, "incidents": [dict(row) for row in incidents]})


_NOTIFIERS: Mapping[str, Callable[[Notify, Connection, Notice, Sequence[Mapping[str, Any]]], BaseNotifier]] = {
    "smtp": _mail, "slackwebhook": _slack, "http": _webhook}
