package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonParser;
import dev.shiplog.timeline.payload.PayloadJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Walks through a JSON text's strings where they stand, takes the secrets out and copies the rest, byte for byte. It
 * needs no valid JSON: one that was cut short, or is damaged, is looked at as plain text besides. Used once.
 */
final class SecretSearch {
    private static final byte[] REDACTED = SecretText.REDACTED.getBytes(StandardCharsets.US_ASCII);
    /** What is nested deeper is looked at all the same, but nobody can tell its path. */
    private static final int DEEPEST = 4096;

    private static final int LONGEST_PATH = 300;
    /** Who has more secrets in one message has not one: {@value #MORE} stands for the paths of the others. */
    private static final int MOST_PATHS = 1000;

    private static final String MORE = "…";
    /** Of what is cut behind these nothing stays, so that a message does not grow to a multiple by its redaction. */
    private static final int MOST_REDACTED = 10_000;

    private final byte[] bytes;
    private final boolean onlyEnvironment;
    /** The bytes to cut, and where each cut begins: an eighth of the message each, however many there are. */
    private final BitSet cut = new BitSet();

    private final BitSet begins = new BitSet();
    /** A path for each cut. */
    private final List<String> removed = new ArrayList<>();

    private final SecretText text;

    /** Of each level: where the name of the member stands whose value is walked through, or how many of a list passed. */
    private int[] nameFrom = new int[32];

    private int[] nameTo = new int[32];
    private int depth;
    private boolean sound = true;
    private String path = "";

    SecretSearch(byte[] bytes, boolean onlyEnvironment) {
        this.bytes = bytes;
        this.onlyEnvironment = onlyEnvironment;
        this.text = new SecretText(bytes, this::cut);
    }

    /** A whole JSON text, or what there is of one. */
    Redaction.Redacted ofMessage() {
        walk();
        if (!sound && !onlyEnvironment) {
            path = "text";
            text.text(0, bytes.length);
        }
        return result();
    }

    private void cut(int from, int to) {
        if (!cut.get(from) && !begins.get(from)) {
            tell();
        }
        begins.set(from);
        cut.set(from, to);
    }

    private void tell() {
        if (removed.size() < MOST_PATHS) {
            path = path.isEmpty() ? path() : path;
            removed.add(path);
        } else if (removed.size() == MOST_PATHS) {
            removed.add(MORE);
        }
    }

    private void walk() {
        boolean open = true; // a string may begin here
        for (int i = 0; i < bytes.length; ) {
            switch (bytes[i]) {
                case '"' -> {
                    int end = stringEnd(i + 1);
                    sound &= open && end < bytes.length;
                    if (end == bytes.length) {
                        text.cutShort();
                    }
                    open = false;
                    int behind = end + 1;
                    while (behind < bytes.length && bytes[behind] <= ' ') {
                        behind++;
                    }
                    if (behind < bytes.length && bytes[behind] == ':' && !inList()) {
                        nameFrom[level()] = i + 1;
                        nameTo[level()] = end;
                    } else {
                        value(i + 1, end);
                    }
                    i = behind;
                    continue;
                }
                case '{', '[' -> {
                    push(bytes[i] == '[');
                    open = true;
                }
                case '}', ']' -> {
                    depth--;
                    sound &= depth >= 0;
                    depth = Math.max(depth, 0);
                    open = false;
                    text.arguments(false);
                }
                case ',' -> {
                    nameFrom[level()] += inList() ? 1 : 0;
                    open = true;
                }
                case ':' -> open = true;
                case ' ', '\t', '\r', '\n' -> {}
                default -> {
                    sound &= Character.isLetterOrDigit(bytes[i]) || ".+-".indexOf(bytes[i]) >= 0;
                    open = false;
                }
            }
            i++;
        }
        sound &= depth == 0;
    }

