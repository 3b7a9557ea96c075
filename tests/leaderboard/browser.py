"""A real Chromium without a window, driven by the W3C WebDriver protocol, which is JSON over HTTP."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


class Browser:
    """One window."""

    def __init__(self, session):
        self.session = session

    def open(self, path):
        _call("POST", f"{self.session}/url", {"url": path.resolve().as_uri()})

    def run(self, script):
        """What a script's ``return`` gives; it runs outside the page's own policy."""
        return _call("POST", f"{self.session}/execute/sync", {"script": script, "args": []})

    def press(self, *keys):
        """Type keys where the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        body = {"actions": [{"type": "key", "id": "keys", "actions": actions}]}
        _call("POST", f"{self.session}/actions", body)

    def size(self, width, height):
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def scheme(self, name):
        """``light`` or ``dark``."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def log(self, kind):
        """What the ``browser`` console or the ``performance`` log (requests among others) holds."""
        return _call("POST", f"{self.session}/se/log", {"type": kind})

    def devtools(self, command, **parameters):
        return _call("POST", f"{self.session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(_call("GET", f"{self.session}/screenshot")))


@contextlib.contextmanager
def browser(profile):
    """A browser for as long as the block lasts; ``profile`` is an empty folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [DRIVER, f"--port={port}", f"--log-path={os.devnull}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as driver:
        try:
            root = f"http://127.0.0.1:{port}"
            _await(root)
            arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
            options = {"binary": CHROMIUM, "args": arguments}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            made = _call("POST", f"{root}/session", {"capabilities": {"alwaysMatch": wanted}})
            session = f"{root}/session/{made['sessionId']}"
            try:
                yield Browser(session)
            finally:
                _call("DELETE", session)
        finally:
            driver.terminate()


def _await(root):
    for _ in range(100):
        with contextlib.suppress(urllib.error.URLError):
            if _call("GET", f"{root}/status")["ready"]:
                return
        time.sleep(0.1)
    raise TimeoutError("the driver did not start")


def _call(method, address, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return json.load(answer)["value"]
