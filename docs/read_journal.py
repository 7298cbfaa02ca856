#!/usr/bin/env python3
"""Reads a journal as docs/journal-format.md specifies it, and depends on nothing but Python.

    read_journal.py SOURCE...     a journal's directory, or segment files

Prints a line of JSON for each record, in the order in which they were written:

    {"sequence": 1, "kind": "stats", "subject": "8e8f…", "time": …, "received": …, "monotonic": …,
     "restated": false, "payload": "{…}"}

with "payload_base64" for a payload that is not UTF-8; and between them one for whatever cannot be read:

    {"lost": "20261121-11F.cq4", "from_offset": …, "to_offset": …, "from_sequence": …, "to_sequence": …, "reason": "…"}

where sequences of 0 are not known, and a to_sequence below the from_sequence means that no record is lost. Exits with 4
if there is such a line. It is written to be read beside the page, section by section; it is not fast, and reads a
segment into memory.
"""

import base64
import datetime
import json
import os
import re
import sys
import zlib

NEWEST_VERSION = 2

HEADER, GROUP, PART = 0xF1, 0xF2, 0xF3
MIN_EXCERPT, MAX_EXCERPT, MAX_PAGE = 6, 131_104, 131_072
MAX_GROUP, MAX_SHAPES, MAX_SLOTS, MAX_TEXTS = 4_096, 1_024, 4_096, 4_096

KINDS = {1: "event", 2: "stats", 3: "log", 4: "inspect", 5: "host", 6: "engine-metrics", 7: "sockets", 8: "mark",
         9: "image", 10: "disk"}


class Undecodable(Exception):
    """A record that is intact, but names what is lost, or makes no sense."""


# --- Numbers ---------------------------------------------------------------------------------------------------------


def word(data, at):
    return int.from_bytes(data[at : at + 4], "little")


def signed_long(data, at):
    return int.from_bytes(data[at : at + 8], "little", signed=True)


def wrapped(number):
    """The number in 64 bits with sign."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def unzigzag(z):
    return (z >> 1) ^ -(z & 1)


class Input:
    """Takes fields from bytes, one after the other."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Undecodable("it ends too soon")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self):
        return self.take(1)[0]

    def varint(self, highest=(1 << 64) - 1):
        value = 0
        for shift in range(0, 70, 7):
            b = self.byte()
            value |= (b & 0x7F) << shift
            if b < 0x80:
                value %= 1 << 64
                if value > highest:
                    raise Undecodable(f"{value} where {highest} is the most")
                return value
        raise Undecodable("a varint of more than 10 bytes")

    def zigzag(self):
        return unzigzag(self.varint())

    def unit(self):
        head = self.varint()
        if head == 1:
            return int.from_bytes(self.take(8), "little", signed=True)
        value = unzigzag(head >> 1)
        return value if head & 1 else value * 1_000


def crc_table():
    table = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
        table.append(i)
    return table


CRC_TABLE = crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for b in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ b) & 0xFF]
    return crc ^ 0xFFFFFFFF


def salt_of(journal, base):
    return crc32c(journal.encode() + base.to_bytes(8, "little"))


# --- 1. The directory ------------------------------------------------------------------------------------------------

NAME = re.compile(r"(\d{8})(?:-(\d\d)(\d\d)?)?([FX]?)\.cq4(?:\.([1-9]\d{0,8}))?")


def parse_name(name):
    """When the segment of this file name begins and ends, in seconds, and its number if it was set aside; or None."""
    match = NAME.fullmatch(name)
    if not match:
        return None
    day, hour, minute, letter, aside = match.groups()
    form = ("hour" if hour else "day") if not minute else "minute"
    seconds = {("minute", ""): 60, ("minute", "X"): 600, ("hour", "F"): 3_600, ("day", "F"): 86_400}.get((form, letter))
    if not seconds:
        return None
    try:
        start = datetime.datetime.strptime(day + (hour or "00") + (minute or "00"), "%Y%m%d%H%M")
    except ValueError:
        return None
    begin = int(start.replace(tzinfo=datetime.timezone.utc).timestamp())
    return begin, begin + seconds, int(aside or 0)


