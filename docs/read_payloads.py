#!/usr/bin/env python3
"""Prints the payloads of intact segments and archives, one a line, as `replay export --format raw` does: FILE...

Written from journal-format.md and archive-format.md and nothing else, to prove that the pages suffice. It needs Python 3.8,
and for archives zstd. What it cannot read, it names in one line, and exits with 4. It checks the SHA-256
of blocks, and skips what no payload depends on: the CRCs and, in segments, the clocks."""
import base64, ctypes, datetime, hashlib, io, itertools, json, struct, subprocess, sys, tarfile, zlib

INTEGER, TIME, NUMBER, STRING, NANO_TIME = range(5)
TEXTS = NUMBER, STRING
SCALES = 1, 512, 1000, 4096, 1000000, 10000000
PLAIN = [b"", b""], [STRING], {}  # literals and types of a shape, and predictions


class Bytes(io.BytesIO):
    def byte(self):
        return self.read(1)[0]

    def varint(self):
        value, shift, byte = 0, 0, 128
        while byte > 127:
            byte = self.byte()
            value, shift = value | (byte & 127) << shift, shift + 7
        return value & (1 << 64) - 1

    def zigzag(self):
        z = self.varint()
        return z >> 1 ^ -(z & 1)

    def string(self):
        return self.read(self.varint())

    def plain(self):
        slots = [(self.string(), self.byte()) for _ in range(self.varint())]
        return [literal for literal, _ in slots] + [self.string()], [type for _, type in slots]

    def slots(self, count):
        return (slot - 1 for slot in itertools.accumulate(self.varint() + 1 for _ in range(count)))

    def text(self, texts):
        n, how = divmod(self.varint(), 4)
        entry = self.varint() if how > 1 else None if how else n
        if how:
            texts[entry] = self.read(n).hex().encode() if how == 3 else self.read(n)
        return texts[entry]

    def own(self, old):
        """A text of a log: pieces of those before it on its track, and what is new."""
        start, back, left = len(old), 0, self.varint()
        while left:
            n, how = divmod(self.varint(), 4)
            back, left = back if how else self.varint(), left - n
            old += ((old[-back:] * (n // back + 1))[:n] if how < 2 else
                    self.read(n) if how == 2 else self.read(n + 1 >> 1).hex().encode()[:n])
        return bytes(old[start:])

    def shape(self, shapes, flags):
        number = self.varint()
        if flags & 32:
            parent = self.varint()
            text = Bytes(zlib.decompress((self.varint(), self.string())[1], -15)) if parent == number else self
            literals, types = text.plain() if parent in (0, number) else shapes[parent][:2]
            predictions = {}
            for slot in (self.varint(), self.slots(self.varint()))[1]:
                code = self.byte()
                predictions[slot] = code & 15, SCALES[code >> 4], self.varint() if code & 15 in (1, 2) else slot
            shapes[number] = literals, types, predictions
        return shapes[number]

    def mask(self, before, count):
        bits = int.from_bytes(self.read((count + 7) // 8), "little") if (n := self.varint()) == 1 else 0
        return {i for i in range(count) if bits >> i & 1} if n == 1 else before ^ set(self.slots(n >> 1))

    def record(self, newest, texts, shapes):
        """Of a coded record its index, its kind, whether it is restated, and its payload."""
        flags, index = self.byte(), self.varint()
        form, mask, values, own = flags & 3, set(), [], bytearray()
        text = lambda: self.own(own) if kind > 127 else self.text(texts)
        if form == 0:
            kind, _, shape = self.byte(), self.text(texts), self.shape(shapes, flags)
            values = [text() if type in TEXTS else self.zigzag() for type in shape[1]]
        else:
            back = index - self.varint()
            kind, shape, last, before, mask, own = newest.pop(back) if form == 1 else newest[back]
            if form == 2:
                _, mask, own = self.text(texts), set(), bytearray()
            shape = self.shape(shapes, flags) if flags & 16 else shape
            mask = self.mask(mask, len(shape[1]))
            for i, type in enumerate(shape[1]):
                if type in TEXTS:
                    values.append(text() if i in mask else last[i])
                    continue
                how, scale, of = shape[2].get(i, (0, 1, i))
                value = last[of] if how < 2 else last[i] + values[of] - last[of] if how == 2 else 2 * last[i] - before[i]
                if i in mask:
                    m = self.zigzag()
                    value += m * scale if m else self.zigzag()
                values.append(ctypes.c_int64(value).value)
        newest[index] = kind, shape, values, last if form == 1 else values, mask, own
        return index, kind & 127, flags & 64, join(*shape[:2], values)


def join(literals, types, values):
    return b"".join(a + show(t, v) for a, t, v in zip(literals, types, values)) + literals[-1]


def show(type, value):
    if type in (TIME, NANO_TIME):
        text = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=value // 10**9)).isoformat() + ".%09d" % (value % 10**9)
        return ((text.rstrip("0").rstrip(".") if type == TIME else text) + "Z").encode()
    return b"%d" % value if type == INTEGER else value


def segment(data):
    """Journal and first sequence of a segment; then sequence and payload of each record that repeats no other."""
    at, journal, group, parts = 0, None, None, b""
    while at + 4 <= len(data) and 0 < (head := struct.unpack_from("<I", data, at)[0]) < 1 << 31:
        type, body, at = data[at + 8], Bytes(data[at + 8:at + 4 + head]), at + 4 + ((head & 0x3FFFFFFF) + 3 & ~3)
        if type == 0xF1 and not head >> 30:
            if body.read(7) not in (b"\xf1SHLG\1\0", b"\xf1SHLG\2\0"):
                raise ValueError("a version of the format that is not known here")
            journal = journal or json.loads(body.read())["journal"]
        elif type == 0xF2 and not head >> 30:
            base, = struct.unpack("<5xq", body.read(13))
            if not group:
                yield journal, base
            group = {}, {}, {0: PLAIN}
        elif not head >> 30:
            if type == 0xF3:
                _, _, number, count = body.byte(), body.varint(), body.varint(), body.varint()
                parts += body.read()
                if number < count - 1:
                    continue
                body, parts = Bytes(parts), b""
            index, kind, restated, payload = body.record(*group)
            if 1 <= kind <= 10 and not restated:
                yield base + index, payload
    if not group and any(data[:3]):
        raise ValueError("not a segment")


def archive(data):
    """The same of an archive."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
        if manifest["version"] != 1:
            raise ValueError("a version of the format that is not known here")
        yield manifest["journal"], manifest["sequences"]["first"]
        for member in manifest["members"]:
            left, content = member["bytes"], tar.extractfile(member["name"]).read()
            if hashlib.sha256(content).hexdigest() != member["sha256"]:
                raise ValueError(member["name"] + " does not match its SHA-256")
            for record in (block if manifest["coding"] == "columns" else lines)(content):
                if (left := left - len(record[1])) < 0:
                    raise ValueError("payloads longer than the manifest says")
                yield record


def unpack(data):
    return subprocess.run(["zstd", "-dqc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def lines(data):
    for line in unpack(data).splitlines():
        record = json.loads(line)
        payload = (line[line.find(b',"payload":') + 11:-1] if "payload" in record else
                   record["payload_text"].encode() if "payload_text" in record else
                   base64.b64decode(record["payload_base64"]))
        if not record.get("restated") and not record["kind"].startswith("kind-"):
            yield record["sequence"], payload


def block(data):
    if data[:8] != b"SHLB\1\0\0\0":
        raise ValueError("a version of the format that is not known here")
    content, length = unpack(data[24:]), struct.unpack_from("<I", data, 20)[0]
    directory, streams = Bytes(content[:length]), Bytes(content[length:])
    byte, varint, zigzag = directory.byte, directory.varint, directory.zigzag

    def residuals():
        n = varint()
        planes = [streams.read(n >> 4) for _ in range(n & 15)]
        numbers = (int.from_bytes(bytes(z), "little") for z in (zip(*planes) if planes else [()] * (n >> 4)))
        return (z >> 1 ^ -(z & 1) for z in numbers)

    def bits():
        stream = streams.read(((n := varint()) + 7) // 8)
        return (stream[i >> 3] >> (i & 7) & 1 for i in range(n))

    def column():
        cell, form, reference, of, unit, n = varint(), byte(), byte(), varint(), varint(), varint()
        shift, terms = byte() if n else 0, [(varint(), varint(), zigzag()) for _ in range(n)]
        factors = [(c, factor) for first, count, factor in terms for c in range(first, first + count)]
        return (cell, form, reference, of, unit, shift, factors, residuals(),
                bits() if form > 1 else None, residuals() if form else None)

    _, sequence, received, _, count = varint(), zigzag(), zigzag(), zigzag(), varint()
    lengths, texts = [Bytes(streams.read(n)) for n in (varint(), varint())]
    texts = [texts.read(lengths.varint()) for _ in range(count)]
    shapes, last, newest, after, fresh = [], {}, 0, {}, 0
    for shape in range(varint()):
        layout = byte()
        literals, types = directory.plain() if layout & 2 else PLAIN[:2]
        last[shape, "shape"] = [zigzag() if layout & 1 else 0 for _ in range(3 + len(types))]
        shapes.append((literals, types, [column() for _ in range(varint())] if layout & 1 else None))
    tracks = [(byte(), varint(), varint()) for _ in range(varint())]
    sequences, turns, restated, _, rows = residuals(), residuals(), residuals(), residuals(), Bytes(streams.read(varint()))
    for turn in turns:
        after[newest] = newest = turn - 1 if turn else after.get(newest, 0)
        kind, shape, subject = tracks[newest]
        literals, types, columns = shapes[shape]
        first, copied = newest not in last, last.get(newest, last[shape, "shape"])
        cells, references = copied[:2] + [subject] + copied[3:], ([0] * len(copied), copied, last[shape, "shape"])
        for cell, form, reference, of, unit, shift, factors, firsts, flags, others in columns or ():
            told = first or form == 1 or form > 1 and next(flags)
            if not told and form != 2:
                continue
            base, residual = references[reference], next(firsts if first else others) if told else 0
            more = ctypes.c_int64(sum(factor * (cells[c] - base[c]) for c, factor in factors)).value >> shift
            predicted = ctypes.c_int64(base[of] + more).value
            cells[cell] = ctypes.c_int64(predicted - predicted % unit + residual * unit).value
        if columns is None:
            cells[1] = ctypes.c_int64(received + rows.zigzag()).value
            cells[0] = ctypes.c_int64(cells[1] + rows.zigzag()).value
            for i, type in enumerate(types, 3):
                v = rows.varint() if type in TEXTS else rows.zigzag()
                cells[i] = ctypes.c_int64(cells[i] + v).value if type not in TEXTS else (cells[i], fresh)[v] if v < 2 else v - 2
                fresh = max(fresh, cells[i] + 1) if type in TEXTS and v else fresh
        last[newest] = last[shape, "shape"] = cells
        sequence, received = sequence + 1 + next(sequences), cells[1]
        if not next(restated) and 1 <= kind <= 10:
            yield sequence, join(literals, types, [texts[v] if t in TEXTS else v for t, v in zip(types, cells[3:])])


if __name__ == "__main__":
    order, found, printed = {}, [], {}
    try:
        for n, file in enumerate(sys.argv[1:]):
            with open(file, "rb") as opened:
                records = (archive if file.endswith(".tar") else segment)(opened.read())
            journal, first = next(records, (None, 0))
            found.append((order.setdefault(journal, len(order)), first, n, file, records))
        for journal, _, _, file, records in sorted(found):
            for sequence, payload in records:
                if sequence > printed.get(journal, 0):  # else it was in a file before
                    printed[journal] = sequence
                    sys.stdout.buffer.write(payload + b"\n")
    except Exception as e:
        print(f"{file}: {e!r}", file=sys.stderr)
        sys.exit(4)
