package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.shiplog.journal.bytes.Sha256;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import java.io.CharConversionException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an archive says about itself: whose records it holds, which, and what each of its blocks must be. It is the first
 * member of the archive, as JSON; {@code docs/archive-format.md} describes it. A value that is read is consistent: names and
 * numbers of blocks are what they must be, so that only digests are left to check.
 *
 * @param coding of the blocks
 * @param journal the id of the journal; empty if no header of the segment is intact
 * @param description what the maker of the archive knew of the records
 * @param link to the archive before it
 * @param sequences of the first and the last record; both 0 if there is none
 * @param received receipt of the first and the last record that is not restated; if all are, when the segment began; 0 if
 *     there is no record
 * @param times the lowest and the highest; both 0 if there is no record
 * @param cleanStop whether the recorder's clean stop is the last record
 * @param headers of the segment, in order, each before the first record that follows it
 * @param kinds what there is of each kind, by its code
 * @param readme the member that explains the archive
 * @param blocks that hold the records, in order
 */
public record Manifest(
        Coding coding,
        String journal,
        Description description,
        Link link,
        Span sequences,
        Span received,
        Span times,
        boolean cleanStop,
        List<Header> headers,
        SortedMap<Integer, OfKind> kinds,
        Content readme,
        List<Block> blocks) {
    /** The version that this program writes, and the highest that it reads. */
    public static final int VERSION = 1;

    static final String FORMAT = "shiplog-archive";
    /** The name of the member. */
    static final String NAME = "manifest.json";
    /** A manifest of a million containers is shorter. */
    static final int MAX_LENGTH = 64 << 20;
    /** So many blocks can be named with five digits. */
    static final int MAX_BLOCKS = 99_999;

    public Manifest {
        headers = List.copyOf(headers);
        kinds = Collections.unmodifiableSortedMap(new TreeMap<>(kinds));
        blocks = List.copyOf(blocks);
    }

    /**
     * Where an archive is in the chain of its journal.
     *
     * @param number its place, from 1; 0 if it belongs to no chain
     * @param previous the digest of the manifest before it; null if there is none
     */
    public record Link(long number, @Nullable String previous) {
        /** Of an archive that belongs to no chain. */
        public static final Link NONE = new Link(0, null);
    }

    /** From the first to the last, both included. */
    public record Span(long first, long last) {
        /** Of nothing. */
        static final Span NONE = new Span(0, 0);

        /** Whether all of the other is in this one. */
        boolean holds(Span other) {
            return first <= other.first && other.last <= last;
        }
    }

    /** A header of the segment, which comes before the record {@code sequence}. */
    public record Header(long sequence, SegmentHeader header) {}

    /**
     * What there is of one kind.
     *
     * @param restated how many of the records are
     * @param bytes of all payloads
     */
    public record OfKind(long records, long restated, long bytes) {}

    /** The length of a member, and its SHA-256 in hexadecimal digits. */
    public record Content(long length, String sha256) {
        static Content of(byte[] bytes) {
            return new Content(bytes.length, digest(bytes));
        }
    }

    /**
     * A member that holds records.
     *
     * @param sequences of its first and its last record
     * @param received the lowest and the highest receipt of its records that are not restated; both 0 if all are
     * @param times the lowest and the highest
     * @param bytes of all payloads
     * @param context how many of its records later ones need to be understood
     */
    public record Block(
            String name,
            Content content,
            long records,
            Span sequences,
            Span received,
            Span times,
            long bytes,
            long context) {
        /** Whether it has all records from its first sequence to its last. */
        boolean isDense() {
            return sequences.last() - sequences.first() == records - 1;
        }
    }

    /** The number of records. */
    public long records() {
        return blocks.stream().mapToLong(Block::records).sum();
    }

    /** The highest sequence of a record that it holds or names as lost; 0 if a loss leaves that open. */
    public long lastSequence() {
        List<Loss> losses = description.losses();
        if (losses.isEmpty()) {
            return sequences.last();
        }
        Loss last = losses.get(losses.size() - 1);
        return last.sequences().to() == 0
                ? 0
                : Math.max(sequences.last(), last.sequences().to());
    }

    /** The member {@code manifest.json}: always the same bytes for the same values. */
    public byte[] toJson() {
        return ManifestWriter.write(this);
    }

    /**
     * Reads the member {@code manifest.json}.
     *
     * @throws MismatchException saying in a clause what is wrong with it
     * @throws IOException if only a newer version can read it
     */
    public static Manifest read(byte[] json) throws IOException {
        try {
            return ManifestReader.read(json);
        } catch (InputCoercionException | StreamConstraintsException e) {
            throw new MismatchException("the manifest has a number, a text or a nesting that is too large" + at(e));
        } catch (JsonProcessingException e) {
            throw new MismatchException("the manifest is not valid JSON" + at(e));
        } catch (CharConversionException e) {
            throw new MismatchException("the manifest is not valid text");
        }
    }

    private static String at(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        return location == null || location.getByteOffset() < 0 ? "" : ": byte " + location.getByteOffset() + " of it";
    }

    /** The SHA-256 of {@code bytes} in hexadecimal digits. */
    public static String digest(byte[] bytes) {
        MessageDigest digest = Sha256.begin();
        digest.update(bytes);
        return Sha256.text(digest);
    }
}