class Segment:
    """A segment's file, and what it begins with."""

    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path)
        with open(path, "rb") as file:
            self.data = file.read()
        self.begin, self.end, self.aside = parse_name(self.name)
        self.journal, self.created, self.offset, self.head = "", 0, None, None
        self.read_head()

    def read_head(self):
        framing = Framing(self.data[: 128 * 1024])
        for found, at, _, body in framing.documents():
            if found != "excerpt":
                continue
            self.offset = at if self.offset is None else self.offset
            if body[4] == GROUP:
                self.head = (bytes(body), self.journal, self.created)
                return
            header = Header(body)
            if header.version > NEWEST_VERSION:
                return
            self.journal, self.created = header.journal, header.created
            framing.journal = header.journal

    def base(self):
        return signed_long(self.head[0], 9) if self.head else None

    def name_order(self):
        return self.begin, self.aside or sys.maxsize, self.name

    def is_named_rightly(self):
        return self.begin * 1_000_000_000 <= self.created < self.end * 1_000_000_000

    def is_in(self, other):
        mine, theirs = self.data[self.offset :].rstrip(b"\0"), other.data[other.offset :]
        return theirs.startswith(mine)


def segments_of(sources):
    """The segments of each directory in the order in which they are read; copies are left out."""
    directories = {}
    for source in sources:
        if os.path.isdir(source):
            files = [os.path.join(source, name) for name in os.listdir(source) if parse_name(name)]
        elif parse_name(os.path.basename(source)):
            files = [source]
        else:
            sys.exit(f"{source}: not a segment")
        for file in files:
            directories.setdefault(os.path.realpath(os.path.dirname(file) or "."), set()).add(os.path.basename(file))
    for directory, names in directories.items():
        yield in_order([Segment(os.path.join(directory, name)) for name in names])


def in_order(segments):
    journals, places = [], []
    row, base = 0, 0
    for segment in sorted(segments, key=Segment.name_order):
        if segment.head:
            base = segment.base()
            if segment.journal:
                if segment.journal not in journals:
                    journals.append(segment.journal)
                row = journals.index(segment.journal)
        places.append((row, base, not segment.is_named_rightly(), segment))
    ordered = []
    for _, _, _, segment in sorted(places, key=lambda place: place[:3]):
        for i, original in enumerate(ordered):
            if segment.head and original.head == segment.head:
                if segment.is_in(original):
                    break
                if original.is_in(segment):
                    ordered[i] = segment
                    break
        else:
            ordered.append(segment)
    return ordered


# --- 2. The file, and 6.2 Damage -------------------------------------------------------------------------------------


def page_length(data, at):
    """How long Chronicle's own document at this place must be by what is in it; None if it is none of Chronicle's."""
    name = data[at + 2 : at + 2 + data[at + 1]]
    if data[at] != 0xB9:
        return None
    body = at + 2 + data[at + 1]
    if name == b"header" and data[body] == 0xB6:
        body += 2 + data[body + 1]
        return body + 5 + word(data, body + 1) - at if data[body] == 0x82 else None
    if name in (b"index2index", b"index"):
        while data[body] == 0x8F:
            body += 1
        if data[body] == 0x8E:
            body += 5 + word(data, body + 1)
        return body + 17 + 8 * signed_long(data, body + 1) - at if data[body] == 0x8D else None
    return None


