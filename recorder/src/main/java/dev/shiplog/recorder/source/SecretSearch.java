package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

    private final byte[] bytes;
    private final boolean onlyEnvironment;
    private final List<Cut> cuts = new ArrayList<>();
    private final SecretText text;

    /** Of each level: where the name of the member stands whose value is walked through, or how many of a list passed. */
    private int[] nameFrom = new int[32];

    private int[] nameTo = new int[32];
    private int depth;
    private boolean sound = true;
    private String path = "";

    private record Cut(int from, int to, String path) {}

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
        path = path.isEmpty() ? path() : path;
        cuts.add(new Cut(from, to, path));
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
        try (JsonParser json = Json.FACTORY.createParser('"' + raw + '"')) {
            json.nextToken();
            return json.getText();
        } catch (IOException e) {
            return raw;
        }
    }

    private Redaction.Redacted result() {
        if (cuts.isEmpty()) {
            return new Redaction.Redacted(bytes, List.of());
        }
        cuts.sort(Comparator.comparingInt(Cut::from));
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        List<String> removed = new ArrayList<>();
        int copied = 0;
        int end = -1;
        for (Cut cut : cuts) {
            if (cut.from >= end) {
                out.write(bytes, copied, cut.from - copied);
                out.writeBytes(REDACTED);
                removed.add(cut.path);
            }
            end = Math.max(end, cut.to);
            copied = end;
        }
        out.write(bytes, copied, bytes.length - copied);
        return new Redaction.Redacted(out.toByteArray(), removed);
    }
}
