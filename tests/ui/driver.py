# driver.py — Basin worked from outside: its accessibility tree, its keys, its clock
#
# Studio starts the program and reads its tree over D-Bus as a screen reader
# does. GTK knows an element from when somebody first asks for it; from then on
# `GetItems` gives all of them, with names and states, in one call of about
# 20 ms, so the tree is read anew for each look and nothing of it is kept.
#
# Nothing waits for a time: each wait looks again until a deadline, and says
# what it saw last when that has passed.
#
# SPDX-License-Identifier: Apache-2.0

import collections
import contextlib
import fnmatch
import os
import re
import shutil
import signal
import subprocess
import time

from gi.repository import Gio, GLib

LIMIT = 50.0  # ms of CPU time in one turn of the main loop
PATIENCE = 20.0  # s, on a busy machine; nothing usually takes a tenth of it
ACCESSIBLE = "org.a11y.atspi.Accessible"
ROOT = "/org/a11y/atspi/accessible/root"

# Numbers of AtspiRole and AtspiStateType.
ROLES = {
    "check box": 7,
    "combo box": 11,
    "entry": 79,
    "frame": 23,
    "image": 27,
    "label": 29,
    "list item": 32,
    "menu item": 35,
    "page tab": 37,
    "panel": 39,
    "button": 43,
    "spin button": 52,
    "text": 61,
    "status bar": 54,
    "table": 55,
    "toggle button": 62,
    "tree": 65,
    "tree item": 91,
}
SENSITIVE, VISIBLE, PRESSED, CHECKED, FOCUSABLE, FOCUSED, SELECTED = 24, 30, 20, 4, 11, 12, 23

# The name of an element that has none: GTK gives that of its class.
TYPE_NAME = re.compile(r"(Gtk|Adw|Mtw|Basin)[A-Z][A-Za-z]*$")


def spoken(name):
    """The name without what GTK 4.8 adds to it: the label once more, with its mnemonic's mark."""
    for space in [m.start() for m in re.finditer(" ", name)]:
        first, second = name[:space], name[space + 1 :]
        if second in (first, first.replace("_", "", 1)):
            return second
    return name


class Element:
    """One element as it was when the tree was read."""

    def __init__(self, item):
        self.path = item[0][1]
        self.parent_path = item[2][1]
        self.index = item[3]
        self.n_children = item[4]
        self.interfaces = {i.rsplit(".", 1)[1] for i in item[5]}
        self.raw_name = item[6]
        self.name = spoken(item[6])
        self.role = item[7]
        self.description = item[8]
        self.states = item[9][0] | item[9][1] << 32
        self.children = []
        self.parent = None

    def has(self, state):
        return bool(self.states >> state & 1)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def is_in(self, around):
        """Within an element, or within one of that name."""
        at = self
        while at is not None and around not in (at.name, at):
            at = at.parent
        return at is not None

    def window(self):
        at = self
        while at.parent is not None and at.parent.path != ROOT:
            at = at.parent
        return at

    def __eq__(self, other):
        return isinstance(other, Element) and self.path == other.path

    def __hash__(self):
        return hash(self.path)

    def __repr__(self):
        role = next((word for word, number in ROLES.items() if number == self.role), self.role)
        return f"{role} “{self.name}” ({self.description})"


class Hold(collections.namedtuple("Hold", "end wall cpu queued frames")):
    """A line of the watchdog: ms, and where the thread was at 50 ms of CPU time."""

    @property
    def asleep(self):
        return max(0.0, self.wall - self.cpu - self.queued)

    @property
    def toolkit(self):
        """What GTK did of itself, or None.

        It fills pixels, which without a screen the processor does, and answers this driver's
        questions. There is main() at most of Basin below, so its handlers and snapshots count."""
        if sum("/lib" not in frame.split("@")[1] for frame in self.frames) > 2:
            return None
        if any("/libpixman" in frame or "/libcairo" in frame for frame in self.frames):
            return "painting"
        return "answering" if any("@g_dbus_" in frame for frame in self.frames) else None

    def __str__(self):
        return (
            f"{self.wall:.0f} ms: {self.cpu:.0f} on a processor, {self.queued:.0f} queued, "
            f"{self.asleep:.0f} asleep, {self.toolkit or 'working'}"
        )

    def where(self):
        """The functions that the thread was in, innermost first, as far as they have names."""
        names = []
        for frame in self.frames:
            offset, path, name = frame.split("@")
            if "/lib" not in path and shutil.which("addr2line"):
                ask = ["addr2line", "-f", "-s", "-e", path, offset]
                said = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
                name = " ".join(said.split())
            names.append(name)
        return " < ".join(name for name in names if name)