class Framing:
    """Finds the good excerpts of a file, and what lies between them."""

    def __init__(self, data):
        self.data = data
        self.end = len(data.rstrip(b"\0"))  # after the last byte that is not zero
        self.journal = None
        self.in_group, self.salt, self.next_index, self.next_base = False, 0, 0, 0
        self.after_header = False
        self.position = 0
        self.state = "empty"

    def documents(self):
        """Yields ("excerpt", from, to, bytes from the CRC on) and ("damaged", from, to, reason)."""
        at = 0
        while True:
            self.position = at
            head = word(self.data, at) if at + 4 <= len(self.data) else None
            length = (head or 0) & 0x3FFFFFFF
            after = (at + 4 + length + 3) & ~3
            if head and head >> 30 == 0 and self.is_excerpt(at, length):
                body = self.data[at + 4 : at + 4 + length]
                self.after_header = body[4] == HEADER
                self.state = "open"
                yield "excerpt", at, after, body
            elif head and head >> 30 == 1 and self.is_page(at, length):
                self.state = "open"
            else:
                after = self.next_good(at)
                if after is None:
                    yield from self.stop(at, head)
                    return
                yield "damaged", at, after, self.explain(at, head)
            at = after

    def is_page(self, at, length):
        return (
            48 <= length <= MAX_PAGE and at + 4 + length <= len(self.data) and page_length(self.data, at + 4) == length
        )

    def is_excerpt(self, at, length):
        body = self.data[at + 4 : at + 4 + length]
        if not MIN_EXCERPT <= length <= MAX_EXCERPT or len(body) < length:
            return False
        kind = body[4]
        if kind == HEADER:
            return self.verifies(body, 0) and Header.begins(body) and self.may_be(Header(body))
        if kind == GROUP:
            return self.verifies(body, 0) and Group.begins(body) and self.may_begin(Group(body))
        if not self.in_group or kind >= 0x80 and kind != PART:
            return False
        return index_of(body) >= self.next_index and self.verifies(body, self.salt)

    def verifies(self, body, salt):
        return word(body, 0) == crc32c(body[4:]) ^ salt

    def may_be(self, header):
        return self.journal is None or header.version > NEWEST_VERSION or header.journal == self.journal

    def may_begin(self, group):
        return group.base >= self.next_base and (
            self.journal is None or group.salt == salt_of(self.journal, group.base)
        )

    def next_good(self, at):
        """Where the next good excerpt begins after the damage at this place; None if there is none."""
        for candidate in range(at + 4 & ~3, self.end, 4):
            head = word(self.data, candidate)
            if head and head >> 30 == 0 and self.is_excerpt(candidate, head):
                return candidate
        return None

    def stop(self, at, head):
        """Nothing good follows: how does the segment end?"""
        if head == 0 and self.hides_something(at):
            yield "damaged", at, (self.end + 3) & ~3, self.explain(at, head)
        elif head in (0, 0x80000000) and at == 0:
            self.state = "empty"
        elif head == 0:
            self.state = "open"
        elif head == 0xC0000000:
            self.state = "rolled"
        elif head is None:
            yield "damaged", at, max(at, len(self.data)), "the file is cut short"
        elif self.is_cut(at, head):
            yield "damaged", at, len(self.data), "the file is cut short in the midst of an excerpt"
        else:
            yield "damaged", at, (max(self.end, at + 4) + 3) & ~3, self.explain(at, head)

    def is_cut(self, at, head):
        length = head & 0x3FFFFFFF
        most = MAX_EXCERPT if head >> 30 == 0 else MAX_PAGE
        return head >> 31 == 0 and length <= most and at + 4 + length > len(self.data)

    def hides_something(self, at):
        head_due = not self.in_group or self.after_header or self.next_index >= MAX_GROUP
        return self.end > at + 4 + (2_048 if head_due else MAX_EXCERPT) or self.is_row_of_documents(at)

    def is_row_of_documents(self, at):
        last = self.end - 1
        for start in range(at + 4, last, 4):
            place, row = start, 0
            while place <= last and MIN_EXCERPT <= word(self.data, place) <= MAX_EXCERPT:
                place = (place + 4 + word(self.data, place) + 3) & ~3
                row += 1
            marked = place <= last and word(self.data, place) == 0xC0000000 and place + 8 > last
            if row >= 3 and (marked or 0 < place - last <= 8):
                return True
        return False

    def explain(self, at, head):
        if head is None:
            return "the file is cut short"
        if head == 0:
            return "zeros where an excerpt should be"
        if head >> 31:
            return "an excerpt that is marked as not complete"
        if head >> 30:
            return "an excerpt that is marked as metadata and is none"
        if not MIN_EXCERPT <= head <= MAX_EXCERPT:
            return f"an excerpt with the impossible length {head}"
        body = self.data[at + 4 : at + 4 + head]
        if len(body) == head and (self.verifies(body, 0) or self.verifies(body, self.salt)):
            return "an excerpt that is out of order"
        return "an excerpt whose checksum does not match"


