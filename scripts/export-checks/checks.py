"""One check for each format and reader; its first line is the name it is counted under."""

import collections
import csv
import glob
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
from urllib.parse import parse_qs, urlsplit

import datasets
import duckdb
import openai.types.chat
import pandas
import webdataset
from label_studio_sdk.label_interface import LabelInterface
from PIL import Image
from scene import CUTLINE, ROOT

datasets.disable_progress_bars()

EXAMPLES = os.path.join(ROOT, "examples")
TEXT_COLUMNS = "columns = {key: 'VARCHAR', caption: 'VARCHAR', prompt: 'VARCHAR'}"


def same(found, entries, what="key"):
    """Holds (key, caption) pairs to the entries."""
    wanted = collections.Counter((getattr(entry, what), entry.caption) for entry in entries)
    found = collections.Counter(found)
    assert found == wanted, f"missing {list((wanted - found).items())[:3]}, too many {list((found - wanted).items())[:3]}"


def pictured(found, entries):
    """Holds (SHA-256, caption) pairs to the entries."""
    wanted = collections.Counter((hashlib.sha256(entry.bytes).hexdigest(), entry.caption) for entry in entries)
    found = collections.Counter(found)
    assert found == wanted, f"missing {list((wanted - found).items())[:3]}, too many {list((found - wanted).items())[:3]}"


def check_jsonl(scene):
    """jsonl is read by json, pandas, duckdb and datasets"""
    path = scene.export("jsonl", "captions.jsonl")
    with open(path, encoding="utf-8", newline="\n") as file:
        same(((row["key"], row["caption"]) for row in map(json.loads, file.read().split("\n")[:-1])), scene.entries)
    frame = pandas.read_json(path, lines=True, dtype={"key": str, "caption": str}, convert_dates=False)
    same(zip(frame["key"], frame["caption"]), scene.entries)
    same(duckdb.sql(f"SELECT key, caption FROM read_json('{path}', format = 'newline_delimited', {TEXT_COLUMNS})").fetchall(), scene.entries)
    rows = datasets.load_dataset("json", data_files=path, split="train")
    same(zip(rows["key"], rows["caption"]), scene.entries)


def check_parquet(scene):
    """jsonl becomes parquet with duckdb's one line, which pandas reads"""
    path = scene.export("jsonl", "for-parquet.jsonl")
    target = path.replace(".jsonl", ".parquet")
    duckdb.sql(f"COPY (FROM read_json('{path}', format = 'newline_delimited', sample_size = -1)) TO '{target}'")
    frame = pandas.read_parquet(target)
    same(zip(frame["key"], frame["caption"]), scene.entries)
    same(duckdb.sql(f"SELECT key, caption FROM '{target}'").fetchall(), scene.entries)


def check_fields(scene):
    """--fields chooses and orders keys and columns"""
    path = scene.export("jsonl", "few.jsonl", "--fields", "caption,key")
    with open(path, encoding="utf-8") as file:
        assert all(list(json.loads(line)) == ["caption", "key"] for line in file.read().split("\n")[:-1])
    frame = pandas.read_csv(scene.export("csv", "few.csv", "--fields", "caption,key", "--csv-raw"), dtype=str, keep_default_na=False)
    assert list(frame.columns) == ["caption", "key"]


def check_csv_raw(scene):
    """csv --csv-raw is read by csv, pandas (three engines) and duckdb"""
    path = scene.export("csv", "raw.csv", "--csv-raw")
    with open(path, encoding="utf-8", newline="") as file:
        same(((row["key"], row["caption"]) for row in csv.DictReader(file, strict=True)), scene.entries)
    for engine in ["c", "python", "pyarrow"]:
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False, engine=engine)
        same(zip(frame["key"], frame["caption"]), scene.entries)
    same(duckdb.sql(f"SELECT key, caption FROM read_csv('{path}', all_varchar = true, header = true)").fetchall(), scene.entries)


def check_csv_guard(scene):
    """csv keeps formulas from running, and a byte-order mark is read"""
    path = scene.export("csv", "guarded.csv", "--bom")
    with open(path, "rb") as file:
        assert file.read(3) == b"\xef\xbb\xbf"
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [(row["key"], row["caption"]) for row in csv.DictReader(file, strict=True)]
    def guard(text): return "'" + text if text[:1] and text[0] in "=+-@\t\r\0" else text
    assert collections.Counter(rows) == collections.Counter((guard(entry.key), guard(entry.caption)) for entry in scene.entries)
    assert not any(text[:1] in ("=", "+", "-", "@") for row in rows for text in row)


