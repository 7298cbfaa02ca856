package dev.shiplog.replay.verify;

import java.util.EnumMap;
import java.util.Map;

/** What a {@link Verification} read. Not thread safe. */
public final class Totals {
    private long segments;
    private long archives;
    private long records;
    private long payloadBytes;
    private final Map<Signature, Long> signatures = new EnumMap<>(Signature.class);

    void addSegment() {
        segments++;
    }

    void addArchive() {
        archives++;
    }

    void add(Signature signature) {
        signatures.merge(signature, 1L, Long::sum);
    }

    void addRecord(long bytes) {
        records++;
        payloadBytes += bytes;
    }

    /** Whether there was no file to read: then nothing is proved. */
    public boolean isNothing() {
        return segments == 0 && archives == 0;
    }

    /** How many segments were read. */
    public long segments() {
        return segments;
    }

    /** How many archives were read. */
    public long archives() {
        return archives;
    }

    /** How many records were read, each as often as a file holds it. */
    public long records() {
        return records;
    }

    /** The length of all their payloads. */
    public long payloadBytes() {
        return payloadBytes;
    }

    /** How many archives have such a signature. */
    public long archives(Signature signature) {
        return signatures.getOrDefault(signature, 0L);
    }
}