# --- 3. Excerpts -----------------------------------------------------------------------------------------------------


class Header:
    def __init__(self, body):
        self.version = int.from_bytes(body[9:11], "little")
        self.journal, self.created = "", 0
        if self.version <= NEWEST_VERSION:
            members = json.loads(body[11:].decode())
            self.journal, self.created = members.get("journal", ""), members.get("created", 0)

    @staticmethod
    def begins(body):
        return len(body) >= 5 + 6 and body[5:9] == b"SHLG"


class Group:
    def __init__(self, body):
        self.base = signed_long(body, 9)
        self.salt = word(body, 17)
        self.clock = signed_long(body, 21)

    @staticmethod
    def begins(body):
        return len(body) >= 5 + 41 and body[5:9] == b"GRP1"


def index_of(body):
    try:
        return Input(body, 5).varint()
    except Undecodable:
        return -1


# --- 4. The coding of a record ---------------------------------------------------------------------------------------

INTEGER, TIME, NUMBER, STRING, NANO_TIME = range(5)
WINDOW = 8_192  # how far back a text is that others are made of
SCALES = (1, 512, 1_000, 4_096, 1_000_000, 10_000_000)
EPOCH = datetime.datetime(1970, 1, 1)


def printed(slot_type, value):
    if slot_type == INTEGER:
        return str(value).encode()
    if slot_type == TIME:
        seconds, nanos = divmod(value, 1_000_000_000)
        text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
        return (text + (f".{nanos:09}".rstrip("0") if nanos else "") + "Z").encode()
    if slot_type == NANO_TIME:
        seconds, nanos = divmod(value, 1_000_000_000)
        return f"{EPOCH + datetime.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{nanos:09}Z".encode()
    return value


class Shape:
    """Literals and slot types, which slot is the time, and how slots are predicted."""

    def __init__(self, literals, types, time_slot=None, predictions=None):
        self.literals, self.types = literals, types
        self.time_slot = time_slot
        self.predictions = predictions or {}  # by slot: how, scale, of

    def text(self):
        return self.literals, self.types

    def payload(self, values):
        pieces = [self.literals[0]]
        for slot_type, value, literal in zip(self.types, values, self.literals[1:]):
            pieces += (printed(slot_type, value), literal)
        return b"".join(pieces)

    def predict(self, i, before, last, now):
        how, _, of = self.predictions.get(i, (0, 1, None))
        if how == 0:
            return last[i]
        if how == 1:
            return last[of]
        if how == 2:
            return wrapped(last[i] + now[of] - last[of])
        return wrapped(2 * last[i] - before[i])


WHOLE = Shape([b"", b""], [STRING])


class Track:
    """What the newest record of a track leaves to the next one."""

    def __init__(self, kind, subject, shape):
        self.kind, self.subject, self.shape = kind, subject, shape
        self.before = self.last = None
        self.mask = set()  # slots that the prediction missed
        self.own = None  # the texts so far, if they are made of those before
        self.time = self.received = self.offset = 0


