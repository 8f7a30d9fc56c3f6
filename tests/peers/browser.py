#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""browser.py chromium|firefox URL FOLDER AXE: a person with a keyboard at the
page of versed.cgi, in a headless browser.  Says what is not as it should be,
what axe-core (its file is AXE) finds among it, and leaves pictures in FOLDER.

Chromium is driven by chromedriver as W3C's WebDriver has it, Firefox by its own
Marionette, which has the same commands.
"""
import base64
import json
import os
import re
import socket
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
LIMIT = 99999
VERSE = "ΤΟ ΦΩΣ ΠΟΥ ΚΑΙΕΙ ΤΗ ΝΥΧΤΑ\n"  # 46 bytes, 131 of a form

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
failures = 0


class BrowserError(Exception):
    pass


def expect(what, got, want):
    global failures
    if got != want:
        failures += 1
        print(f"{what}: {got!r:.200}, not {want!r:.200}")


def wait_until(what, condition):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (BrowserError, OSError):
            pass  # between two pages
        time.sleep(0.05)
    expect(what + " within 30 seconds", False, True)


class Chromium:
    """A session of chromedriver, started by it and ended with it."""

    PATHS = {"Navigate": ("POST", "/url"), "Back": ("POST", "/back"),
             "ExecuteScript": ("POST", "/execute/sync"),
             "PerformActions": ("POST", "/actions"),
             "FindElement": ("POST", "/element"),
             "TakeScreenshot": ("GET", "/screenshot"),
             "GetComputedRole": ("GET", "/element/%s/computedrole"),
             "GetComputedLabel": ("GET", "/element/%s/computedlabel")}

    def __init__(self, folder, scheme):
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
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
                     "--window-size=1280,900"]
        capabilities = {"goog:chromeOptions": {"args": arguments},
                        "goog:loggingPrefs": {"browser": "ALL"}}
        session = self.open({"capabilities": {"alwaysMatch": capabilities}})
        self.base += "/" + session["sessionId"]
        self.emulate("Browser.setDownloadBehavior", {
            "behavior": "allow", "downloadPath": folder})
        self.media(scheme)

    def open(self, wanted):
        """A browser on a busy machine may take more than one try to start."""
        for tries in range(3):
            try:
                return self.call("POST", "", wanted)
            except BrowserError as error:
                said = error
        sys.exit(f"no browser: {said}")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"},
            method=method)
        try:
            with DIRECT.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise BrowserError(error.read().decode()) from None

    def command(self, name, parameters):
        method, path = self.PATHS[name]
        if "%s" in path:
            path %= parameters["id"]
        return self.call(method, path, None if method == "GET" else parameters)

    def emulate(self, command, parameters):
        self.call("POST", "/goog/cdp/execute",
                  {"cmd": command, "params": parameters})

    def media(self, scheme, kind=""):
        self.emulate("Emulation.setEmulatedMedia", {
            "media": kind, "features": [
                {"name": "prefers-color-scheme", "value": scheme}]})

    def resize(self, width, height):
        self.emulate("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 700})

    def complaints(self):
        log = self.call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in log
                if "the server responded with a status of 4"
                not in entry["message"]]

    def close(self):
        self.call("DELETE", "")
        self.process.terminate()
        self.process.wait()


class Firefox:
    """A session of Marionette, in a Firefox of its own."""

    def __init__(self, folder, scheme):
        profile = f"{folder}/profile-{scheme}"
        os.mkdir(profile)
        settings = {
            "marionette.port": 0, "network.proxy.type": 0,
            "browser.download.folderList": 2, "browser.download.dir": folder,
            "browser.download.alwaysOpenPanel": False,
            "datareporting.policy.dataSubmissionEnabled": False,
            "layout.css.prefers-color-scheme.content-override":
                0 if scheme == "dark" else 1}
        with open(f"{profile}/user.js", "w") as file:
            for name, value in settings.items():
                file.write(f'user_pref("{name}", {json.dumps(value)});\n')
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--marionette", "--no-remote",
             "--profile", profile], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        port = f"{profile}/MarionetteActivePort"
        wait_until("Firefox's port", lambda: os.path.getsize(port) > 0)
        with open(port) as file:
            self.socket = socket.create_connection(
                ("127.0.0.1", int(file.read())), timeout=120)
        self.reader = self.socket.makefile("rb")
        self.read()
        self.command("NewSession", {})
        self.command("SetWindowRect", {"width": 1280, "height": 900})

    def read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.reader.read(1)
        return json.loads(self.reader.read(int(length[:-1])))

    def command(self, name, parameters):
        message = json.dumps([0, 1, "WebDriver:" + name, parameters])
        self.socket.sendall(f"{len(message)}:{message}".encode())
        _, _, error, result = self.read()
        if error:
            raise BrowserError(error["message"])
        return result.get("value") if isinstance(result, dict) else result

    def complaints(self):
        return []

    def close(self):
        self.process.terminate()
        self.process.wait()


class Person:
    """Who uses a browser, at the page that is in it."""

    def __init__(self, browser, url, axe):
        self.browser = browser
        self.url = url
        self.axe = axe

    def open(self):
        self.browser.command("Navigate", {"url": self.url})

    def run(self, script):
        return self.browser.command(
            "ExecuteScript", {"script": script, "args": []})

    def leave_by(self, action):
        """Does what leads to another page, and waits for that."""
        page = ("return document.readyState == 'complete'"
                " && document.forms.length > 0 && performance.timeOrigin")
        old = self.run(page)
        action()
        wait_until("another page", lambda: self.run(page)
                   not in (old, False, None))

    def go_back(self):
        self.leave_by(lambda: self.browser.command("Back", {}))

    def press(self, keys, held=""):
        """Types into whatever has the focus, as from a keyboard."""
        actions = [{"type": "keyDown", "value": key} for key in held]
        for key in keys:
            actions += [{"type": "keyDown", "value": key},
                        {"type": "keyUp", "value": key}]
        actions += [{"type": "keyUp", "value": key} for key in held]
        self.browser.command("PerformActions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": actions}]})

    def focused(self):
        return self.run("return document.activeElement.id "
                        "|| document.activeElement.textContent")

    def fill(self, poem):
        """As if pasted; no keyboard is in it."""
        self.run("document.querySelector('textarea').value = "
                 + json.dumps(poem))

    def submit(self):
        self.leave_by(lambda: self.run(
            "document.querySelector('button').click()"))

    def text(self):
        return self.run("return document.querySelector('textarea')?.value")

    def accessible(self, selector):
        """What a screen reader is told of an element: its role and name."""
        element = self.browser.command("FindElement", {
            "using": "css selector", "value": selector})[ELEMENT]
        return [self.browser.command(f"GetComputed{part}", {"id": element})
                for part in ("Role", "Label")]

    def transform(self, poem, name):
        """Goes through the page by the keyboard alone."""
        if self.focused() == "result":  # which is behind the text
            self.press(TAB, held=SHIFT)
        else:
            self.press(TAB)
        expect("the first stop of the keyboard", self.focused(), "text")
        self.run("document.activeElement.select()")
        self.press(poem.replace("\n", ENTER))
        self.press(TAB)
        expect("the second stop", self.focused(), "transform")
        self.press(name[:3])
        self.press(TAB)
        expect("the third stop", self.focused(), "Transform the poem")
        self.leave_by(lambda: self.press(" "))

    def shown(self):
        return self.run(
            "return [document.title,"
            " document.querySelector('pre')?.textContent,"
            " document.querySelector('textarea').value,"
            " document.querySelector('select').value,"
            " document.querySelector('h2')?.textContent]")

    def picture(self, name):
        with open(f"{name}.png", "wb") as file:
            file.write(base64.b64decode(
                self.browser.command("TakeScreenshot", {"full": False})))

    def check(self, name):
        """Takes a picture, and has axe-core look at the page."""
        self.picture(name)
        found = self.run(self.axe + """;
            return axe.run(document).then(result => result.violations.map(
                rule => rule.id + ': ' + rule.nodes.map(node => node.target)))
            """)
        expect(f"what axe-core finds in {name}", found, [])


def check_contrast(person, scheme):
    """Text has at least 4.5 to 1, edges 3 to 1 (WCAG 2.1, AA)."""
    colours = person.run("""
        const of = (selector, what) =>
            getComputedStyle(document.querySelector(selector))[what];
        return [
            [of('body', 'color'), of('body', 'backgroundColor'), 4.5],
            [of('pre', 'color'), of('pre', 'backgroundColor'), 4.5],
            [of('textarea', 'color'), of('textarea', 'backgroundColor'), 4.5],
            [of('button', 'color'), of('button', 'backgroundColor'), 4.5],
            [of('.second', 'color'), of('.second', 'backgroundColor'), 4.5],
            [of('.hint', 'color'), of('body', 'backgroundColor'), 4.5],
            [of('select', 'color'), of('select', 'backgroundColor'), 4.5],
            [of('#result', 'outlineColor'), of('body', 'backgroundColor'), 3],
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
    expect(f"{scheme}: the paper", luminance(colours[0][1]) > 0.5,
           scheme == "light")


def check_page(person, scheme):
    person.open()
    expect("what a screen reader says of the text",
           person.accessible("textarea"), ["textbox", "Your poem"])
    expect("and of the choice", person.accessible("select"),
           ["combobox", "Transform"])
    expect("and of the button", person.accessible("button"),
           ["button", "Transform the poem"])
    expect("what describes the text", person.run(
        "return document.getElementById(document.querySelector('textarea')"
        ".getAttribute('aria-describedby')).textContent.slice(0, 19)"),
        f"At most {LIMIT} bytes")
    person.check(f"{scheme}-form")
    person.transform(GREEK, "cummingsify")
    expect("the result of a Greek poem", person.shown(), [
        "Result – Transform a poem", "ο κηπος,\nτο φως: οδος & «ονειρο»\n",
        GREEK, "cummingsify", "Result of cummingsify"])
    expect("what a screen reader says of the result",
           person.accessible("section"), ["region", "Result of cummingsify"])
    expect("the language of the page", person.run(
        "return document.documentElement.lang"), "en")
    expect("the place that is shown, and has the focus", person.run(
        "return location.hash + document.activeElement.id"), "#resultresult")
    expect("that the focus is seen", person.run(
        "return getComputedStyle(document.activeElement).outlineStyle"),
        "solid")
    expect("that nothing is cut off at the side", person.run(
        "return document.documentElement.scrollWidth <= innerWidth"), True)
    check_contrast(person, scheme)
    person.check(f"{scheme}-result")


LONG = ("When, in disgrace with fortune and men's eyes, I all alone beweep "
        "my outcast state, and trouble deaf heaven with my bootless cries,\n"
        "And look upon myself and curse my fate,\n\n") * 12


def check_long(person, scheme):
    """Two columns have the same verses at the same height, none scrolls."""
    person.open()
    person.fill(LONG)
    person.submit()
    person.run("scrollTo(0, 0)")
    expect("that a verse is beside what became of it", person.run("""
        const poem = document.querySelector('textarea');
        const result = document.querySelector('pre');
        return [poem.getBoundingClientRect().top
                == result.getBoundingClientRect().top,
            poem.clientWidth == result.clientWidth,
            Math.abs(poem.clientHeight - result.clientHeight) < 30,
            poem.scrollHeight <= poem.clientHeight,
            getComputedStyle(poem).lineHeight
                == getComputedStyle(result).lineHeight]"""), [True] * 5)
    expect("that the menu is in sight", person.run(
        "return document.querySelector('select').getBoundingClientRect()"
        ".bottom < innerHeight"), True)
    person.check(f"{scheme}-long")


def check_refusals(person, scheme):
    """What is refused is still there, and beside it the reason."""
    person.open()
    person.run("document.querySelector('option').value = '<nosuch>'")
    person.fill("\nA <b>")
    person.submit()
    expect("the page of a failure", person.shown(), [
        "No result – Transform a poem", None, "\nA <b>", "cummingsify",
        "No result"])
    expect("its reason", person.run(
        "return document.querySelector('.problem').textContent"),
        "no such transform")
    person.check(f"{scheme}-refusal")
    person.open()
    person.submit()
    expect("what is said of an empty result", person.run(
        "return document.querySelector('#result p').textContent"),
        "It is empty.  Your poem has 0 bytes.")
    person.check(f"{scheme}-empty")


def check_back(person):
    """Back has the poem, whatever the answer was."""
    for what, poem, kept in (
            ("a result", GREEK, True), ("too long a poem", VERSE * 2000, True),
            ("far too long a poem", VERSE * 8400, False)):
        person.open()
        person.fill(poem)
        person.submit()
        expect(f"the poem beside {what}", person.text() == poem, kept)
        person.go_back()
        expect(f"the poem one page back from {what}", person.text(), poem)
    person.open()
    person.fill(GREEK)
    person.submit()
    person.run("document.querySelector('select').value = 'reverse'")
    person.submit()
    person.go_back()
    title, result, text, _, heading = person.shown()
    expect("the first of two results, one page back",
           [title, result, text, heading], [
               "Result – Transform a poem",
               "ο κηπος,\nτο φως: οδος & «ονειρο»\n", GREEK,
               "Result of cummingsify"])


def check_file(person, folder):
    """A result is saved without a script, and the page stays."""
    person.open()
    person.fill(GREEK)
    person.run("document.querySelector('.second').click()")
    wait_until("a file", lambda: os.path.getsize(f"{folder}/poem.txt") > 0)
    with open(f"{folder}/poem.txt") as file:
        expect("the file", file.read(),
               "ο κηπος,\nτο φως: οδος & «ονειρο»\n")
    expect("the poem beside it", person.text(), GREEK)


def check_markup(person):
    person.open()
    person.transform(MARKUP, "rot13")
    rot13 = MARKUP.translate({
        **{i: (i - 84) % 26 + 97 for i in range(97, 123)},
        **{i: (i - 52) % 26 + 65 for i in range(65, 91)}})
    expect("a poem that is markup", person.shown(), [
        "Result – Transform a poem", rot13, MARKUP, "rot13",
        "Result of rot13"])
    person.transform(rot13, "rot13")
    expect("a result that is markup", person.shown(), [
        "Result – Transform a poem", MARKUP, rot13, "rot13",
        "Result of rot13"])
    expect("scripts and images in the page", person.run(
        "return document.querySelectorAll('script, img').length"), 0)


def check_print(person, scheme):
    """On paper is the result alone, all of it."""
    person.open()
    person.fill(LONG)
    person.submit()
    person.browser.media(scheme, "print")
    expect("what is printed", person.run(
        "return [...document.querySelectorAll('h1, label, textarea, select,"
        " button, .hint, h2, pre')].filter(part => part.offsetParent)"
        ".map(part => part.localName)"), ["h2", "pre"])
    person.picture(f"{scheme}-print")
    person.browser.media(scheme)


def check_narrow(person, scheme):
    for width, height in ((320, 640), (375, 667)):
        person.browser.resize(width, height)
        check_refusals(person, f"{scheme}-{width}")
        person.open()
        person.check(f"{scheme}-{width}-form")
        person.fill(LONG)
        person.submit()
        expect(f"that {width} pixels are enough", person.run(
            "return document.documentElement.scrollWidth"), width)
        expect("that result and menu are seen together", person.run(
            "const top = part => document.querySelector(part)"
            ".getBoundingClientRect().top;"
            "return top('h2') >= 0 && top('pre') < innerHeight / 2"
            " && top('button') < innerHeight - 44"), True)
        person.check(f"{scheme}-{width}-result")


def main(name, url, folder, axe):
    os.chdir(folder)
    with open(axe) as file:
        axe = file.read()
    for scheme in ("light", "dark"):
        browser = {"chromium": Chromium, "firefox": Firefox}[name](
            folder, scheme)
        person = Person(browser, url, axe)
        try:
            check_page(person, scheme)
            check_long(person, scheme)
            check_refusals(person, scheme)
            if scheme == "light":
                check_markup(person)
                check_back(person)
                check_file(person, folder)
            if name == "chromium":
                check_print(person, scheme)
                check_narrow(person, scheme)
            expect("complaints of the browser", browser.complaints(), [])
        finally:
            browser.close()
    return failures > 0


sys.exit(main(*sys.argv[1:]))