    private int stringEnd(int from) {
        int i = from;
        while (i < bytes.length && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        return Math.min(i, bytes.length);
    }

    private int level() {
        return Math.min(depth, DEEPEST);
    }

    private boolean inList() {
        return nameTo[level()] < 0;
    }

    private void push(boolean list) {
        if (list) {
            text.arguments(name(depth).equals("Args"));
        }
        depth++;
        if (level() == nameFrom.length) {
            nameFrom = Arrays.copyOf(nameFrom, 2 * depth);
            nameTo = Arrays.copyOf(nameTo, 2 * depth);
        }
        nameFrom[level()] = 0;
        nameTo[level()] = list ? -1 : 0;
    }

    /** A string that is no name, without its quotes. */
    private void value(int from, int to) {
        path = "";
        boolean list = inList();
        if (list && depth == 3 && name(2).equals("Env") && name(1).equals("Config")) {
            environment(from, to);
        } else if (!onlyEnvironment && (list || mayHold(from, to))) {
            // Of a list, its own name counts for each of its texts.
            String name = list ? depth > 1 ? name(depth - 1) : "" : name(depth);
            if (SecretNames.isSecret(name)) {
                cut(from, to);
            } else if (list) {
                text.argument(from, to);
            } else {
                if (SecretNames.isProxy(name)) {
                    text.userinfo(from, to);
                }
                text.text(from, to);
            }
        }
    }

    /** Whether the member may be worth a closer look. What is cut short ends perhaps before the sign that tells. */
    private boolean mayHold(int from, int to) {
        return to == bytes.length
                || SecretNames.mayStandIn(bytes, from, to)
                || SecretNames.mayStandIn(bytes, nameFrom[level()], nameTo[level()])
                || name(depth).equals("Path");
    }

    private void environment(int from, int to) {
        int value = text.behind('=', from, to);
        if (value >= 0) {
            String variable = spelt(from, value);
            path = name(1) + "." + name(2) + "." + variable.substring(0, Math.max(0, variable.length() - 1));
            cut(value, to);
        }
    }

    private String name(int at) {
        return at > DEEPEST || nameTo[at] < 0 ? "" : text.string(nameFrom[at], nameTo[at], SecretNames.LONGEST);
    }

    private String path() {
        StringBuilder names = new StringBuilder();
        for (int at = 1; at <= level() && names.length() < LONGEST_PATH; at++) {
            names.append(at == 1 ? "" : ".")
                    .append(nameTo[at] < 0 ? Integer.toString(nameFrom[at]) : spelt(nameFrom[at], nameTo[at]));
        }
        return names.length() <= LONGEST_PATH ? names.toString() : names.substring(0, LONGEST_PATH) + "…";
    }

    /** What stands in a JSON string, for people: its beginning, or as it is spelt if that is odd. */
    private String spelt(int from, int to) {
        String raw = new String(bytes, from, Math.min(to - from, SecretNames.LONGEST), StandardCharsets.UTF_8);
        try (JsonParser json = PayloadJson.FACTORY.createParser('"' + raw + '"')) {
            json.nextToken();
            return json.getText();
        } catch (IOException e) {
            return raw;
        }
    }

    private Redaction.Redacted result() {
        if (removed.isEmpty()) {
            return new Redaction.Redacted(bytes, List.of());
        }
        int stretches = 0;
        for (int from = begins.nextSetBit(0); from >= 0; from = begins.nextSetBit(behind(from))) {
            stretches++;
        }
        int marked = Math.min(stretches, MOST_REDACTED);
        byte[] out = new byte[bytes.length - cut.cardinality() + marked * REDACTED.length];
        int length = 0;
        int copied = 0;
        for (int from = begins.nextSetBit(0); from >= 0; from = begins.nextSetBit(behind(from))) {
            length = copy(bytes, copied, from - copied, out, length);
            length = copy(REDACTED, 0, marked-- > 0 ? REDACTED.length : 0, out, length);
            copied = cut.nextClearBit(from);
        }
        copy(bytes, copied, bytes.length - copied, out, length);
        return new Redaction.Redacted(out, removed);
    }

    private int behind(int from) {
        return Math.max(cut.nextClearBit(from), from + 1);
    }

    private static int copy(byte[] from, int at, int count, byte[] to, int length) {
        System.arraycopy(from, at, to, length, count);
        return length + count;
    }
}
