package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesKey;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A subject, or the text in a slot. Texts that may come again get a number in the dictionary of their group; hexadecimal
 * digits are packed, two in a byte.
 *
 * <pre>
 * text := varint (n &lt;&lt; 2 | 0)                     entry n of the dictionary
 *       | varint (n &lt;&lt; 2 | 1), n bytes            these bytes
 *       | varint (n &lt;&lt; 2 | 2), varint id, n bytes these bytes, which are entry id from now on
 *       | varint (n &lt;&lt; 2 | 3), varint id, n bytes their 2n lower-case hexadecimal digits, which are entry id from now on
 * </pre>
 *
 * <p>An entry brings its number along, so that a lost record does not shift the numbers of others.
 */
final class Text {
    private static final int ENTRY = 0;
    private static final int PLAIN = 1;
    private static final int NEW_ENTRY = 2;
    private static final int NEW_HEX_ENTRY = 3;
    private static final int FORM = 3;

    /** The dictionary of a group holds at most this many texts. */
    private static final int MAX_ENTRIES = 4096;

    /** A shorter text takes no more bytes than its number; a longer one seldom comes again. */
    private static final int MIN_ENTRY_LENGTH = 3;

    private static final int MAX_ENTRY_LENGTH = 256;

    private static final int MIN_HEX_LENGTH = 16;
    /** Hexadecimal digits, by their value. */
    static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private Text() {}

    /** Writes texts, and knows the dictionary of the group so far. */
    static final class Writer {
        private final Map<BytesKey, Entry> dictionary = new HashMap<>();

        void startGroup() {
            dictionary.clear();
        }

        /** Writes the subject of {@code record}. */
        void writeSubject(Record record, Bytes out) {
            byte[] subject = record.subject().getBytes(StandardCharsets.UTF_8);
            writeShared(record, subject, 0, subject.length, out);
        }

        /** Writes the bytes from {@code from} to {@code to} of the payload of {@code record}; {@code own} is of its track. */
        void write(Record record, int from, int to, OwnText.@Nullable Writer own, Bytes out) {
            if (own != null) {
                own.write(record.payload(), from, to, out);
            } else {
                writeShared(record, record.payload(), from, to, out);
            }
        }

        private void writeShared(Record record, byte[] bytes, int from, int to, Bytes out) {
            if (to - from < MIN_ENTRY_LENGTH || to - from > MAX_ENTRY_LENGTH) {
                writePlain(bytes, from, to, out);
                return;
            }
            byte[] text = Arrays.copyOfRange(bytes, from, to);
            BytesKey key = new BytesKey(text);
            Entry entry = dictionary.get(key);
            if (entry != null && (entry.copies >= Encoder.COPIES || entry.isOf(record))) {
                out.putVarint((long) entry.id << 2 | ENTRY);
            } else if (entry == null && dictionary.size() == MAX_ENTRIES) {
                writePlain(bytes, from, to, out);
            } else {
                if (entry == null) {
                    entry = new Entry(dictionary.size(), record);
                    dictionary.put(key, entry);
                }
                entry.copies++;
                writeEntry(entry.id, text, out);
            }
        }

        private static void writeEntry(int id, byte[] text, Bytes out) {
            boolean hex = isHex(text);
            out.putVarint(hex ? text.length / 2L << 2 | NEW_HEX_ENTRY : (long) text.length << 2 | NEW_ENTRY);
            out.putVarint(id);
            if (hex) {
                pack(text, out);
            } else {
                out.put(text);
            }
        }

        private static void writePlain(byte[] bytes, int from, int to, Bytes out) {
            out.putVarint((long) (to - from) << 2 | PLAIN);
            out.put(bytes, from, to - from);
        }
    }

    /** An entry of the dictionary, and how many records hold its text. */
    private static final class Entry {
        final int id;
        final Kind kind;
        final String subject;
        int copies;

        Entry(int id, Record first) {
            this.id = id;
            this.kind = first.kind();
            this.subject = first.subject();
        }

        /** Whether a record of the same kind and subject held it first: if that one is lost, so are those after it. */
        boolean isOf(Record record) {
            return kind == record.kind() && !subject.isEmpty() && subject.equals(record.subject());
        }
    }

    /** Reads texts, and knows the dictionary of the group as far as its records were read. */
    static final class Reader {
        private final byte[] @Nullable [] dictionary = new byte[MAX_ENTRIES] @Nullable [];

        void startGroup() {
            Arrays.fill(dictionary, null);
        }

        String readSubject(BytesReader in) throws UndecodableException {
            return new String(read(null, in), StandardCharsets.UTF_8);
        }

        /** Reads one text; the caller must not change it. {@code own} is of its track. */
        byte[] read(OwnText.@Nullable Reader own, BytesReader in) throws UndecodableException {
            if (own != null) {
                return own.read(in);
            }
            long start = in.varint();
            int form = (int) start & FORM;
            long n = start >>> 2;
            if (n > Integer.MAX_VALUE) {
                throw new UndecodableException("a text of " + n + " bytes");
            }
            if (form == ENTRY) {
                byte[] entry = n < MAX_ENTRIES ? dictionary[(int) n] : null;
                if (entry == null) {
                    throw new UndecodableException("a text of it was in a record that is lost");
                }
                return entry;
            }
            if (form == PLAIN) {
                return in.take((int) n);
            }
            int id = in.varintUpTo(MAX_ENTRIES - 1);
            byte[] bytes = in.take((int) n);
            byte[] text = form == NEW_HEX_ENTRY ? unpack(bytes) : bytes;
            dictionary[id] = text;
            return text;
        }
    }

    /** Whether the text is worth packing: an even number of lower-case hexadecimal digits, and not few. */
    private static boolean isHex(byte[] text) {
        if (text.length < MIN_HEX_LENGTH || (text.length & 1) != 0) {
            return false;
        }
        for (byte b : text) {
            if (digit(b) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void pack(byte[] text, Bytes out) {
        for (int i = 0; i < text.length; i += 2) {
            out.put(digit(text[i]) << 4 | digit(text[i + 1]));
        }
    }

    private static byte[] unpack(byte[] packed) {
        byte[] text = new byte[packed.length * 2];
        for (int i = 0; i < packed.length; i++) {
            text[2 * i] = HEX[packed[i] >> 4 & 0xF];
            text[2 * i + 1] = HEX[packed[i] & 0xF];
        }
        return text;
    }

    /** The value of a lower-case hexadecimal digit; negative if it is none. */
    static int digit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
    }
}
