"""A Python plugin that does what a test tells it."""

import os
import subprocess

import filmloom
from filmloom import Attribute

print("a library's greeting")  # which must not spoil the handshake

plugin = filmloom.Provider("misfit", "1.0.0")


@plugin.capability("test.obey", input=[Attribute("do")], output=[Attribute("pid", "number"), Attribute("child", "number")])
def obey(call):
    if call.input["do"] in ("fail", "stumble"):
        call.charge(0.01)
    if call.input["do"] == "fail":
        raise filmloom.RateLimited("slow down\udcff", user="Busy.", hint="Wait.", retry_after=90)
    if call.input["do"] == "stumble":
        return {}["nothing"]
    if call.input["do"] == "measure":
        return {"pid": os.getpid(), "child": len(call.input["text"])}
    child = subprocess.Popen(["sleep", "1000"])
    if call.input["do"] == "wait":
        call.on_cancel(child.kill)
        call.progress(0, f"{os.getpid()} {child.pid}")
        child.wait()
        call.check()
    return {"pid": os.getpid(), "child": child.pid}


filmloom.serve(plugin)
