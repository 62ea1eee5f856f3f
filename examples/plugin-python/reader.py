#!/usr/bin/python3
"""A Filmloom plugin: it counts the words of texts, and recites them into a subtitle file."""

import json
import os

import filmloom
from filmloom import FILE, Attribute, Configured, Estimate, InvalidInput

plugin = filmloom.Provider("reader", "1.0.0", "Counts the words of texts and recites them.", config=[
    Attribute("words_per_minute", "number", "How fast a listener is read to.", default=150, min=1, unit="words"),
])
pace = {"words_per_minute": 150}


@plugin.configure
def configure(config):
    pace.update(config)
    if pace["words_per_minute"] > 300:
        return Configured(warnings={"words_per_minute": "Nobody can follow that."})


@plugin.estimate
def estimate(capability, input, unknown):
    # A minute for a text that is not known yet; nothing here costs money.
    return Estimate(max_seconds=60 if "text" in unknown else 1 + len(input.get("text") or "") / 1000)


@plugin.capability(
    "text.count", "Counts the words of a text or of a text file.", deterministic=True,
    input=[
        Attribute("text", "string", "The text, unless there is a file.", required=False),
        Attribute("file", FILE, "A text file in UTF-8.", required=False),
    ],
    output=[
        Attribute("words", "number"),
        Attribute("seconds", "number", "How long it takes to read it aloud.", unit="seconds"),
    ])
def count(call):
    text = call.input.get("text")
    if call.input.get("file"):
        with open(call.input["file"]["path"], encoding="utf-8") as f:
            text = f.read()
    words = len(words_of(text))
    return {"words": words, "seconds": words * 60 / pace["words_per_minute"]}


@plugin.capability(
    "text.recite", "Recites a text, line by line, into a subtitle file.",
    input=[
        Attribute("text", "string", "What to recite; each line becomes a subtitle."),
        Attribute("seconds_per_line", "number", "How long to think about a line.", default=0, min=0, unit="seconds"),
    ],
    output=[
        Attribute("subtitles", FILE, "A SubRip file."),
        Attribute("lines", "number"),
    ])
def recite(call):
    words_of(call.input["text"])
    lines = [line.strip() for line in call.input["text"].splitlines() if line.strip()]
    # What an interrupted attempt has recited is not recited again.
    done = json.loads(call.checkpoint) if call.checkpoint else []
    if done:
        call.log("info", "goes on", line=len(done) + 1)
    for line in lines[len(done):]:
        call.progress(len(done) / len(lines), line)
        call.wait(call.input["seconds_per_line"])  # raises when the call is cancelled
        start = done[-1]["end"] if done else 0
        done.append({"start": start, "end": start + len(line.split()) * 60 / pace["words_per_minute"], "text": line})
        call.save_checkpoint(json.dumps(done).encode())
    path = os.path.join(call.work_dir, "recital.srt")
    with open(path, "w", encoding="utf-8") as f:
        for number, cue in enumerate(done, 1):
            f.write(f"{number}\n{clock(cue['start'])} --> {clock(cue['end'])}\n{cue['text']}\n\n")
    return {"subtitles": filmloom.file(path, "application/x-subrip"), "lines": len(done)}


def words_of(text):
    words = (text or "").split()
    if not words:
        raise InvalidInput("the text is empty", user="The text is empty.", hint="Give a text with at least one word.")
    return words


def clock(seconds):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


if __name__ == "__main__":
    filmloom.serve(plugin)