class Decoder:
    """Decodes the records of one group."""

    def __init__(self):
        self.shapes = {0: WHOLE}
        self.texts = {}
        self.tracks = {}  # by index: the track whose newest record that is

    def decode(self, coded):
        data = Input(coded)
        flags, index = data.byte(), data.varint(MAX_GROUP - 1)
        form = flags & 3
        if form == 0:
            track = self.new(data, flags)
        elif form == 1:
            track = self.next(data, flags, index)
        elif form == 2:
            track = self.copy(data, flags, index)
        else:
            raise Undecodable("unknown form")
        if data.at != len(coded):
            raise Undecodable(f"{len(coded) - data.at} bytes too many")
        self.tracks[index] = track
        return track

    def new(self, data, flags):
        flagged = data.byte()
        kind = flagged & 127
        if not kind:
            raise Undecodable("no kind has the code 0")
        subject = self.text(data)
        if not flags & 16:
            raise Undecodable("a shape is missing")
        track = Track(kind, subject, self.shape(data, flags))
        track.own = bytearray() if flagged > 127 else None
        values = [self.text(data, track) if t in (NUMBER, STRING) else data.zigzag() for t in track.shape.types]
        track.before = track.last = values
        self.clock(data, flags, track, None)
        return track

    def next(self, data, flags, index):
        at, named = self.named(index, data)
        del self.tracks[at]  # it cannot be named again, whatever becomes of this record
        track = Track(named.kind, named.subject, self.same_shape(data, flags, named))
        track.own = named.own
        track.last = self.values(data, track, named, named.mask)
        track.before = named.last
        self.clock(data, flags, track, named)
        return track

    def copy(self, data, flags, index):
        _, named = self.named(index, data)
        subject = self.text(data)
        track = Track(named.kind, subject, self.same_shape(data, flags, named))
        track.own = None if named.own is None else bytearray()
        track.before = track.last = self.values(data, track, named, set())
        self.clock(data, flags, track, named)
        return track

    def named(self, index, data):
        at = index - data.varint(index)
        if at not in self.tracks:
            raise Undecodable("builds on a record that is lost")
        return at, self.tracks[at]

    def same_shape(self, data, flags, named):
        shape = self.shape(data, flags) if flags & 16 else named.shape
        if shape.text() != named.shape.text():
            raise Undecodable("a shape of other text")
        return shape

    def shape(self, data, flags):
        number = data.varint(MAX_SHAPES - 1)
        if flags & 32:
            defined = self.definition(data, number)
            self.shapes.setdefault(number, defined)
        if number not in self.shapes:
            raise Undecodable("its shape was defined by a record that is lost")
        return self.shapes[number]

    def definition(self, data, number):
        parent = data.varint(MAX_SHAPES - 1)
        if parent == 0:
            literals, types = shape_text(data)
        elif parent == number:  # since version 2
            length = data.varint(1 << 20)
            packed = data.take(data.varint())
            try:
                unpacked = zlib.decompress(packed, wbits=-15)
            except zlib.error as e:
                raise Undecodable("a shape that does not unpack") from e
            if len(unpacked) != length:
                raise Undecodable("a shape that unpacks to another length")
            literals, types = shape_text(Input(unpacked))
        elif parent in self.shapes:
            literals, types = self.shapes[parent].text()
        else:
            raise Undecodable("its shape was defined by a record that is lost")
        time_slot = data.varint(len(types)) - 1
        predictions, slot = {}, -1
        for _ in range(data.varint(len(types))):
            slot += 1 + data.varint(len(types))
            b = data.byte()
            how, scale = b & 15, b >> 4
            if slot >= len(types) or how > 3 or scale >= len(SCALES):
                raise Undecodable("no such prediction")
            of = data.varint(slot - 1 if how == 2 else len(types) - 1) if how in (1, 2) else None
            predictions[slot] = how, SCALES[scale], of
        return Shape(literals, types, time_slot if time_slot >= 0 else None, predictions)

    def values(self, data, track, named, old_mask):
        """Of a record of form 1 or 2: predictions, and their residuals."""
        shape = track.shape
        track.mask = read_mask(data, old_mask, len(shape.types))
        now = []
        for i, slot_type in enumerate(shape.types):
            if slot_type in (NUMBER, STRING):
                now.append(self.text(data, track) if i in track.mask else named.last[i])
                continue
            value = shape.predict(i, named.before, named.last, now)
            if i in track.mask:
                residual = data.zigzag()
                scale = shape.predictions.get(i, (0, 1, None))[1]
                value = wrapped(value + (residual * scale if residual else data.zigzag()))
            now.append(value)
        return now

    def text(self, data, track=None):
        if track and track.own is not None:
            return own_text(data, track.own)
        head = data.varint()
        n, form = head >> 2, head & 3
        if form == 0:
            if n not in self.texts:
                raise Undecodable("a text of it was in a record that is lost")
            return self.texts[n]
        if form == 1:
            return data.take(n)
        number = data.varint(MAX_TEXTS - 1)
        text = data.take(n)
        self.texts[number] = text if form == 2 else text.hex().encode()
        return self.texts[number]

    def clock(self, data, flags, track, named):
        explicit = flags & 4
        lag = data.zigzag() if explicit else 0
        time = None
        if not explicit:
            if track.shape.time_slot is None:
                raise Undecodable("a time is missing")
            time = track.last[track.shape.time_slot]
        if named is None:
            expected = 0 if explicit else time
        elif explicit:
            expected = named.received
        else:
            expected = wrapped(time + named.received - named.time)
            expected = wrapped(expected - wrapped(expected - named.received) % 1_000)
        track.received = wrapped(expected + data.unit())
        track.time = wrapped(track.received + lag) if explicit else time
        track.offset = named.offset if named else 0
        if named is None or flags & 8:
            track.offset = wrapped(track.offset + data.unit())