def caption_as_kohya(path, extension):
    """As sd-scripts' read_caption does it: the stem, strict UTF-8, the first line, stripped."""
    name = os.path.splitext(path)[0] + extension
    with open(name, encoding="utf-8") as file:
        lines = file.readlines()
    assert lines, f"{name} is empty"
    return lines[0].strip()


def check_sidecar(scene):
    """sidecar files are read as sd-scripts reads them, in a mirror and beside the pictures"""
    entries = [entry for entry in scene.local() if entry.path.startswith(scene.photos)]
    scene.export("sidecar", "mirror", "--batch", "photos", "--one-line")
    assert "note: 1 record (photos/cat.png) under the whole name" in scene.said and "photos/folder" not in scene.said, scene.said
    scene.run("export", "--format", "sidecar", "--batch", "photos", "--one-line", "--caption-extension", "caption")
    for entry in entries:
        caption = " ".join(re.split("[\n\r\x0b\x0c\x85\u2028\u2029]+", entry.caption)).strip()
        if entry.key == "photos/cat.png":
            assert open(entry.path + ".caption", encoding="utf-8", newline="").read() == caption
            continue
        assert caption_as_kohya(entry.path, ".caption") == caption, entry.key
        mirrored = os.path.join(scene.folder, "mirror", "photos", os.path.relpath(entry.path, scene.photos))
        assert caption_as_kohya(mirrored, ".txt") == caption, entry.key
    assert len([name for name in glob.glob(f"{scene.folder}/mirror/**", recursive=True) if os.path.isfile(name)]) == len(entries)
    refused = scene.run("export", "--format", "sidecar", "--batch", "photos", "--caption-extension", "caption", expect=64)
    assert "caption files exist already" in refused


def check_imagefolder(scene):
    """imagefolder is read by datasets, copied and linked"""
    for how in ["copy", "link", "hardlink"]:
        path = scene.export("imagefolder", f"set-{how}", "--pictures", how)
        assert "1 record (web)" in scene.said and "1 record (pair)" in scene.said, scene.said
        rows = datasets.load_dataset("imagefolder", data_dir=path, split="train")
        rows = rows.cast_column("image", datasets.Image(decode=False))
        pictured(((hashlib.sha256(open(row["image"]["path"], "rb").read()).hexdigest(), row["text"]) for row in rows), scene.local())
        same(zip(rows["key"], rows["text"]), scene.local())
    for row in datasets.load_dataset("imagefolder", data_dir=path, split="train"):
        row["image"].load()


def check_imagefolder_split(scene):
    """imagefolder in parts is read by datasets as train and validation"""
    path = scene.export("imagefolder", "test-parts", "--split", "train=0.7,val=0.3", "--seed", "7")
    parts = datasets.load_dataset("imagefolder", data_dir=path)
    assert set(parts) == {"train", "validation"} and min(len(part) for part in parts.values()) > 5, parts
    same(((row["key"], row["text"]) for part in parts.values() for row in part), scene.local())
    assert ("photos/plain.jpg" in parts["train"]["key"]) == ("photos/plain copy.jpg" in parts["train"]["key"]), "a copy is on the other side"


def samples(paths):
    """What webdataset makes of the shards: key → fields."""
    return {sample["__key__"]: sample for sample in webdataset.WebDataset(paths, shardshuffle=False, empty_check=False)}


def check_webdataset(scene):
    """webdataset shards are read by webdataset, raw and decoded"""
    path = scene.export("webdataset", "shards", "--shard-size", "7")
    shards = sorted(glob.glob(f"{path}/*.tar"))
    assert [os.path.basename(shard) for shard in shards] == [f"data-{n:06d}.tar" for n in range(len(shards))] and len(shards) > 5
    found = samples(shards)
    def image(sample): return next(value for field, value in sample.items() if field not in ("txt", "json") and not field.startswith("__"))
    pictured(((hashlib.sha256(image(sample)).hexdigest(), sample["txt"].decode()) for sample in found.values()), scene.local())
    same(((json.loads(sample["json"])["key"], json.loads(sample["json"])["caption"]) for sample in found.values()), scene.local())
    decoded = list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False).decode("pil"))
    assert len(decoded) == len(found) and sum("jpg" in sample and isinstance(sample["jpg"], Image.Image) for sample in decoded) > 5
    for shard in shards:
        with tarfile.open(shard) as tar:
            for member in tar:
                assert member.isreg() and member.mtime == 0 and (member.uid, member.gid, member.uname, member.mode) == (0, 0, "", 0o644)
        assert subprocess.run(["tar", "-tf", shard], capture_output=True).returncode == 0


