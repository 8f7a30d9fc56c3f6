#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""browser.py URL FOLDER: a person with a keyboard at the page of versed.cgi,
in a headless Chromium, driven as W3C's WebDriver has it.  Says what is not as
it should be, and leaves screenshots in FOLDER.
"""
import base64
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SHIFT, TAB, ENTER = "\ue008", "\ue004", "\ue006"
GREEK = "Ο ΚΗΠΟΣ,\nΤΟ ΦΩΣ: ΟΔΟΣ & «ΟΝΕΙΡΟ»\n"
MARKUP = ("</textarea></pre><script>document.title = 'X'</script>"
          "<img src=x onerror=\"document.title = 'X'\"><!-- &lt; \"'")

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
failures = 0


def expect(what, got, want):
    global failures
    if got != want:
        failures += 1
        print(f"{what}: {got!r}, not {want!r}")


class Browser:
    """A session of chromedriver, started by it and ended with it."""

    def __init__(self, folder, scheme):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                break
        self.base = f"http://127.0.0.1:{found[1]}/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--no-proxy-server",
                     "--no-first-run", "--disable-quic", "--disable-sync",
                     "--disable-background-networking",
                     "--disable-component-update",
                     f"--user-data-dir={folder}/profile-{scheme}",
                     "--window-size=1100,800"]
        capabilities = {"goog:chromeOptions": {"args": arguments},
                        "goog:loggingPrefs": {"browser": "ALL"}}
        session = self.open({"capabilities": {"alwaysMatch": capabilities}})
        self.base += "/" + session["sessionId"]
        if scheme == "dark":
            self.emulate("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": "dark"}]})

    def open(self, wanted):
        """A browser on a busy machine may take more than one try to start."""
        for tries in range(3):
            try:
                return self.call("POST", "", wanted)
            except urllib.error.HTTPError as error:
                said = error.read().decode()
        sys.exit(f"no browser: {said}")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"},
            method=method)
        with DIRECT.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def emulate(self, command, parameters):
        self.call("POST", "/goog/cdp/execute",
                  {"cmd": command, "params": parameters})

    def close(self):
        self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait()

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script):
        return self.call("POST", "/execute/sync",
                         {"script": script, "args": []})

    def wait_for_page(self):
        """Until there is another page than the one marked as old."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.run("return !window.isOld && "
                            "document.readyState == 'complete'"):
                    return
            except urllib.error.HTTPError:
                pass  # between two pages
            time.sleep(0.05)
        expect("a page within 20 seconds", None, "one")

    def press(self, keys):
        """Types into whatever has the focus, as from a keyboard."""
        actions = []
        for key in keys:
            actions += [{"type": "keyDown", "value": key},
                        {"type": "keyUp", "value": key}]
        self.call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": actions}]})

    def go_back(self):
        """To the stop before, as Shift and Tab do."""
        actions = [{"type": "keyDown", "value": SHIFT},
                   {"type": "keyDown", "value": TAB},
                   {"type": "keyUp", "value": TAB},
                   {"type": "keyUp", "value": SHIFT}]
        self.call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": actions}]})

    def focused(self):
        return self.run("return document.activeElement.id "
                        "|| document.activeElement.localName")

    def accessible(self, selector):
        """What a screen reader is told of an element: its role and name."""
        element = self.call("POST", "/element", {
            "using": "css selector", "value": selector})[ELEMENT]
        return [self.call("GET", f"/element/{element}/computed{part}")
                for part in ("role", "label")]

    def screenshot(self, name):
        with open(name, "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))


def transform(browser, poem, name):
    """Goes through the page by the keyboard alone."""
    if browser.focused() == "result":  # which is behind the text
        browser.go_back()
    else:
        browser.press(TAB)
    expect("the first stop of the keyboard", browser.focused(), "text")
    browser.run("document.activeElement.select()")
    browser.press(poem.replace("\n", ENTER))
    browser.press(TAB)
    expect("the second stop", browser.focused(), "transform")
    browser.press(name[:3])
    browser.press(TAB)
    expect("the third stop", browser.focused(), "button")
    browser.run("window.isOld = true")
    browser.press(" ")
    browser.wait_for_page()


def shown(browser):
    return browser.run(
        "return [document.title, document.querySelector('pre')?.textContent,"
        " document.querySelector('textarea').value,"
        " document.querySelector('select').value,"
        " document.querySelector('h2')?.textContent]")


def check_contrast(browser, scheme):
    """Text has at least 4.5 to 1, edges 3 to 1 (WCAG 2.1, AA)."""
    colours = browser.run("""
        const of = (selector, what) =>
            getComputedStyle(document.querySelector(selector))[what];
        return [
            [of('body', 'color'), of('body', 'backgroundColor'), 4.5],
            [of('pre', 'color'), of('pre', 'backgroundColor'), 4.5],
            [of('textarea', 'color'), of('textarea', 'backgroundColor'), 4.5],
            [of('button', 'color'), of('button', 'backgroundColor'), 4.5],
            [of('select', 'color'), of('select', 'backgroundColor'), 4.5],
            [of('textarea', 'borderTopColor'), of('body', 'backgroundColor'),
                3],
            [of('button', 'backgroundColor'), of('body', 'backgroundColor'),
                3]];""")

    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        parts = [part / 12.92 if part <= 0.04045
                 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for one, other, least in colours:
        high, low = sorted([luminance(one), luminance(other)], reverse=True)
        expect(f"{scheme}: enough contrast of {one} on {other}",
               (high + 0.05) / (low + 0.05) >= least, True)
    return luminance(colours[0][1])


def check_page(browser, url, folder, scheme):
    browser.go(url)
    expect("what a screen reader says of the text",
           browser.accessible("textarea"), ["textbox", "Your poem"])
    expect("and of its limit", browser.run(
        "return document.getElementById(document.querySelector('textarea')"
        ".getAttribute('aria-describedby')).textContent.slice(0, 19)"),
        "At most 99999 bytes")
    expect("and of the choice", browser.accessible("select"),
           ["combobox", "Transform"])
    expect("and of the button", browser.accessible("button"),
           ["button", "Transform the poem"])
    browser.screenshot(f"{folder}/{scheme}-empty.png")
    transform(browser, GREEK, "cummingsify")
    expect("the result of a Greek poem", shown(browser), [
        "Result – Transform a poem", "ο κηπος,\nτο φως: οδος & «ονειρο»\n",
        GREEK, "cummingsify", "Result of cummingsify"])
    expect("what a screen reader says of the result",
           browser.accessible("section"), ["region", "Result of cummingsify"])
    expect("the language of the page", browser.run(
        "return document.documentElement.lang"), "en")
    expect("the place that is shown", browser.run(
        "return location.hash"), "#result")
    expect("that nothing is cut off at the side", browser.run(
        "return document.documentElement.scrollWidth <= innerWidth"), True)
    browser.screenshot(f"{folder}/{scheme}-result.png")
    paper = check_contrast(browser, scheme)
    expect(f"{scheme}: the paper", paper > 0.5, scheme == "light")


def check_markup(browser, url):
    browser.go(url)
    transform(browser, MARKUP, "rot13")
    rot13 = MARKUP.translate({
        **{i: (i - 84) % 26 + 97 for i in range(97, 123)},
        **{i: (i - 52) % 26 + 65 for i in range(65, 91)}})
    expect("a poem that is markup", shown(browser), [
        "Result – Transform a poem", rot13, MARKUP, "rot13",
        "Result of rot13"])
    transform(browser, rot13, "rot13")
    expect("a result that is markup", shown(browser), [
        "Result – Transform a poem", MARKUP, rot13, "rot13",
        "Result of rot13"])
    expect("scripts and images in the page", browser.run(
        "return document.querySelectorAll('script, img').length"), 0)


def check_narrow(browser, folder):
    browser.emulate("Emulation.setDeviceMetricsOverride", {
        "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True})
    expect("that 320 pixels are enough", browser.run(
        "return document.documentElement.scrollWidth"), 320)
    browser.screenshot(f"{folder}/narrow.png")


def check_failure(browser, url):
    """What only a broken browser would send, sent by hand."""
    browser.go(url)
    browser.run("window.isOld = true;"
                "document.querySelector('option').value = '<nosuch>';"
                "document.querySelector('textarea').value = '\\nA <b>';"
                "document.querySelector('button').click()")
    browser.wait_for_page()
    expect("the page of a failure", shown(browser), [
        "No result – Transform a poem", None, "\nA <b>", "cummingsify",
        "No result"])
    expect("its reason", browser.run(
        "return document.querySelector('.problem').textContent"),
        "no such transform")


def main(url, folder):
    for scheme in ("light", "dark"):
        browser = Browser(folder, scheme)
        try:
            check_page(browser, url, folder, scheme)
            if scheme == "light":
                check_markup(browser, url)
                check_narrow(browser, folder)
                check_failure(browser, url)
            log = browser.call("POST", "/se/log", {"type": "browser"})
            expect("complaints of the browser", [
                entry["message"] for entry in log
                if "404 (Not Found)" not in entry["message"]
                # Of its own pages, of which it shows one at its start.
                and not entry["message"].startswith("chrome://")], [])
        finally:
            browser.close()
    return failures > 0


sys.exit(main(*sys.argv[1:]))
