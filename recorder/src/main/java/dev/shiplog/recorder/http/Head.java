package dev.shiplog.recorder.http;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer.
 *
 * @param http10 whether the far end speaks HTTP/1.0, which ends each answer with the connection
 * @param headers by name, in any case
 */
record Head(int status, boolean http10, Map<String, List<String>> headers) {
    private static final int LONGEST = 64 * 1024;
    private static final int SUCCESS = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    /** {@code HTTP/1.1 200}. */
    private static final int STATUS_AT = 9;

    private static final int STATUS_END = 12;

    /**
     * Reads the head of the next answer, past those that only say that one is to come.
     *
     * @throws ProtocolException if this is not HTTP
     */
    static Head read(Wire wire) throws IOException {
        while (true) {
            Head head = readOne(wire);
            if (head.status >= SUCCESS) {
                return head;
            }
        }
    }

    private static Head readOne(Wire wire) throws IOException {
        String first = line(wire, LONGEST);
        int status = status(first);
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int left = LONGEST;
        for (String line = line(wire, left); !line.isEmpty(); line = line(wire, left)) {
            left -= line.length() + 2;
            int colon = line.indexOf(':');
            if (colon <= 0 || left <= 0) {
                throw new ProtocolException(
                        left <= 0 ? "a head of more than " + LONGEST + " bytes" : "a header without a name");
            }
            headers.computeIfAbsent(line.substring(0, colon).strip(), name -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return new Head(status, first.startsWith("HTTP/1.0"), headers);
    }

    private static String line(Wire wire, int longest) throws IOException {
        String line = wire.line(longest);
        if (line == null) {
            throw new CutOffException("its head is not whole");
        }
        return line;
    }

    private static int status(String line) throws ProtocolException {
        if (line.startsWith("HTTP/1.") && line.length() >= STATUS_END) {
            try {
                int status = Integer.parseInt(line, STATUS_AT, STATUS_END, 10);
                if (status >= 100 && status <= 599) {
                    return status;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
        }
        throw new ProtocolException("it begins with \"" + line.substring(0, Math.min(line.length(), 40)) + "\"");
    }

    /** The value of a header that may be there once; the first if it is there more often. */
    @Nullable
    String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    boolean isWithoutBody() {
        return status == NO_CONTENT || status == NOT_MODIFIED;
    }

    boolean isChunked() throws ProtocolException {
        String encoding = header("Transfer-Encoding");
        if (encoding == null) {
            return false;
        }
        if (!encoding.toLowerCase(Locale.ROOT).endsWith("chunked")) {
            throw new ProtocolException("a transfer encoding that is not known: " + encoding);
        }
        return true;
    }

    /** The bytes of the body; -1 if that is not said. */
    long contentLength() throws ProtocolException {
        String length = header("Content-Length");
        if (length == null) {
            return -1;
        }
        try {
            long bytes = Long.parseLong(length);
            if (bytes >= 0) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new ProtocolException("a length that is no number: " + length);
    }

    /** Whether the connection may serve the next request once this answer is read. */
    boolean keepsAlive() {
        String connection = header("Connection");
        String said = connection == null ? "" : connection.toLowerCase(Locale.ROOT);
        return http10 ? said.contains("keep-alive") : !said.contains("close");
    }
}
