package dev.shiplog.journal;

import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * The bytes of a journal, to be damaged, and an oracle that knows what was appended to it.
 *
 * @param segments by name, each without the zeros after its last few kilobytes
 * @param lastSequence by name of segment
 */
record JournalBytes(Oracle oracle, TreeMap<String, byte[]> segments, TreeMap<String, Long> lastSequence) {
    static JournalBytes of(Path directory, List<Record> records) throws IOException {
        TreeMap<String, byte[]> segments = new TreeMap<>();
        TreeMap<String, Long> last = new TreeMap<>();
        for (Segment segment : Catalog.list(List.of(directory))) {
            Path file = segment.path();
            byte[] bytes = Files.readAllBytes(file);
            int end = bytes.length;
            while (bytes[end - 1] == 0) {
                end--;
            }
            String name = file.getFileName().toString();
            segments.put(name, Arrays.copyOf(bytes, Math.min(bytes.length, end + 4096)));
            List<Record> in = Journals.read(file).records();
            last.put(name, in.get(in.size() - 1).sequence());
        }
        return new JournalBytes(new Oracle(records), segments, last);
    }

    String newest() {
        return segments.lastKey();
    }

    /** Beginning and end of each excerpt in a segment. */
    static List<int[]> excerpts(byte[] bytes) {
        List<int[]> found = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int p = 0; p + 4 < bytes.length; ) {
            int word = in.getInt(p);
            if (word == 0 || word < 0) {
                break;
            }
            int next = (p + 4 + (word & 0x3FFF_FFFF) + 3) & ~3;
            if ((word & 0x4000_0000) == 0) {
                found.add(new int[] {p, next});
            }
            p = next;
        }
        return found;
    }

    /** Flips a bit in the bytes and in the file that holds them. */
    static void flip(Path file, byte[] bytes, int at, int bit) throws IOException {
        bytes[at] ^= (byte) (1 << bit);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes, at, 1), at);
        }
    }
}
