package dev.shiplog.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Journals that recorders of every format version wrote are read today as they were written, whole and damaged, and by
 * the reader that knows no more than the page on the format. {@code journals/README.md} tells what is kept, and how it
 * was made.
 */
class KeptJournalsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"version-1-first", "version-1", "version-2"})
    void everyRecordComesBackAsItWasWritten(String name) throws Exception {
        Path journal = unpack(name, directory);
        List<String> expected = lines(name + ".expected");

        List<String> read = Transcript.ofCursor(journal);
        assertThat(digests(read)).isEqualTo(expected);
        Transcript.assertSame(Transcript.ofPython(journal), read, "read by Python");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version-1-first", "version-1", "version-2"})
    void damageCostsTheRecordsThatItCost(String name) throws Exception {
        Path journal = unpack(name, directory);
        List<String> whole = Transcript.ofCursor(journal);
        List<String> expected = new ArrayList<>();
        for (String line : lines(name + ".damaged")) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "flip" -> flip(journal.resolve(words[1]), Long.parseLong(words[2]), Integer.parseInt(words[3]));
                case "cut" -> cut(journal.resolve(words[1]), Long.parseLong(words[2]));
                default -> expected.add(line);
            }
        }

        List<String> read = Transcript.ofCursor(journal);
        List<String> losses = read.stream().filter(KeptJournalsTest::isLoss).toList();
        List<String> records = read.stream().filter(line -> !isLoss(line)).toList();
        assertThat(losses).isNotEmpty();
        assertThat(whole).containsSubsequence(records);
        List<String> outcome = new ArrayList<>(losses);
        outcome.addAll(digests(records));
        assertThat(outcome).isEqualTo(expected);
        Transcript.assertSame(Transcript.ofPython(journal), read, "read by Python");
    }

    private static boolean isLoss(String line) {
        return line.startsWith("lost ");
    }

    private static void flip(Path segment, long offset, int bit) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 1 << bit);
        }
    }

    private static void cut(Path segment, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    /** A line for each kind: its name, how many records, and the SHA-256 of their lines. */
    private static List<String> digests(List<String> records) throws NoSuchAlgorithmException {
        TreeMap<String, List<String>> byKind = new TreeMap<>();
        for (String record : records) {
            byKind.computeIfAbsent(record.split(" ")[1], kind -> new ArrayList<>())
                    .add(record + "\n");
        }
        List<String> digests = new ArrayList<>();
        for (var kind : byKind.entrySet()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            kind.getValue().forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
            digests.add(kind.getKey() + " " + kind.getValue().size() + " "
                    + HexFormat.of().formatHex(digest.digest()));
        }
        return digests;
    }

    /** A kept journal, in a directory of its name. */
    static Path unpack(String name, Path directory) throws IOException {
        Path journal = Files.createDirectory(directory.resolve(name));
        try (ZipInputStream zip = new ZipInputStream(resource(name + ".zip"))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.copy(zip, journal.resolve(entry.getName()));
            }
        }
        return journal;
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = resource(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static InputStream resource(String name) {
        return requireNonNull(KeptJournalsTest.class.getResourceAsStream("/journals/" + name), name);
    }
}
