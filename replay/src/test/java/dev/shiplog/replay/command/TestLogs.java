package dev.shiplog.replay.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.List;

/** What the containers of a {@link TestJournal} log. */
final class TestLogs {
    static final String TTY = "c".repeat(64);

    /** Two containers with two streams, one with a terminal; lines that were cut, that go on, that are no text. */
    static final List<Record> RECORDS = List.of(
            TestJournal.RECORDS.get(0),
            TestJournal.RECORDS.get(1),
            TestJournal.RECORDS.get(2),
            TestJournal.record(
                    Kind.INSPECT,
                    TTY,
                    "09:12:02Z",
                    "{\"Id\":\"" + TTY
                            + "\",\"Name\":\"/shell\",\"Image\":\"sha256:eb\",\"Config\":{\"Image\":\"busybox\",\"Labels\":null}}"),
            log(TestJournal.WEB, 1, "09:12:05Z", "GET / 200 token=abc\n"),
            log(TestJournal.DB, 2, "09:12:05.1Z", "ERROR: deadlock\n"),
            log(TestJournal.DB, 2, "09:12:05.2Z", "  detail: 17\n"),
            log(TestJournal.WEB, 1, "09:12:06Z", "a long "),
            log(TestJournal.WEB, 2, "09:12:06.1Z", "warn\n"),
            log(TestJournal.WEB, 1, "09:12:06.2Z", "line\n"),
            log(TTY, 0, "09:13:00Z", "\u001b[31mred\u001b[0m\r\n"),
            log(TestJournal.DB, 1, "09:13:01Z", "\u00ff\u00fe\n"),
            TestJournal.mark(
                    "09:13:02Z",
                    new Mark.Gap(
                            "log",
                            TestJournal.DB,
                            TestJournal.nanos("09:13:01.5Z"),
                            TestJournal.nanos("09:13:02Z"),
                            "the log was rotated away")),
            log(TestJournal.DB, 1, "09:13:03Z", "no end"),
            TestJournal.RECORDS.get(8));

    private TestLogs() {}

    static Record log(String container, int stream, String time, String line) {
        long nanos = TestJournal.nanos(time);
        Bytes payload = new Bytes(64);
        payload.put(stream);
        payload.putNanoTime(nanos);
        payload.put(' ');
        payload.put(line.getBytes(ISO_8859_1));
        return new Record(0, Kind.LOG, container, nanos, nanos + 1_000_000, nanos / 7, payload.toArray());
    }
}
