package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.record.Record;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/**
 * Writes the file of a whole segment without Chronicle, from records that have their sequences already: what was written
 * once, and is kept elsewhere, becomes a segment again. A reader finds in it what it found in the first one, which it begins
 * like. {@link #finish} closes it as Chronicle does, so that no recorder adds to it. Not thread safe.
 */
public final class SegmentFileWriter implements Closeable {
    private static final int BUFFER = 1 << 18;
    /** After the mark that closes a segment Chronicle writes these: {@code ? E O F}. */
    private static final int AFTER_EOF = 0xC3 | 'E' << 8 | 'O' << 16 | 'F' << 24;

    private final Path directory;
    private final FileChannel channel;
    private final Roll roll;
    private final ExcerptWriter excerpts;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

    /** Where what is in the buffer begins in the file. */
    private long flushed;

    private long last;
    private long count;
    private long clock;

    private SegmentFileWriter(Path directory, FileChannel channel, Roll roll, String journal) {
        this.directory = directory;
        this.channel = channel;
        this.roll = roll;
        excerpts = new ExcerptWriter(journal, Tally.NONE, new ExcerptSink() {
            @Override
            public void reserve(long bytes) {
                // A file that is not mapped fails by an exception, and is not used then.
            }

            @Override
            public void put(byte[] array, int length) throws IOException {
                add(array, length);
            }
        });
        flushed = FirstPages.length(roll);
    }

    /**
     * Begins a segment in a new file, for its owner alone.
     *
     * @param roll how long the period of the segment is
     * @param journal the id of the journal
     */
    public static SegmentFileWriter create(Path file, Roll roll, String journal) throws IOException {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                Access.ownerOnly(directory, "rw-------"));
        return new SegmentFileWriter(directory, channel, roll, journal);
    }

    /** Writes a header; a segment begins with one. The next record begins a group. */
    public void write(SegmentHeader header) throws IOException {
        clock = Math.max(clock, header.created()); // a recorder writes it when the record after it was received
        excerpts.write(header);
    }

    /** Writes a record with the sequence that it has. */
    public void write(Record record, boolean restated) throws IOException {
        clock = Math.max(clock, record.received());
        excerpts.write(record.sequence(), record, restated, clock);
    }

    private void add(byte[] array, int length) throws IOException {
        last = flushed + buffer.position();
        count++;
        int padding = -length & 3;
        if (buffer.remaining() < Integer.BYTES + length + padding) {
            flush();
            last = flushed;
        }
        putInt(length);
        buffer.put(array, 0, length);
        for (int i = 0; i < padding; i++) {
            buffer.put((byte) 0);
        }
    }

    private void putInt(int value) {
        LittleEndian.setInt(buffer.array(), buffer.position(), value);
        buffer.position(buffer.position() + Integer.BYTES);
    }

    private void flush() throws IOException {
        buffer.flip();
        flushed = write(buffer, flushed);
        buffer.clear();
    }

    /** Writes all of it, from this place of the file on; the place after it. */
    private long write(ByteBuffer bytes, long from) throws IOException {
        long at = from;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw FileErrors.at(directory, e);
        }
        return at;
    }

    /** Completes the segment and forces it to disk. It must hold a record. */
    public void finish() throws IOException {
        if (buffer.remaining() < 2 * Integer.BYTES) {
            flush();
        }
        putInt(ChronicleFiles.EOF);
        putInt(AFTER_EOF);
        flush();
        Bytes pages = FirstPages.of(roll, last, count);
        write(ByteBuffer.wrap(pages.array(), 0, pages.length()), 0);
        channel.force(true);
    }

    /** Leaves a segment that is not finished as it is: it does not begin as one. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
