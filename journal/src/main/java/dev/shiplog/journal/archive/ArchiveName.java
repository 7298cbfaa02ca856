package dev.shiplog.journal.archive;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an archive's file, as in {@code vm-20261121T091203Z-0c9f3a2b-1.tar}: the host, the receipt of the first
 * record, what the journal's id begins with, and the first sequence. It helps people and sorts by time; what an archive
 * holds says its manifest.
 */
public final class ArchiveName {
    private static final Pattern FORM = Pattern.compile(
            "[A-Za-z0-9_][A-Za-z0-9._-]*-(?<received>\\d{8}T\\d{6}Z)-(?<journal>[A-Za-z0-9_]{1,8})-(?<first>\\d{1,18})\\.tar");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int JOURNAL_LENGTH = 8;
    /** With all the rest it stays below the 255 bytes that a file system allows. */
    private static final int MAX_HOST_LENGTH = 128;

    static final String SUFFIX = ".tar";

    private ArchiveName() {}

    /** The name of the archive with this manifest. */
    public static String of(Manifest manifest) {
        return of(
                manifest.description().host(),
                manifest.received().first(),
                manifest.journal(),
                manifest.sequences().first());
    }

    /**
     * The name of an archive.
     *
     * @param received receipt of the first record that is not restated, ns since the epoch
     * @param journal the id of the journal
     * @param first the first sequence
     */
    public static String of(String host, long received, String journal, long first) {
        return safe(host, "[^A-Za-z0-9._-]|^[.-]", MAX_HOST_LENGTH) + "-"
                + TIME.format(Instant.ofEpochSecond(0, received)) + "-"
                + safe(journal, "[^A-Za-z0-9]", JOURNAL_LENGTH) + "-"
                + first + SUFFIX;
    }

    private static String safe(String text, String unsafe, int length) {
        String safe = text.replaceAll(unsafe, "_");
        return safe.isEmpty() ? "_" : safe.substring(0, Math.min(length, safe.length()));
    }

    /** What the id of the journal begins with, as the name has it; empty if the name has another form. */
    public static String journal(String name) {
        Matcher matcher = FORM.matcher(name);
        return matcher.matches() ? matcher.group("journal") : "";
    }

    /** Whether the file can be an archive of the journal with this id, by its name. */
    public static boolean isOf(String name, String id) {
        return journal(name).equals(safe(id, "[^A-Za-z0-9]", JOURNAL_LENGTH));
    }

    /** The receipt of the first record, as the name has it; the epoch if the name has another form. */
    public static Instant received(String name) {
        Matcher matcher = FORM.matcher(name);
        try {
            return matcher.matches() ? Instant.from(TIME.parse(matcher.group("received"))) : Instant.EPOCH;
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /** The first sequence, as the name has it; 0 if the name has another form. */
    public static long first(String name) {
        Matcher matcher = FORM.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group("first")) : 0;
    }

    /** Whether a file with this name should be an archive. */
    public static boolean matches(String name) {
        return FORM.matcher(name).matches();
    }
}
