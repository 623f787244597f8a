"""Makes the seeds of the fuzz targets from the real traffic in tests/captures.

Usage: python3 seeds.py DIR
DIR/sse, DIR/codec_v03 and so on get a file for each capture; DIR/words.dict the words of the protocol.
"""
import json
import pathlib
import re
import sys

CAPTURES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "captures"
# The largest limit, packets of eight bytes: see fuzz_targets/sse.rs.
SSE_HEAD = bytes([0xFF, 0xFF, 7])


def bodies(file):
    """The JSON bodies and events of an answer, and cards."""
    text = file.read_text()
    if file.suffix == ".json":
        capture = json.loads(text)
        events = [event.get("event", event) for event in capture.get("events", [])]
        return events or [capture.get("response", capture)]
    answer = re.split(r"\r?\n\r?\n", text[text.find("HTTP/1.1"):], maxsplit=1)[-1]
    lines = (line.removeprefix("data: ") for line in answer.splitlines())
    return [json.loads(line) for line in lines if line.startswith("{") and whole(line)]


def whole(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def words(value):
    """The keys and the short values of some JSON."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    elif isinstance(value, str) and re.fullmatch(r"[A-Za-z_:/.-]{2,24}", value):
        yield value


def main(target):
    dictionary = {"data: ", "event: ", "\\x0d\\x0a"}
    for file in sorted(CAPTURES.glob("*/*")):
        found = bodies(file)
        # Only 0.3 tags what it sends.
        version = "v03" if '"kind":' in json.dumps(found) else "v10"
        lines = [json.dumps(body, separators=(",", ":")) for body in found]
        name = f"{file.parent.name}-{file.stem}"
        stream = "".join(f"data: {line}\n\n" for line in lines)
        write(target / "sse" / name, SSE_HEAD + stream.encode())
        write(target / f"codec_{version}" / name, "\n".join(lines).encode())
        dictionary.update(f'\\"{word}\\"' for body in found for word in words(body))
    write(target / "words.dict", "".join(f'"{word}"\n' for word in sorted(dictionary)).encode())


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


main(pathlib.Path(sys.argv[1]))
