package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesKey;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a block: subjects, and what the {@code STRING} and {@code NUMBER} slots hold. Each is there once, in the
 * order in which they came up, and is named by its number, from 0 on.
 *
 * <pre>
 * texts := varint n, varint bytes of lengths, varint bytes of all     streams: n varint lengths; the texts, one after the other
 * </pre>
 */
final class Texts {
    /** A block holds no more of them. */
    static final int MAX_TEXTS = 1 << 20;

    private Texts() {}

    /** Numbers texts. */
    static final class Writer {
        private static final byte[] NONE = {};

        private final Map<BytesKey, Integer> numbers = new HashMap<>();
        private final List<byte[]> texts = new ArrayList<>();
        private int bytes;

        /** The number of {@code text}, which may well be the one with the number {@code likely}. */
        int number(byte[] text, int likely) {
            if (likely < texts.size() && Arrays.equals(texts.get(likely), text)) {
                return likely;
            }
            Integer known = numbers.get(new BytesKey(text));
            if (known != null) {
                return known;
            }
            int number = texts.size();
            byte[] copy = text.clone();
            numbers.put(new BytesKey(copy), number);
            texts.add(copy);
            bytes += copy.length;
            return number;
        }

        int count() {
            return texts.size();
        }

        /** How many bytes they have, together. */
        int bytes() {
            return bytes;
        }

        /** Writes them, and lets go of them: they may be large, and are not to be in memory twice for long. */
        void write(Bytes directory, Streams streams) {
            numbers.clear();
            Bytes lengths = new Bytes(texts.size() + 16);
            Bytes all = new Bytes(bytes);
            for (int i = 0; i < texts.size(); i++) {
                byte[] text = texts.set(i, NONE);
                lengths.putVarint(text.length);
                all.put(text);
            }
            directory.putVarint(texts.size());
            directory.putVarint(lengths.length());
            directory.putVarint(bytes);
            streams.add(lengths);
            streams.add(all);
        }
    }

    /** Hands out texts by their numbers. */
    static final class Reader {
        private final byte[] content;
        private final int[] ends;
        private final int start;
        private final byte[] @Nullable [] texts;

        Reader(BytesReader directory, Content streams) throws UndecodableException {
            int count = directory.varintUpTo(MAX_TEXTS);
            int lengthBytes = directory.varintUpTo(Block.MAX_CONTENT_BYTES);
            int bytes = directory.varintUpTo(Block.MAX_CONTENT_BYTES);
            content = streams.bytes();
            int lengthStart = streams.take(lengthBytes);
            if (count > lengthBytes) {
                throw new UndecodableException(count + " texts with " + lengthBytes + " bytes of lengths");
            }
            start = streams.take(bytes);
            ends = new int[count];
            texts = new byte[count] @Nullable [];
            BytesReader lengths = new BytesReader(content, lengthStart, lengthStart + lengthBytes);
            int end = start;
            for (int i = 0; i < count; i++) {
                end += lengths.varintUpTo(start + bytes - end);
                ends[i] = end;
            }
        }

        int count() {
            return ends.length;
        }

        int length(int number) {
            return ends[number] - (number == 0 ? start : ends[number - 1]);
        }

        /** The text with this number. Not to be changed. */
        byte[] get(int number) {
            byte[] text = texts[number];
            if (text == null) {
                text = Arrays.copyOfRange(content, number == 0 ? start : ends[number - 1], ends[number]);
                texts[number] = text;
            }
            return text;
        }
    }
}
