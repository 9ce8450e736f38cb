"""What the measuring scripts of this folder share: pictures, providers on this machine, a queue, and the simulator's log."""

import json
import os
import shutil
import socket
import struct
import subprocess
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.path.join(ROOT, ".build", "release", "cutline")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def png(width, height, text):
    """A whole PNG in two colours that holds `text`, so that no two are the same bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xaa" * ((width + 7) // 8)) * height, 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", b"Comment\0" + text.encode()) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))


def write_pictures(folder, sizes):
    """One picture for each (width, height); returns the bytes of each by its name."""
    os.makedirs(folder)
    pictures = {}
    for number, (width, height) in enumerate(sizes):
        name = f"{number:05}.png"
        pictures[name] = png(width, height, f"picture {number}")
        with open(os.path.join(folder, name), "wb") as file:
            file.write(pictures[name])
    return pictures


class Simulator:
    """`cutline simulate` with a log."""

    def __init__(self, binary, folder, *flags):
        self.log = os.path.join(folder, "calls.jsonl")
        self.process = subprocess.Popen([binary, "simulate", "--log", self.log, *flags], stdout=subprocess.PIPE, text=True)
        self.base_url = self.process.stdout.readline().strip()
        if not self.base_url:
            raise SystemExit("cutline simulate did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def calls(self):
        """Those of the log, once the last one that came is noted as answered: its client may be faster."""
        for _ in range(100):
            calls = read_log(self.log)
            if all(call["answered"] for call in calls):
                break
            time.sleep(0.05)
        return calls


def read_log(path):
    """Each call of a simulator's log that was read whole, in order: when it came, its pictures, and how it was answered.

    A call without an answer has the status None; `fault` says why.
    """
    calls = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["event"] == "received":
                calls[event["call"]] = {
                    "time": event["time_ms"] / 1000, "pictures": [picture["sha256"] for picture in event.get("pictures", [])],
                    "status": None, "fault": None, "tokens": None, "answered": None}
            elif event["call"] in calls:
                calls[event["call"]].update(
                    status=event["status"], fault=event.get("fault"), tokens=event.get("tokens"), answered=event["time_ms"] / 1000)
    return list(calls.values())


def most_in_window(times, seconds, weights=None):
    """The most that any window of that length held; its two ends do not both count."""
    most = held = begin = 0
    weights = weights or [1] * len(times)
    for time_, weight in zip(times, weights):
        held += weight
        while times[begin] <= time_ - seconds:
            held -= weights[begin]
            begin += 1
        most = max(most, held)
    return most


class Queue:
    """A job file and a new queue in a folder of their own; what the commands print goes to a file there."""

    def __init__(self, binary, folder, base_url, limits=None, max_tokens=None, server=None):
        self.binary, self.folder = binary, folder
        self.jobs, self.path = os.path.join(folder, "jobs.json"), server or os.path.join(folder, "queue.db")
        description = {"batch": "bench", "provider": {"name": "simulator", "base_url": base_url}, "model": "sim-1", "prompt": "Describe."}
        if limits:
            description["limits"] = limits
        if max_tokens:
            description["parameters"] = {"max_tokens": max_tokens}
        with open(self.jobs, "w", encoding="utf-8") as file:
            json.dump(description, file)

    def start(self, command, *arguments, host=0):
        """As a process of one of several hosts, each of which has a folder of its own for its state."""
        state = os.path.join(self.folder, f"host-{host}")
        with open(os.path.join(self.folder, "messages.txt"), "ab") as messages:
            return subprocess.Popen(
                [self.binary, command, *arguments, "--queue", self.path], stdin=subprocess.DEVNULL, stdout=messages, stderr=messages,
                env={**os.environ, "XDG_STATE_HOME": state})

    def output(self, command, *arguments):
        """What a command prints, whatever its exit code, which comes first."""
        end = subprocess.run(
            [self.binary, command, *arguments, "--queue", self.path], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return end.returncode, end.stdout + end.stderr

    def batch(self):
        """The batch as `status --json` tells it."""
        return json.loads(subprocess.run(
            [self.binary, "status", "--json", "--queue", self.path], capture_output=True, text=True, check=True).stdout)["batches"][0]

    def records(self, state="all"):
        text = subprocess.run(
            [self.binary, "export", "--format", "jsonl", "--state", state, "--queue", self.path], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in text.stdout.splitlines()]

    def show(self, key):
        """A job's record with all its attempts."""
        return json.loads(subprocess.run(
            [self.binary, "show", key, "--json", "--queue", self.path], capture_output=True, text=True, check=True).stdout)

    def messages(self):
        with open(os.path.join(self.folder, "messages.txt"), encoding="utf-8", errors="replace") as file:
            return file.read()


NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  log_format times '$msec $status'; access_log {folder}/access.log times;
  client_max_body_size 100m; client_body_buffer_size 16m; client_body_temp_path {folder}/body; keepalive_requests 1000000;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  limit_req_zone $server_port zone=calls:1m rate={rate}r/s; limit_req_status 429;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ limit_req zone=calls burst={burst} nodelay; proxy_pass {origin}; {more} }}
    location @refused {{ add_header Retry-After 1 always; return 429; }}
  }}
}}
"""


class LimitedNginx:
    """nginx with `limit_req` before another provider."""

    def __init__(self, folder, simulator, rate, burst, tells_wait):
        self.folder = folder
        origin, _, path = simulator.base_url.removeprefix("http://").partition("/")
        port = free_port()
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
            more = "error_page 429 = @refused;" if tells_wait else ""
            file.write(NGINX.format(folder=folder, port=port, origin=f"http://{origin}", rate=rate, burst=burst, more=more))
        self.process = subprocess.Popen([shutil.which("nginx"), "-p", folder, "-c", os.path.join(folder, "nginx.conf")])
        self.base_url = f"http://127.0.0.1:{port}/{path}"
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise SystemExit("nginx did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def refusals(self):
        """When they were."""
        with open(os.path.join(self.folder, "access.log"), encoding="utf-8") as lines:
            return [float(time_) for time_, status in map(str.split, lines) if status == "429"]