def check_webdataset_datasets(scene):
    """webdataset shards with one kind of picture are read by datasets, in parts too"""
    folder = os.path.join(scene.folder, "own")
    said = scene.run("export", "--format", "webdataset", "-o", "own-shards", "--batch", "own", "--shard-size", "4", "--shard-size", "1MB",
                     "--split", "train=0.5,validation=0.5")
    assert "1 record (web)" in said, said
    parts = datasets.load_dataset("webdataset", data_dir=f"{scene.folder}/own-shards")
    assert set(parts) == {"train", "validation"}, parts
    rows = [row for part in parts.values() for row in part.cast_column("png", datasets.Image(decode=False))]
    entries = [entry for entry in scene.local() if entry.path.startswith(folder)]
    same(((row["json"]["key"], row["txt"]) for row in rows), entries)
    pictured(((hashlib.sha256(row["png"]["bytes"]).hexdigest(), row["txt"]) for row in rows), entries)


COCO_READER = """
import locale, sys, json
assert locale.getpreferredencoding(False) in ("ANSI_X3.4-1968", "US-ASCII", "ascii"), locale.getpreferredencoding(False)
from pycocotools.coco import COCO
coco = COCO(sys.argv[1])
coco.info()
result = coco.loadRes([{"image_id": coco.getImgIds()[0], "caption": "a guess"}])
assert len(result.anns) == 1
print(json.dumps([[coco.loadImgs(ann["image_id"])[0], ann["caption"]] for ann in coco.loadAnns(coco.getAnnIds())]))
"""


def check_coco(scene):
    """coco is read by pycocotools in an ASCII locale"""
    path = scene.export("coco", "coco.json")
    assert "1 record (pair)" in scene.said, scene.said
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", COCO_READER, path], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    pairs = json.loads(done.stdout.splitlines()[-1])
    entries = [entry for entry in scene.entries if entry.key != "pair" and "xe9" not in entry.key]
    assert collections.Counter(caption for _, caption in pairs) == collections.Counter(entry.caption for entry in entries)
    names = [image["file_name"] for image, _ in pairs]
    assert len(set(names)) == len(names)
    roots = [scene.folder, EXAMPLES]
    found = [(open(next(path for path in (os.path.join(root, image["file_name"]) for root in roots) if os.path.isfile(path)), "rb").read(), caption)
             for image, caption in pairs if "coco_url" not in image]
    pictured(((hashlib.sha256(content).hexdigest(), caption) for content, caption in found), [entry for entry in entries if entry.path])
    by_name = {image["file_name"]: image for image, _ in pairs}
    assert by_name["photos/folder/same.jpg"] != by_name["photos/same.jpg"] and sum("coco_url" in image for image, _ in pairs) == 1
    for entry in scene.local():
        if entry.key in by_name and not entry.key.endswith(("avif", "tiff")):
            with Image.open(entry.path) as image:
                assert (by_name[entry.key]["width"], by_name[entry.key]["height"]) == image.size, entry.key