def wait(look, what, patience=PATIENCE):
    """What look() gives once that is true; fails with `what` at the deadline."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {patience:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.02)


def xdotool(*words):
    return subprocess.run(
        ["xdotool", *map(str, words)], check=True, capture_output=True, text=True
    ).stdout


def connect():
    """The accessibility bus, which the session bus starts when asked for it."""
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    asked = session.call_sync(
        "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, 0, -1
    )
    flags = (
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    )
    return Gio.DBusConnection.new_for_address_sync(asked.unpack()[0], flags)


class Studio:
    """A running Basin."""

    def __init__(self, bus, command, folder, watchdog=None):
        self.bus = bus
        self.watched_from = None
        self.unwatched = []  # times between which holds are not counted
        self.notes_path = os.path.join(folder, f"notes-{time.monotonic_ns()}")
        self.log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
        env = dict(os.environ)
        if watchdog:
            env.update(LD_PRELOAD=watchdog, BASIN_WATCHDOG=self.notes_path)
        self.process = subprocess.Popen(command, env=env, stdout=self.log, stderr=self.log)
        self.name = wait(self.find_name, lambda: f"on the bus: {command}; {self.said()}")
        wait(self.has_tree, lambda: f"elements of {command}; {self.said()}")

    # --- the bus ---

    def call(self, path, interface, method, args=None, name=None):
        try:
            reply = self.bus.call_sync(
                name or self.name, path, interface, method, args, None, 0, int(1e3 * PATIENCE)
            )
        except GLib.Error:
            if self.process.poll() is None:
                raise
            how = f"ended with {self.process.returncode}: {self.said()}"
            raise AssertionError(how) from None
        return reply.unpack()

    def find_name(self):
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.said()}"
        for name, _ in self.call(ROOT, ACCESSIBLE, "GetChildren", name="org.a11y.atspi.Registry")[
            0
        ]:
            try:
                pid = self.call(
                    "/org/freedesktop/DBus",
                    "org.freedesktop.DBus",
                    "GetConnectionUnixProcessID",
                    GLib.Variant("(s)", (name,)),
                    name="org.freedesktop.DBus",
                )[0]
            except GLib.Error:
                continue
            if pid == self.process.pid:
                return name
        return None

    def items(self):
        return self.call("/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems")[0]

    def has_tree(self):
        """An application is known to the registry a moment before it has its elements."""
        try:
            return self.items()
        except GLib.Error as error:
            if not error.matches(Gio.DBusError.quark(), Gio.DBusError.UNKNOWN_METHOD):
                raise
            return None

    def tree(self):
        """The root of all elements, read anew."""
        asked = set()
        while True:
            items = self.items()
            elements = {}
            for item in items:
                element = Element(item)
                elements[element.path] = element
            for element in elements.values():
                parent = elements.get(element.parent_path)
                if parent is not None and element.path != ROOT:
                    parent.children.append(element)
                    element.parent = parent
            # Those that nobody has asked for yet; the root does not count its windows.
            short = [
                e.path
                for e in elements.values()
                if (len(e.children) < e.n_children or e.path == ROOT) and e.path not in asked
            ]
            new = False
            for path in short:
                asked.add(path)
                try:
                    children = self.call(path, ACCESSIBLE, "GetChildren")[0]
                except GLib.Error:
                    continue
                new = new or any(child not in elements for _, child in children)
            if not new:
                break
        for element in elements.values():
            element.children.sort(key=lambda child: child.index)
        return elements[ROOT]

    # --- looking ---

    def all(self, name="*", role=None, under=None, state=VISIBLE, described=None):
        """Elements by name (with * and ?), role, and what is around them, or its name."""
        number = ROLES[role] if role else None
        return [
            e
            for e in self.tree().walk()
            if (number is None or e.role == number)
            and (e.name == name or fnmatch.fnmatchcase(e.name, name))
            and (state is None or e.has(state))
            and (under is None or e.is_in(under))
            and (described is None or fnmatch.fnmatchcase(e.description, described))
        ]

    def find(self, name="*", role=None, patience=PATIENCE, **more):
        """The first that matches, once there is one."""
        found = wait(
            lambda: self.all(name, role, **more),
            lambda: f"{role or 'element'} “{name}” {more or ''}; there are {self.names(role)}",
            patience,
        )
        return found[0]

    def names(self, role):
        return sorted({e.name for e in self.all(role=role) if e.name})

    def gone(self, name, role=None, **more):
        wait(lambda: not self.all(name, role, **more), f"“{name}” gone")

    def read(self, element, what):
        """The present Name or Description of one element, by one small call."""
        args = GLib.Variant("(ss)", (ACCESSIBLE, what))
        return self.call(element.path, "org.freedesktop.DBus.Properties", "Get", args)[0]

    def has_state(self, element, state):
        states = self.call(element.path, ACCESSIBLE, "GetState")[0]
        return bool((states[0] | states[1] << 32) >> state & 1)

    def says(self, pattern, patience=PATIENCE):
        """Waits for words to those who do not see the picture."""
        label = self.find(role="status bar")

        def matches():
            return fnmatch.fnmatchcase(self.read(label, "Name"), pattern)

        wait(matches, lambda: f"“{pattern}” said, last “{self.read(label, 'Name')}”", patience)

    # --- doing ---

    def act(self, element, action):
        """Does a named action, of the widget's own or of its class (`outline.delete`)."""
        names = self.call(element.path, "org.a11y.atspi.Action", "GetActions")[0]
        words = [entry[0].lower() for entry in names]
        if action not in words:
            raise AssertionError(f"{element} can {words}, not {action}")
        done = self.call(
            element.path,
            "org.a11y.atspi.Action",
            "DoAction",
            GLib.Variant("(i)", (words.index(action),)),
        )
        if not done[0]:
            raise AssertionError(f"{element} refused {action}")

    def click(self, name, role="button", **more):
        """The button once it can be pressed; a menu button keeps its action in the one inside."""

        def ready():
            return [e for e in self.all(name, role, **more) if e.has(SENSITIVE)]

        element = wait(ready, lambda: f"“{name}” to press; there are {self.names(role)}")[0]
        inner = [c for c in element.children if c.role == ROLES["button"]]
        self.act(inner[0] if inner else element, "click")

    def type_into(self, element, text):
        self.call(
            element.path,
            "org.a11y.atspi.EditableText",
            "SetTextContents",
            GLib.Variant("(s)", (text,)),
        )

    def set_value(self, element, value):
        self.bus.call_sync(
            self.name,
            element.path,
            "org.freedesktop.DBus.Properties",
            "Set",
            GLib.Variant(
                "(ssv)", ("org.a11y.atspi.Value", "CurrentValue", GLib.Variant("d", value))
            ),
            None,
            0,
            int(1e3 * PATIENCE),
        )

    def text(self, element):
        return self.call(
            element.path, "org.a11y.atspi.Text", "GetText", GLib.Variant("(ii)", (0, 1 << 30))
        )[0]

    def point_at(self, element):
        """Clicks the middle of it with the mouse; of the active window, no popover."""
        x, y, width, height = self.call(
            element.path, "org.a11y.atspi.Component", "GetExtents", GLib.Variant("(u)", (1,))
        )[0]
        said = xdotool("getactivewindow", "getwindowgeometry", "--shell")
        place = dict(line.split("=") for line in said.split())
        border = subprocess.run(
            ["xprop", "-id", place["WINDOW"], "_GTK_FRAME_EXTENTS"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        left, _, top, _ = [int(n) for n in re.findall(r"\d+", border.partition("=")[2])] or [0] * 4
        x += int(place["X"]) + left + width // 2
        y += int(place["Y"]) + top + height // 2
        xdotool("mousemove", "--sync", x, y, "click", 1)

    def select_row(self, box, number):
        """Row `number` of a list or tree, and no other."""
        for method, args in (("ClearSelection", None), ("SelectChild", number)):
            self.call(
                box.path,
                "org.a11y.atspi.Selection",
                method,
                None if args is None else GLib.Variant("(i)", (args,)),
            )

    def keys(self, *keys):
        """To the window that has the focus."""
        xdotool("key", "--clearmodifiers", *keys)

    def write(self, text):
        xdotool("type", "--delay", 8, text)

    def focus(self, title="*"):
        """Waits until a window of the program has the keyboard."""

        def mine():
            done = subprocess.run(
                ["xdotool", "getactivewindow", "getwindowpid", "getwindowname"],
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split("\n")
            return done[0] == str(self.process.pid) and fnmatch.fnmatchcase(done[1], title)

        wait(mine, f"the focus in “{title}”")

    # --- the end ---

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def ended(self, patience=PATIENCE):
        """The exit status once it has one."""
        wait(lambda: self.process.poll() is not None, "the end of the program", patience)
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.log.close()

    # --- the watchdog ---

    def watch(self):
        """From now on the main loop may not be held."""
        self.watched_from = time.monotonic()

    @contextlib.contextmanager
    def opening(self):
        """What comes up here for the first time may take as long as it does."""
        start = time.monotonic()
        yield
        self.unwatched.append((start, time.monotonic()))

    def faults(self):
        """Holds while watched that Basin is to blame for."""
        if self.watched_from is None:
            return []
        return [
            hold
            for hold in self.holds()
            if hold.cpu > LIMIT
            and not hold.toolkit
            and hold.end > self.watched_from
            and not any(start < hold.end < end for start, end in self.unwatched)
        ]

    def notes(self, kind):
        """What the watchdog noted of a kind, a list of words each."""
        if not os.path.exists(self.notes_path):
            return []
        with open(self.notes_path, encoding="utf-8") as file:
            lines = [line.split() for line in file]
        return [words[1:] for words in lines if words[0] == kind]

    def holds(self):
        return [Hold(*map(float, words[:4]), words[4:]) for words in self.notes("hold")]

    def threads_left(self):
        """How many threads of its own it did not wait for when it ended."""
        return sum(int(words[0]) for words in self.notes("threads"))


def picture(path):
    """The screen as a PNG, where a tool for it is there; for people who look at a failure."""
    if shutil.which("import"):
        subprocess.run(["import", "-window", "root", path], check=False, capture_output=True)
