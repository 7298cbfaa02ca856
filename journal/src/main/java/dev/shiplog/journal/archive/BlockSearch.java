package dev.shiplog.journal.archive;

import dev.shiplog.journal.block.BlockDecoder;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.SegmentHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of an archive whose manifest cannot be used. Looks for blocks wherever a member of a tar file may begin;
 * what a block holds is proven by its own checksum. What only the manifest has, the headers of the segment above all, is
 * lost. Not thread safe.
 */
public final class BlockSearch implements RecordSource {
    private static final String PORTABLE = "ndjson.zst";
    private static final Pattern BLOCK_NAME = Pattern.compile("records-(\\d{5})\\.(shb|" + PORTABLE + ")");
    private static final int NAME_ROOM = 100;

    private final FileChannel file;
    private final String name;
    private final LossTracker losses;

    /** Where the next member may begin. */
    private long at;
    /** What comes before this was read, or was reported as lost. */
    private long settled;
    /** The number that the next block has if none is missing; 0 if not known. */
    private int expected = 1;

    private @Nullable Found block;
    private @Nullable BlockReader reader;
    private long last;
    private long clock;
    private boolean ended;

    /**
     * A block, or what should be one.
     *
     * @param number in its name; 0 if that cannot be read
     */
    private record Found(long at, int number, Coding coding, long length) {
        long end() {
            return at + length + TarLayout.padding(length);
        }

        boolean isWithin(long size) {
            return length > 0 && at + length <= size;
        }
    }

    private BlockSearch(FileChannel file, String name, LossTracker losses) {
        this.file = file;
        this.name = name;
        this.losses = losses;
    }

    /** Opens the archive. */
    public static BlockSearch open(Path path, LossTracker losses) throws IOException {
        String name = path.getFileName().toString();
        losses.segment(name);
        if (FileErrors.isIrregular(path)) {
            throw new FileSystemException(path.toString(), null, "not a regular file"); // a pipe would be waited for
        }
        return new BlockSearch(FileChannel.open(path), name, losses);
    }

    @Override
    public boolean next() throws IOException {
        while (!ended) {
            BlockReader current = reader;
            try {
                if (current == null) {
                    begin();
                } else if (current.next()) {
                    if (current.record().sequence() > last) {
                        take(current.record());
                        return true;
                    }
                    leave();
                } else {
                    Found read = Objects.requireNonNull(block);
                    settled = read.end();
                    expected = read.number() == 0 ? 0 : read.number() + 1;
                    reader = null;
                }
            } catch (UndecodableException e) {
                leave();
            }
        }
        return false;
    }

    /** Goes on to the next block, or to the end. */
    private void begin() throws IOException, UndecodableException {
        Found next = find();
        block = next;
        if (next == null) {
            ended = true;
            if (last == 0 || TarLayout.length(ArchiveFile.DIGEST, read(settled, TarLayout.UNIT)) < 0) {
                losses.damaged(new Loss.Place(name, settled, file.size()), "no block of records can be read there");
            }
            return;
        }
        at = next.end();
        reader = next.coding().reader(read(next.at(), (int) next.length()), BlockDecoder.MAX_PAYLOAD_BYTES);
    }

    /** The block is not what it should be: goes on after it if a member begins there, else within it. */
    private void leave() throws IOException {
        Found left = Objects.requireNonNull(block);
        reader = null;
        if (!isMember(left.end())) {
            at = left.at() + TarLayout.UNIT;
        }
    }

    private boolean isMember(long offset) throws IOException {
        byte[] header = read(offset, TarLayout.UNIT);
        return BLOCK_NAME.matcher(name(header)).matches() || TarLayout.length(ArchiveFile.DIGEST, header) >= 0;
    }

    private @Nullable Found find() throws IOException {
        for (long size = file.size(); at < size; at += TarLayout.UNIT) {
            byte[] bytes = read(at, TarLayout.UNIT);
            Matcher named = BLOCK_NAME.matcher(name(bytes));
            Found found = null;
            if (BlockDecoder.length(bytes) >= 0) {
                found = new Found(at, numberBefore(at), Coding.COLUMNS, BlockDecoder.length(bytes));
            } else if (named.matches() && named.group(2).equals(PORTABLE)) {
                long length = TarLayout.length(named.group(), bytes);
                found = new Found(at + TarLayout.UNIT, Integer.parseInt(named.group(1)), Coding.PORTABLE, length);
            }
            if (found != null && found.length() <= TarLayout.MAX_MEMBER && found.isWithin(size)) {
                return found;
            }
        }
        return null;
    }

    /** The number of the block at {@code offset}, by the tar header before it; 0 if that cannot be read. */
    private int numberBefore(long offset) throws IOException {
        Matcher named = BLOCK_NAME.matcher(name(read(Math.max(0, offset - TarLayout.UNIT), TarLayout.UNIT)));
        return named.matches() ? Integer.parseInt(named.group(1)) : 0;
    }

    private void take(RecordView record) {
        Found from = Objects.requireNonNull(block);
        long sequence = record.sequence();
        clock = record.restated() ? clock : record.received();
        if (settled < from.at()) {
            if (from.number() == 0 || from.number() != expected) {
                losses.damaged(new Loss.Place(name, settled, from.at()), "a block of records cannot be read");
            }
            settled = from.at();
        }
        losses.expect(name, from.at(), sequence, clock);
        losses.read(sequence, record.restated() ? 0 : record.received(), from.end());
        last = sequence;
    }

    /** The name in a tar header. */
    private static String name(byte[] header) {
        int end = 0;
        while (end < Math.min(NAME_ROOM, header.length) && header[end] != 0) {
            end++;
        }
        return new String(header, 0, end, StandardCharsets.US_ASCII);
    }

    /** Up to {@code length} bytes from {@code from} on: fewer only where the file ends. */
    private byte[] read(long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
            // until it is full, or the file ends
        }
        return bytes.position() == length ? bytes.array() : Arrays.copyOf(bytes.array(), bytes.position());
    }

    @Override
    public RecordView record() {
        return Objects.requireNonNull(reader).record();
    }

    @Override
    public @Nullable SegmentHeader header() {
        return null;
    }

    @Override
    public long offset() {
        return block == null ? 0 : block.at();
    }

    @Override
    public long position() {
        return settled;
    }

    @Override
    public void markComplete() {
        // It is.
    }

    @Override
    public boolean isEmpty() {
        return ended && last == 0;
    }

    @Override
    public boolean isClosedByWriter() {
        return true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