def check_label_studio(scene):
    """label-studio tasks are taken by label-studio-sdk with the configuration that is printed"""
    path = scene.export("label-studio", "tasks.json")
    assert "not UTF-8" in scene.said and "NUL" in scene.said and "1 record (pair)" in scene.said, scene.said
    config = subprocess.run([CUTLINE, "export", "--format", "label-studio", "--labeling-config"],
                            capture_output=True).stdout.decode()
    interface = LabelInterface(config)
    interface.validate()
    with open(path, encoding="ascii") as file:
        tasks = json.load(file)
    for task in tasks:
        # Predictions are asked about one by one: validate_task hands none over (2.1.2).
        assert interface.validate_task({"data": task["data"]}), task["data"]["key"]
        assert all(interface.validate_prediction(prediction) for prediction in task["predictions"])
        assert "\0" not in json.dumps(task, ensure_ascii=False)
    entries = [entry for entry in scene.entries if entry.key != "pair" and "xe9" not in entry.key and not _is_example(entry)]
    found = [(task["data"]["key"], task["predictions"][0]["result"][0]["value"]["text"][0]) for task in tasks]
    assert collections.Counter(found) == collections.Counter((entry.key.replace("\0", ""), entry.caption) for entry in entries)
    for task in tasks:
        url = urlsplit(task["data"]["image"])
        if not url.scheme:
            assert url.path == "/data/local-files/" and os.path.isfile(os.path.join(scene.folder, parse_qs(url.query)["d"][0]))
    scene.export("label-studio", "served.json", "--batch", "examples", "--image-prefix", "https://pictures.invalid/", "--image-root", EXAMPLES)
    with open(os.path.join(scene.folder, "served.json")) as file:
        assert len(json.load(file)) == len(os.listdir(EXAMPLES))


JOINED = ["--queue", "joined.db", "--batch", "short", "--batch", "long", "--batch", "tags"]
LONG = ["--queue", "joined.db", "--batch", "long"]


def said_of(scene, batch):
    """What a batch of the joined folder has for each key."""
    return {name: f"{batch} of {name}" for name in scene.joined if batch != "tags" or name != scene.joined[0]}


def check_join(scene):
    """a joined export is read by json, pandas, datasets (imagefolder and webdataset) and webdataset"""
    wanted = {name: tuple(said_of(scene, batch).get(name) for batch in ["short", "long", "tags"]) for name in scene.joined}
    path = scene.export("jsonl", "joined.jsonl", "--join", *JOINED)
    assert f"1 record ({scene.joined[0]}) without a caption of batch \"tags\"" in scene.said, scene.said
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file.read().split("\n")[:-1]]
    assert {row["key"]: tuple(row["captions"][batch] for batch in ["short", "long", "tags"]) for row in rows} == wanted
    assert all(os.path.isfile(os.path.join(scene.folder, row["images"][0])) for row in rows)
    assert len(datasets.load_dataset("json", data_files=path, split="train")) == len(wanted)
    texts = {name: tuple(text or "" for text in all) for name, all in wanted.items()}
    frame = pandas.read_csv(scene.export("csv", "joined.csv", "--join", *JOINED), dtype=str, keep_default_na=False)
    assert {row["key"]: (row["short"], row["long"], row["tags"]) for _, row in frame.iterrows()} == texts
    rows = datasets.load_dataset("imagefolder", data_dir=scene.export("imagefolder", "joined-set", "--join", *JOINED), split="train")
    assert {row["key"]: (row["short"], row["long"], row["tags"]) for row in rows} == texts
    shards = scene.export("webdataset", "joined-shards", "--join", *JOINED, "--kind", "png")
    pngs = {name: all for name, all in texts.items() if name.endswith(".png")}
    rows = datasets.load_dataset("webdataset", data_dir=f"{shards}/png", split="train")
    assert {row["json"]["key"]: tuple(row["json"]["captions"][batch] for batch in ["short", "long", "tags"]) for row in rows} == pngs
    found = samples([f"{shards}/png/data-000000.tar"]).values()
    assert {sample["key"] for sample in (json.loads(sample["json"]) for sample in found)} == set(pngs)


def check_several_captions(scene):
    """several captions of a picture are read by pycocotools and label-studio-sdk, and formats of one take the batch named last"""
    path = scene.export("coco", "several.json", *JOINED)
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", COCO_READER, path], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    pairs = json.loads(done.stdout.splitlines()[-1])
    assert collections.Counter((image["file_name"], caption) for image, caption in pairs) == collections.Counter(
        pair for batch in ["short", "long", "tags"] for pair in said_of(scene, batch).items())
    assert all(os.path.isfile(os.path.join(scene.folder, "joined", image["file_name"])) for image, _ in pairs)
    config = subprocess.run([CUTLINE, "export", "--format", "label-studio", "--labeling-config"], capture_output=True).stdout.decode()
    interface = LabelInterface(config)
    with open(scene.export("label-studio", "several-tasks.json", *JOINED), encoding="ascii") as file:
        tasks = json.load(file)
    assert [len(task["predictions"]) for task in tasks].count(3) == len(scene.joined) - 1 and len(tasks) == len(scene.joined)
    for task in tasks:
        assert interface.validate_task({"data": task["data"]})
        assert all(interface.validate_prediction(prediction) for prediction in task["predictions"])
        assert os.path.isfile(os.path.join(scene.folder, parse_qs(urlsplit(task["data"]["image"]).query)["d"][0]))
    rows = datasets.load_dataset("imagefolder", data_dir=scene.export("imagefolder", "last-set", *JOINED, "--prefix", "sks, "), split="train")
    last = {**said_of(scene, "long"), **said_of(scene, "tags")}
    assert {row["key"]: row["text"] for row in rows} == {name: f"sks, {text}" for name, text in last.items()}


