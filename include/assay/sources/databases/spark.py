"""Sessions of Spark, which read Hive's catalogue or count what is in shared storage, and what Spark's errors mean.

pyspark and Java are no requirement of assay: whoever uses Spark installs them, or pyspark alone for a Spark Connect server.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import logging
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import AssayError, SourceUnavailable, UnreadableData, shorten

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# types of Airflow connections, and how a URI may begin
CONNECT_TYPES = frozenset({"spark", "spark_connect", "sc"})
METASTORE_TYPES = frozenset({"hive", "hive_metastore"})

_INSTALL = "pip install -r requirements-spark.txt"
_JAVA = "install Java 17 or newer, such as Debian's openjdk-17-jre-headless, or name a Spark Connect server"
_REACH = "check that it runs, and the Airflow connection's host and port"
_RETRIES = {"max_retries": 4, "initial_backoff": 200, "max_backoff": 2000}  # Spark Connect's own would wait for ten minutes
_GONE = ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND")
_OUTAGE = re.compile(r"StatusCode\.(UNAVAILABLE|UNAUTHENTICATED)|MetaException|TTransportException|TException|"
                     r"SessionHiveMetaStoreClient|Connection refused")
_JAVA_CLASS = re.compile(r"^(?:[a-z]\w*\.)+\w+: ")
_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_.]+)\] ")
_LOCKS = ("db.lck", "dbex.lck")


def shown(where: str) -> str:
    """A place without its token."""
    if where.startswith("local"):
        return f"spark {where}"
    return where.partition("/;")[0] if "://" in where else f"hive://{where}"


def session_of(where: str) -> SparkSession:
    """The session that reads a place; it counts time in UTC.

    Args:
        where: `sc://host:port` of a Spark Connect server, `thrift://host:port` of a metastore, the folder of a Derby one, or
            `local[*]` for files alone. All but the first are read by a Spark in this process.

    Raises:
        SourceUnavailable: If pyspark or Java is missing, or nothing answers.
    """
    place = shown(where)
    if importlib.util.find_spec("pyspark") is None:
        raise SourceUnavailable(place, "pyspark is not installed", _INSTALL)
    # only Arrow and parquet cross here, never pandas; what fails is told in one sentence, not as JSON on the terminal
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]", UserWarning)
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    if where.startswith("sc://"):
        with reaching(place):
            return _connected(where)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        raise SourceUnavailable(place, "there is no Java for Spark on this machine", _JAVA)
    if "://" not in where and not where.startswith("local[") and not (Path(where) / "service.properties").is_file():
        raise SourceUnavailable(place, "no Derby database in that folder", "name the folder metastore_db of a Hive metastore")
    try:
        return _local(where)
    except AssayError:
        raise
    except Exception as error:  # whatever a JVM that doesn't start makes of it
        raise SourceUnavailable(place, f"Spark doesn't start ({_said(error)})", _JAVA) from error


@contextmanager
def reaching(place: str) -> Iterator[None]:
    """Whatever Spark raises, in one sentence.

    Raises:
        SourceUnavailable: If Spark or its metastore doesn't answer, or a table is gone.
        UnreadableData: For anything else, such as files that are gone.
    """
    from py4j.protocol import Py4JError, Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except AssayError:
        raise
    except ImportError as error:
        raise SourceUnavailable(place, _said(error), _INSTALL) from error
    except (PySparkException, Py4JError, OSError) as error:
        said = _said(error)
        answered = isinstance(error, PySparkException | Py4JJavaError)
        if answered and any(condition in said for condition in _GONE):
            raise SourceUnavailable(place, "the table is gone", "restore it, or run it again") from error
        if not answered or _OUTAGE.search(str(error)):
            raise SourceUnavailable(place, said, _REACH) from error
        raise UnreadableData(place, said, remedy="restore its files, or mend it in Spark") from error


def _said(error: BaseException) -> str:
    """The sentence in an error of Spark, which goes on with pages of stack."""
    text = str(error)
    text = _JAVA_CLASS.sub("", text.partition("\n: ")[2] or text)
    found = re.search(r'details = "([^"]*)', text)
    text = found[1] if found else text.partition("\n")[0]
    condition = _CONDITION.search(text)
    return shorten(text[condition.start():] if condition else text, 200)


@functools.cache
def _connected(where: str) -> SparkSession:
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession as Connected

    session = Connected.builder.remote(where).create()
    session.client.set_retry_policies([DefaultPolicy(**_RETRIES)])
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session


@functools.lru_cache(maxsize=1)  # Spark runs once in a process: another place ends the one before
def _local(where: str) -> SparkSession:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        SparkContext._active_spark_context.stop()
    folder = tempfile.mkdtemp(prefix="assay-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    own: dict[str, str] = {}
    if "://" in where:
        own = {"spark.hadoop.hive.metastore.uris": where}
    elif not where.startswith("local["):
        own = {"spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={_copied(where, folder)}"}
    settings = {
        "spark.sql.warehouse.dir": f"{folder}/warehouse",  # where tables would be made; those that there are know their place
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": folder, "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "16",
        "spark.log.level": "OFF", "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS", **own,
    }
    builder = SparkSession.builder.master("local[*]" if own else where).appName("assay")
    if own:
        builder = builder.enableHiveSupport()
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _copied(metastore: str, folder: str) -> str:
    """A copy of a Derby database, which one process alone can open, and which is written to by whoever does."""
    copy = f"{folder}/metastore"
    shutil.copytree(metastore, copy, ignore=shutil.ignore_patterns(*_LOCKS))
    return copy
