package dev.shiplog.replay.run;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Writes texts as words of a POSIX shell, so that the shell reads exactly the text. Pure. */
final class ShellWord {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

    /** Control characters but the line feed and the tab, and what turns or hides text: nothing for a terminal. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t]]");

    private ShellWord() {}

    /**
     * The text as it is if the shell leaves it alone, else in single quotes; what is not printable by {@code printf}; without
     * U+0000, which no shell can hold.
     */
    static String of(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        StringBuilder word = new StringBuilder();
        StringBuilder quoted = new StringBuilder();
        StringBuilder octal = new StringBuilder();
        text.codePoints().filter(c -> c != 0).forEach(c -> {
            String one = Character.toString(c);
            if (UNPRINTABLE.matcher(one).matches()) {
                quote(quoted, word);
                for (byte b : one.getBytes(StandardCharsets.UTF_8)) {
                    octal.append(String.format(Locale.ROOT, "\\%03o", b & 0xff));
                }
            } else {
                print(octal, word);
                quoted.append(one);
            }
        });
        print(octal, word);
        quote(quoted, word);
        return word.isEmpty() ? "''" : word.toString();
    }

    /** A text in which each line and each word is harmless, for a comment of one line. */
    static String comment(String text) {
        return UNPRINTABLE.matcher(text.replace('\n', ' ').replace('\t', ' ')).replaceAll("?");
    }

    private static void quote(StringBuilder quoted, StringBuilder word) {
        if (!quoted.isEmpty()) {
            boolean plain = PLAIN.matcher(quoted).matches();
            word.append(plain ? quoted : "'" + quoted.toString().replace("'", "'\\''") + "'");
            quoted.setLength(0);
        }
    }

    /** The shell takes line feeds from the end of what a command prints; here are none. */
    private static void print(StringBuilder octal, StringBuilder word) {
        if (!octal.isEmpty()) {
            word.append("\"$(printf '").append(octal).append("')\"");
            octal.setLength(0);
        }
    }
}
