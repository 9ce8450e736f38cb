"""The queue that is exported: pictures and captions that are hard to write down, and what must come back."""

import base64
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass

from PIL import Image

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CUTLINE = os.environ.get("CUTLINE", os.path.join(ROOT, ".build", "debug", "cutline"))

# Captions: outer white space and NUL are taken off when they arrive, the rest must come back as it is.
TEXTS = [
    'She said "hello, world"; then left.', "line one\nline two", "line one\r\nline two", "a\rb", "tab\tand \x1b[31mescape\x1b[0m \x07",
    "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "'=quoted already", "é (composed) and e\u0301 (in two parts)", "日本語の説明文、読点付き",
    "family 👩‍👩‍👧‍👦 flag 🇩🇪", "right to left: שלום \u202eabc", "a\u2028line\u2029paragraph\u0085next", "NA", "null", "007", "true", ",", '"', "\\",
    "\\u0000 and \\n as text", "[1, 2]", '{"a": "b"}', "a,\u0301b\"\u0301", "\ufeffbyte-order mark inside", "x" * 20_000, "%PATH% $HOME `id`", "\x7f\x80",
]
FAILING = "this one is refused"


@dataclass
class Entry:
    key: str
    caption: str
    path: str | None = None  # of a local picture
    prompt: str = "Describe."

    @property
    def bytes(self):
        with open(self.path, "rb") as file:
            return file.read()


