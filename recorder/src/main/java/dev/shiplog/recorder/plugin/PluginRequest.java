package dev.shiplog.recorder.plugin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.ProtocolException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request as an engine sends it to a plugin. What its body says is of no interest, but it must have come: who closes a
 * connection with something unread takes the answer away.
 *
 * @param path without a query
 */
record PluginRequest(String method, String path) {
    /** An engine's has some 200 bytes. */
    static final int LONGEST_HEAD = 8 * 1024;

    /** An engine's has two bytes or none. */
    static final int LONGEST_BODY = 64 * 1024;

    private static final int HEX = 16;
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String END_OF_LINE = "\r\n";

    /**
     * Reads a request.
     *
     * @param bytes what has come so far
     * @return null if there is more to come
     * @throws ProtocolException if this is no request, or one that is too long
     */
    static @Nullable PluginRequest of(byte[] bytes, int length) throws ProtocolException {
        String text = new String(bytes, 0, length, ISO_8859_1);
        int end = text.indexOf(END_OF_HEAD);
        if (end < 0 ? length > LONGEST_HEAD : end > LONGEST_HEAD) {
            throw new ProtocolException("a head of more than " + LONGEST_HEAD + " bytes");
        }
        if (end < 0) {
            return null;
        }
        String[] lines = text.substring(0, end).split(END_OF_LINE);
        String[] words = lines[0].split(" ");
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            throw new ProtocolException("this is no request of HTTP/1.1");
        }
        String body = text.substring(end + END_OF_HEAD.length());
        if (body.length() > LONGEST_BODY) {
            throw new ProtocolException("a body of more than " + LONGEST_BODY + " bytes");
        }
        boolean chunked =
                header(lines, "transfer-encoding").toLowerCase(Locale.ROOT).endsWith("chunked");
        boolean whole = chunked ? isWhole(body) : body.length() >= contentLength(header(lines, "content-length"));
        return whole ? new PluginRequest(words[0], words[1].replaceFirst("\\?.*", "")) : null;
    }

    /** The value of a header; empty if there is none. */
    private static String header(String[] lines, String name) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return "";
    }

    private static int contentLength(String text) throws ProtocolException {
        return text.isEmpty() ? 0 : number(text, 10);
    }

    /** Whether the chunks have come up to the last, and the trailer after it. */
    private static boolean isWhole(String chunks) throws ProtocolException {
        int at = 0;
        while (true) {
            int end = chunks.indexOf(END_OF_LINE, at);
            if (end < 0) {
                return false;
            }
            int length =
                    number(chunks.substring(at, end).replaceFirst(";.*", "").strip(), HEX);
            at = end + END_OF_LINE.length();
            if (length == 0) {
                return chunks.startsWith(END_OF_LINE, at) || chunks.indexOf(END_OF_HEAD, at) >= 0;
            }
            at += length + END_OF_LINE.length();
            if (at > chunks.length()) {
                return false;
            }
        }
    }

    private static int number(String text, int radix) throws ProtocolException {
        try {
            int number = Integer.parseInt(text, radix);
            if (number >= 0 && number <= LONGEST_BODY) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new ProtocolException("a length that is no number up to " + LONGEST_BODY);
    }
}