def own_text(data, before):
    """A text that is made of pieces of those before it on its track, which it joins."""
    left, start, back = data.varint(1 << 30), len(before), 0
    while left:
        n, form = divmod(data.varint(), 4)
        if not 0 < n <= left:
            raise Undecodable("no such piece")
        left -= n
        if form == 0:
            back = data.varint(min(WINDOW, len(before)))
        if form < 2:
            if not back:
                raise Undecodable("a piece from nowhere")
            for _ in range(n):
                before.append(before[-back])
        else:
            before += data.take(n) if form == 2 else data.take((n + 1) // 2).hex().encode()[:n]
    return bytes(before[start:])


def shape_text(data):
    slots = data.varint(MAX_SLOTS)
    literals, types = [], []
    for _ in range(slots):
        literals.append(data.take(data.varint()))
        types.append(data.byte())
        if types[-1] > NANO_TIME:
            raise Undecodable("no such type of slot")
    literals.append(data.take(data.varint()))
    return literals, types


def read_mask(data, old, slots):
    head = data.varint()
    if head == 1:
        bits = int.from_bytes(data.take((slots + 7) // 8), "little")
        return {i for i in range(slots) if bits >> i & 1}
    if head & 1 or head >> 1 > slots:
        raise Undecodable("no such mask")
    mask, slot = set(old), -1
    for _ in range(head >> 1):
        slot += 1 + data.varint(slots)
        if slot >= slots:
            raise Undecodable("no such slot")
        mask ^= {slot}
    return mask


# --- 5. What records hold --------------------------------------------------------------------------------------------


MARK = re.compile(rb'\{"mark":"([^"]*)"')


class UnsaidSnapshot:
    """Finds the records that are restated though their writer, one from before flags bit 6, does not say so."""

    def __init__(self):
        self.inspects = None  # so many are to come; None outside of a snapshot
        self.bare = False  # it holds none

    def restates(self, kind, sequence, received, payload, clock):
        """Takes the next record without the bit."""
        match = MARK.match(payload) if kind == "mark" else None
        mark = match[1].decode() if match else ""
        if mark == "segment-start":
            containers = json.loads(payload).get("containers", 0)
            self.bare = containers == 0
            self.inspects = None if sequence == 1 else containers
            return True
        inside = self.inspects is not None and (kind in ("host", "inspect") or mark in ("engine-up", "engine-down"))
        if self.bare and (kind == "inspect" or received >= clock):
            inside = False
        if not inside:
            self.end()
        elif kind == "inspect":
            self.inspects = self.inspects - 1 or None
        return inside

    def end(self):
        self.inspects = None


# --- 6.3 Which records are lost --------------------------------------------------------------------------------------


class Losses:
    """Knows which sequence must come next, over the segments of a directory, and names what is missing."""

    def __init__(self, show):
        self.show = show
        self.any = False
        self.restart()
        self.journal = None

    def restart(self):
        self.next, self.exact = 0, False
        self.damage = None  # not yet printed: what comes next shows how much is lost
        self.place = ("", 0)  # where the last record ended

    def damaged(self, segment, start, end, reason, last_lost=0):
        if self.damage:
            self.damage.update(to=end, last_lost=last_lost)
        else:
            self.damage = dict(
                segment=segment, start=start, to=end, reason=reason, last_lost=last_lost, elsewhere=False
            )

    def line(self, segment, start, end, first, last, reason):
        self.any = True
        self.show(
            dict(lost=segment, from_offset=start, to_offset=end, from_sequence=first, to_sequence=last, reason=reason)
        )

    def flush(self):
        """Nothing more comes: prints what is known of the damage that is still open."""
        open_, self.damage = self.damage, None
        if open_:
            first = self.next if self.exact else 0
            self.line(open_["segment"], open_["start"], open_["to"], first, open_["last_lost"], open_["reason"])
            if open_["last_lost"]:
                self.next = open_["last_lost"] + 1
                self.place = (self.place[0], open_["to"])
            else:
                self.exact = False

    def begin_segment(self, segment):
        if self.damage and self.damage["last_lost"]:
            self.flush()
        elif self.damage:
            self.damage["elsewhere"] = True
        self.place = (segment, 0) if not self.place[0] else self.place

    def begin_journal(self, journal):
        """True if another one was read before."""
        other = self.journal not in (None, journal)
        self.journal = journal
        if other:
            self.flush()
            self.restart()
        return other

    def expect(self, segment, offset, sequence):
        """The next record in the segment, at this offset or after it, has this sequence."""
        open_, self.damage = self.damage, None
        if open_:
            first = self.next if self.exact else 0
            unproven = first > 0 and sequence == self.next and open_["elsewhere"]
            last = 0 if unproven else sequence - 1
            self.line(open_["segment"], open_["start"], open_["to"], first, last, open_["reason"])
        elif self.exact and sequence > self.next:
            name, end = self.place
            reason = "records are missing, though nothing around them is damaged"
            if name != segment:
                reason = f"records are missing between {name} and {segment}: is a segment gone?"
            self.line(name, end, end, self.next, sequence - 1, reason)
        self.next, self.exact = sequence, True
        self.place = (segment, offset)

    def read(self, segment, sequence, end):
        self.next = sequence + 1
        self.place = (segment, end)


# --- 6. Reading ------------------------------------------------------------------------------------------------------


class SegmentReader:
    """Reads one segment: good excerpts to records, everything else to losses."""

    def __init__(self, segment, losses, show):
        self.segment, self.losses, self.show = segment, losses, show
        self.framing = Framing(segment.data)
        self.snapshot = UnsaidSnapshot()
        self.group = self.decoder = self.parts = None
        losses.begin_segment(segment.name)
        self.floor = losses.next  # records below it were read from another file, or are known to be lost
        self.repeats = 0

    def read(self):
        name = self.segment.name
        for found, start, end, what in self.framing.documents():
            if found == "damaged":
                self.losses.damaged(name, start, end, what)
            elif what[4] == HEADER:
                if not self.header(Header(what), start):
                    return
            elif what[4] == GROUP:
                self.begin_group(Group(what), end)
            elif what[4] == PART:
                self.part(what, start, end)
            else:
                self.record(what[4:], start, end)
        self.show_repeats(self.framing.position)

    def header(self, header, start):
        if header.version > NEWEST_VERSION:
            reason = f"format version {header.version}, this program reads up to {NEWEST_VERSION}"
            self.losses.damaged(self.segment.name, start, len(self.segment.data), reason)
            return False
        if self.framing.journal is None:
            if self.losses.begin_journal(header.journal):
                self.floor = 0
            self.framing.journal = header.journal
        return True

    def begin_group(self, group, end):
        self.group, self.decoder, self.parts = group, Decoder(), None
        framing = self.framing
        framing.in_group, framing.salt, framing.next_index, framing.next_base = True, group.salt, 0, group.base
        if group.base >= self.floor:
            self.losses.expect(self.segment.name, end, group.base)

    def part(self, body, start, end):
        data = Input(body, 5)
        index, number, count = data.varint(), data.varint(), data.varint()
        if number == 0:
            self.parts = index, start, []
        if not self.parts or index != self.parts[0] or number != len(self.parts[2]):
            self.losses.damaged(self.segment.name, start, end, "a part of a record that is out of order")
            return
        self.parts[2].append(body[data.at :])
        if number + 1 == count:
            _, first, pieces = self.parts
            self.parts = None
            self.record(b"".join(pieces), first, end)

    def record(self, coded, start, end):
        index = Input(coded, 1).varint()
        sequence = self.group.base + index
        self.framing.next_index = index + 1
        try:
            track = self.decoder.decode(coded)
        except Undecodable as e:
            if sequence >= self.floor:
                self.losses.damaged(self.segment.name, start, end, str(e), last_lost=sequence)
            return
        self.framing.next_base = sequence + 1
        record = self.view(track, sequence, coded[0] & 64 != 0)
        if sequence < self.floor:
            self.repeats += 1
            if self.losses.damage and not self.losses.damage["elsewhere"]:
                self.losses.damage = None  # what is damaged here was read, or printed, before
            return
        self.show_repeats(start)
        self.losses.expect(self.segment.name, start, sequence)
        self.losses.read(self.segment.name, sequence, end)
        self.show(record)

    def show_repeats(self, up_to):
        if self.repeats:
            reason = f"{self.repeats} records with sequences that were read before"
            self.losses.line(self.segment.name, 0, up_to, self.losses.next, self.losses.next - 1, reason)
            self.repeats = 0

    def view(self, track, sequence, said):
        payload = track.shape.payload(track.last)
        kind = KINDS.get(track.kind, f"kind-{track.kind}")
        if said:
            self.snapshot.end()
        restated = said or self.snapshot.restates(kind, sequence, track.received, payload, self.group.clock)
        record = dict(
            sequence=sequence,
            kind=kind,
            subject=track.subject.decode(errors="replace"),
            time=track.time,
            received=track.received,
            monotonic=wrapped(track.received - track.offset),
            restated=restated,
        )
        try:
            record["payload"] = payload.decode()
        except UnicodeDecodeError:
            record["payload_base64"] = base64.b64encode(payload).decode()
        return record


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)

    def show(line):
        print(json.dumps(line, ensure_ascii=False))

    sys.stdout.reconfigure(encoding="utf-8")
    losses = Losses(show)
    for segments in segments_of(sys.argv[1:]):
        for segment in segments:
            SegmentReader(segment, losses, show).read()
        losses.flush()
        losses.restart()
    sys.exit(4 if losses.any else 0)


if __name__ == "__main__":
    main()