class Provider(http.server.BaseHTTPRequestHandler):
    """Answers with the caption that belongs to the picture's bytes, or to its address."""

    captions = {}
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        urls = [part["image_url"]["url"] for part in body["messages"][-1]["content"] if part["type"] == "image_url"]
        prompt = "".join(part["text"] for part in body["messages"][-1]["content"] if part["type"] == "text")
        caption = self.captions["".join(map(self.name, urls))].replace("PROMPT", prompt)
        if caption == FAILING:
            return self.send(400, {"error": {"message": "Invalid image: it is refused", "type": "invalid_request_error", "code": "invalid_image"}})
        usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
        message = {"role": "assistant", "content": caption}
        self.send(200, {"id": "c", "model": "check-1", "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})

    @staticmethod
    def name(url):
        return hashlib.sha256(base64.b64decode(url.split(",", 1)[1])).hexdigest() if url.startswith("data:") else url

    def send(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


NAMES = [
    "plain.jpg", "two words.png", "test.jpg", "train/validation.png", "v1.2.final.JPG", "same.jpg", "folder/same.jpg", "cat.jpg", "cat.png",
    "caf\u00e9.webp", "cafe\u0301.webp", "日本.png", "🐈.gif", "-o.png", "#1 & 100%.png", "[a].png", "=1+1.png", 'q"uote\'.png', "a,b.png", "CON.png",
    "Case.jpg", "case.png", "semi;colon.bmp", "x.tiff", "y.avif", "line\nbreak.png", "tilde~.png", "~home.png", "dot..png", "UPPER.PNG",
]
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "tiff": "TIFF", "avif": "AVIF"}


class Scene:
    def __init__(self, folder):
        self.folder = folder
        self.photos = os.path.join(folder, "photos")
        self.entries = []
        self.calls = 0
        self.serve()
        self.draw()
        self.caption()
        self.caption_thrice()

    def serve(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/v1"

    def picture(self, name, caption, mark):
        """A picture that no other is equal to, and what the provider says of it."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        kind = FORMATS[os.fsdecode(os.path.splitext(path)[1][1:]).lower()]
        Image.new("RGB", (40 + mark, 30), (mark, 120, 255 - mark)).save(path, kind)
        with open(path, "rb") as file:
            Provider.captions[hashlib.sha256(file.read()).hexdigest()] = caption
        return path

    def draw(self):
        for mark, name in enumerate(NAMES):
            caption = TEXTS[mark % len(TEXTS)]
            self.entries.append(Entry(f"photos/{name}", caption, self.picture(f"photos/{name}", caption, mark)))
        latin = self.picture("latin.png", "a name that is not UTF-8", 100)
        shutil.move(latin, os.fsencode(self.photos) + b"/caf\xe9.png")
        self.entries.append(Entry("photos/caf\\xe9.png", "a name that is not UTF-8", os.fsdecode(os.fsencode(self.photos) + b"/caf\xe9.png")))
        shutil.copy(os.path.join(self.photos, "plain.jpg"), os.path.join(self.photos, "plain copy.jpg"))
        self.entries.append(Entry("photos/plain copy.jpg", TEXTS[0], os.path.join(self.photos, "plain copy.jpg")))
        self.picture("photos/refused.png", FAILING, 101)

    def caption(self):
        """Three batches: the folder; jobs with keys and prompts of their own; the example pictures with the simulator."""
        given = {"provider": {"name": "simulator", "base_url": self.url}, "model": "check", "prompt": "Describe."}
        self.write("photos.json", {"batch": "photos", **given, "images": ["photos"]})
        self.run("run", "photos.json", expect=1)
        jobs = []
        for mark, key in enumerate(["a,b", 'say "k"', "k\nl", "k\r\nl", "=k", "k\x1bl", "k\x00l", "../../up", "/etc/passwd", "C:\\x"]):
            caption = TEXTS[-1 - mark]
            path = self.picture(f"own/{mark}.png", caption, 110 + mark)
            jobs.append({"key": key, "images": [f"own/{mark}.png"], "prompt": f"What is {key}?"})
            self.entries.append(Entry(key, caption, path, f"What is {key}?"))
        web = "https://pictures.invalid/web.jpg"
        Provider.captions[web] = "on the web"
        jobs.append({"key": "web", "images": [web], "prompt": "Web?"})
        self.entries.append(Entry("web", "on the web", None, "Web?"))
        pair = [self.picture(f"own/pair{n}.png", "single", 130 + n) for n in range(2)]
        Provider.captions["".join(hashlib.sha256(open(path, "rb").read()).hexdigest() for path in pair)] = "a pair"
        jobs.append({"key": "pair", "images": ["own/pair0.png", "own/pair1.png"], "prompt": "Both?"})
        self.entries.append(Entry("pair", "a pair", None, "Both?"))
        self.write("own.json", {"batch": "own", **given, "jobs": jobs})
        self.run("run", "own.json")
        self.run("run", os.path.join(ROOT, "examples"), "--provider", "simulator", "--model", "sim-1", "--prompt", "Describe.")
        for name in sorted(os.listdir(os.path.join(ROOT, "examples")), key=os.fsencode):
            path = os.path.join(ROOT, "examples", name)
            with Image.open(path) as image:
                kind = {"WEBP": "WebP"}.get(image.format, image.format)
                caption = f"A {kind} picture, {image.width} × {image.height} pixels, {os.path.getsize(path):,} bytes."
            self.entries.append(Entry(name, caption, path))

    def caption_thrice(self):
        """A queue with three batches of one folder, with names that are hard to refer to; the last has not seen the first picture."""
        self.joined = ["Screenshot 2026-11-20 10:30:00.png", "caf\u00e9 \u65e5\u672c.jpg", "two words.png", "con.jpg", "dot ..png", "a.jpg"]
        for mark, name in enumerate(self.joined):
            self.picture(f"joined/{name}", f"PROMPT of {name}", 150 + mark)
        given = ["--provider", "mine", "--model", "check", "--queue", "joined.db"]
        self.write("providers.json", [{"name": "mine", "base_url": self.url}])
        for batch in ["short", "long"]:
            self.run("run", "joined", "--batch", batch, "--prompt", batch, *given)
        self.run("run", "joined", "--batch", "tags", "--prompt", "tags", "--exclude", self.joined[0], *given)

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w") as file:
            json.dump(value, file)

    def run(self, *arguments, expect=0):
        """Runs the program; what it said on stderr. Pictures are sent as they are: the provider here knows its captions by their bytes."""
        if arguments[0] == "run":
            arguments = (*arguments, "--prepare", "never")
        done = subprocess.run([CUTLINE, *arguments], cwd=self.folder, capture_output=True, timeout=120)
        said = done.stderr.decode()
        assert done.returncode == expect, f"cutline {' '.join(arguments)}: exit {done.returncode}\n{said}"
        return said

    def export(self, format, name, *more):
        """Exports twice, to see that the bytes are the same, and returns the path of the first."""
        for target in [name, f"again/{name}"]:
            os.makedirs(os.path.dirname(os.path.join(self.folder, target)) or self.folder, exist_ok=True)
            self.said = self.run("export", "--format", format, "-o", target, *more)
        path = os.path.join(self.folder, name)
        first, second = (subprocess.run(["find", ".", "-type", "f", "-exec", "sha256sum", "{}", "+"], cwd=where, capture_output=True).stdout
                         if os.path.isdir(where) else open(where, "rb").read()
                         for where in [path, os.path.join(self.folder, "again", name)])
        assert (sorted(first.splitlines()) == sorted(second.splitlines())) and first, f"{format}: two exports differ"
        return path

    def local(self):
        return [entry for entry in self.entries if entry.path]
