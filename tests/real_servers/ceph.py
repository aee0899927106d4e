"""Ceph's radosgw: storage that checks signatures, policies and checksums as strictly as Amazon's S3.

One monitor, one object store in memory, one gateway, all on 127.0.0.1. What is slow about Ceph's start is the monitor's
way of waiting for others before it decides anything; alone it needs not.
"""

import uuid
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.real_servers.running import Running, call, free_ports, listens, program

ACCESS_KEY = "AKIAREALSERVERS00001"
SECRET_KEY = "only-for-a-storage-that-lives-as-long-as-the-tests"
REGION = "us-east-1"
_MEMORY = 8 * 2**30
_SETTINGS = """
[global]
fsid = {fsid}
mon_initial_members = a
mon_host = v1:127.0.0.1:{monitor}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
ms_bind_port_min = {first}
ms_bind_port_max = {last}
# With `auth none` the gateway hangs.
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = {folder}/keyring
run_dir = {folder}
admin_socket =
log_file =
pid_file =
crash_dir = {folder}/crash
mon_data = {folder}/mon
osd_data = {folder}/osd
osd_objectstore = memstore
memstore_device_bytes = {memory}
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
mon_data_avail_warn = 2
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
# These two take the start from 13 seconds to 1.5.
paxos_propose_interval = 0.02
paxos_min_wait = 0.01

[client.gateway]
rgw_frontends = beast endpoint=127.0.0.1:{gateway} endpoint=[::1]:{gateway}
rgw_thread_pool_size = 32
"""
_KEYS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *"},
    "client.gateway": {"mon": "allow rw", "osd": "allow rwx"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
}


class Radosgw:
    """A running gateway.

    Args:
        folder: An empty folder of its own.

    Attributes:
        port: Where it listens, on 127.0.0.1 and on ::1.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port, monitor, first = free_ports(3)
        self._settings = folder / "ceph.conf"
        self._settings.write_text(
            _SETTINGS.format(
                fsid=uuid.uuid4(),
                folder=folder,
                gateway=self.port,
                monitor=monitor,
                first=first,
                last=first + 100,
                memory=_MEMORY,
            ),
            encoding="ascii",
        )
        self._running: list[Running] = []

    def start(self) -> None:
        """Start all three; returns when requests are answered."""
        for name in ("mon", "osd", "crash"):
            (self._folder / name).mkdir()
        self._make_keys()
        settings: list[str | Path] = ["-c", self._settings]
        monmap = self._folder / "monmap"
        fsid = self._settings.read_text(encoding="ascii").partition("fsid = ")[2].splitlines()[0]
        address = self._settings.read_text(encoding="ascii").partition("mon_host = ")[2].splitlines()[0]
        self._call("monmaptool", "--create", "--addv", "a", f"[{address}]", "--fsid", fsid, monmap)
        self._call(
            "ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", self._folder / "keyring", *settings
        )
        self._run("ceph-mon", "-i", "a")
        # The monitor and the object store must have the same id for it.
        store = str(uuid.uuid4())
        self._call("ceph", *settings, "osd", "new", store, "0")
        self._call("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", store, *settings)
        self._run("ceph-osd", "-i", "0")
        gateway = self._run("radosgw", "-n", "client.gateway")
        gateway.wait_until(listens(self.port))
        self._call(
            "radosgw-admin", "-n", "client.gateway", *settings, "user", "create", "--uid=tests", "--display-name=tests",
            f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}",
        )  # fmt: skip

    def stop(self) -> None:
        """End all three."""
        for running in reversed(self._running):
            running.stop()

    @property
    def endpoint(self) -> str:
        """Such as "http://127.0.0.1:20123"."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, endpoint: str | None = None, *, signature: str = "s3v4") -> Any:
        """A boto3 client that signs for this storage.

        Args:
            endpoint: What the signed addresses name, if they are to lead there another way.
            signature: "s3v4", or "s3" for the older Signature Version 2.
        """
        return boto3.client(
            "s3",
            endpoint_url=endpoint or self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
            config=Config(
                signature_version=signature, s3={"addressing_style": "path"}, retries={"max_attempts": 0}, proxies={}
            ),
        )

    def _make_keys(self) -> None:
        ring = self._folder / "keyring"
        self._call("ceph-authtool", "--create-keyring", ring)
        for name, rights in _KEYS.items():
            caps = [word for service, right in rights.items() for word in ("--cap", service, right)]
            self._call("ceph-authtool", ring, "--gen-key", "-n", name, *caps)

    def _call(self, name: str, *arguments: str | Path) -> None:
        call([program(name), *arguments], self._folder)

    def _run(self, name: str, *arguments: str) -> Running:
        running = Running(name, self._folder, [program(name), "-f", *arguments, "-c", self._settings])
        self._running.append(running)
        return running