def check_mixed_kinds(scene):
    """webdataset of mixed kinds is said, and --kind makes sets that datasets reads"""
    mixed = scene.export("webdataset", "mixed", *LONG)
    assert "Hugging Face's loader reads only one kind a set; --kind jpeg,png writes a set for each" in scene.said, scene.said
    try:
        datasets.load_dataset("webdataset", data_dir=mixed, split="train")
        raise AssertionError("datasets reads mixed kinds: the note is not needed any more")
    except AssertionError:
        raise
    except Exception:
        pass  # As the note says.
    sets = scene.export("webdataset", "kinds", *LONG, "--kind", "jpeg,png")
    for kind, field in [("jpeg", "jpg"), ("png", "png")]:
        rows = datasets.load_dataset("webdataset", data_dir=f"{sets}/{kind}", split="train")
        for row in rows:
            row[field].load()
        assert {row["json"]["key"]: row["txt"] for row in rows} == {
            name: text for name, text in said_of(scene, "long").items() if name.endswith(field)}


def check_kohya(scene):
    """kohya metadata names every picture by a path that exists"""
    path = scene.export("kohya", "meta.json")
    with open(path, "rt", encoding="utf-8") as file:
        metadata = json.load(file)
    entries = [entry for entry in scene.local() if "xe9" not in entry.key]
    pictured(((hashlib.sha256(open(name, "rb").read()).hexdigest(), value["caption"]) for name, value in metadata.items()), entries)


def check_openai_batch(scene):
    """openai-batch lines are chat completions of openai's library"""
    path = scene.export("openai-batch", "output.jsonl", "--state", "all")
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = [json.loads(line) for line in file.read().split("\n")[:-1]]
    assert len({line["custom_id"] for line in lines}) == len({line["id"] for line in lines}) == len(lines)
    errors = [line for line in lines if line["error"]]
    assert [line["custom_id"] for line in errors] == ["photos/refused.png"] and errors[0]["response"] is None and errors[0]["error"]["code"]
    found = []
    for line in lines:
        if line["error"]:
            continue
        answer = openai.types.chat.ChatCompletion.model_validate(line["response"]["body"], strict=True)
        found.append((line["custom_id"], answer.choices[0].message.content))
    same(found, scene.entries)


# A process of its own: a child's peak begins with what its parent held when it was started.
PEAK = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL); " \
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def check_memory(scene):
    """memory does not grow with the records"""
    many = os.path.join(scene.folder, "many.db")
    scene.run("backup", many)
    db = sqlite3.connect(many)
    with db:
        db.execute("""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO entries (batch, key, job, own_key, given, path, created_at)
            SELECT batch, printf('folder-%d/another picture of the plain kind %d.jpg', i / 1000, i), job, 0, given, path, created_at
            FROM n, (SELECT * FROM entries WHERE key = 'photos/plain.jpg')""")
    db.close()
    for format in ["jsonl", "coco"]:
        def peak(queue, name):
            export = [CUTLINE, "export", "--queue", queue, "--format", format, "-o", name]
            return int(subprocess.run([sys.executable, "-S", "-c", PEAK, *export], cwd=scene.folder, check=True, capture_output=True).stdout)
        few, more = peak("cutline.db", f"few-{format}"), peak(many, f"many-{format}")
        print(f"  {format}: {few} kB, with 5,000 records more {more} kB")
        assert more < few + 6_000, f"{format}: {few} kB, with 5,000 records more {more} kB"


def _is_example(entry):
    return bool(entry.path) and entry.path.startswith(EXAMPLES)
