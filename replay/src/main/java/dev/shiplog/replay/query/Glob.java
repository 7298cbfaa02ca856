package dev.shiplog.replay.query;

import java.util.regex.Pattern;

/** The shell's patterns for names: {@code *} any text, {@code ?} any one character, all else itself. */
final class Glob {
    private final Pattern pattern;

    Glob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    boolean matches(String text) {
        return pattern.matcher(text).matches();
    }
}
