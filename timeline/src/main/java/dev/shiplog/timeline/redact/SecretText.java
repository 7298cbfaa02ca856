package dev.shiplog.timeline.redact;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds the secrets in a text: a command line or an argument of one, a URL, a header, JSON in a string, any string. It
 * reads the text in place in a JSON string's bytes and copies nothing: a text may be megabytes long. Words end at
 * white space, and quotes hold them together. Each word is looked at once, so the time grows with the text's length.
 */
final class SecretText {
    /** Takes the bytes from {@code from} to {@code to} as a secret; such stretches may overlap. */
    interface Sink {
        void cut(int from, int to);
    }

    static final String REDACTED = "<redacted>";

    private static final Pattern NAMED_OPTION = Pattern.compile("--?[\\w.-]+");

    /** What follows {@code PASSWORD} in SQL and is none. */
    private static final Pattern NO_PASSWORD = Pattern.compile("(?:EXPIRE|NULL|HISTORY|REUSE|REQUIRE|FOR|FROM)\\b.*");

    private static final Pattern SCRIPT = Pattern.compile("-[a-z]*c|CMD-SHELL");
    private static final Pattern ASSIGNMENT = Pattern.compile("[\\w.-]+=.*", Pattern.DOTALL);

    private final EscapedText in;
    private final Sink sink;
    private final UrlPassword url;
    private CommandLineClient client = CommandLineClient.NONE;
    private NextWord next = NextWord.ORDINARY;
    /** The word is an argument by itself: white space and quotes are part of it. */
    private boolean argument;
    /** The argument before was {@code -c}: this one is a command line. */
    private boolean script;

    SecretText(EscapedText in, UrlPassword url, Sink sink) {
        this.in = in;
        this.url = url;
        this.sink = sink;
    }

    /** Searches a text by itself; a program that it names counts for {@link #arguments}. */
    void text(int from, int to) {
        client = CommandLineClient.NONE;
        next = NextWord.ORDINARY;
        line(from, to);
    }

    /** The texts to come are the arguments of one command, which may be the program that the last text named. */
    void arguments(boolean ofTheProgram) {
        client = ofTheProgram ? client : CommandLineClient.NONE;
        next = NextWord.ORDINARY;
        script = false;
    }

    /** Searches the next of these arguments. */
    void argument(int from, int to) {
        boolean line = script;
        String start = in.string(from, to, 32);
        script = SCRIPT.matcher(start).matches();
        int space = in.space(from, to);
        if (!line
                && next == NextWord.ORDINARY
                && start.startsWith("-")
                && space < to
                && in.afterFirst('=', from, space) < 0) {
            word(from, space);
            boolean valueComes = next != NextWord.ORDINARY;
            argument = true;
            word(valueComes ? in.next(space, to) : from, to);
            argument = false;
            if (!valueComes) {
                line(space, to);
            }
        } else if (!line
                && (next != NextWord.ORDINARY
                        || start.startsWith("-")
                        || ASSIGNMENT.matcher(start).matches())) {
            argument = true;
            word(from, to);
            argument = false;
        } else if (space < to) {
            CommandLineClient outer = client;
            client = CommandLineClient.NONE;
            line(from, to);
            client = outer;
            next = NextWord.ORDINARY;
        } else {
            word(from, to);
        }
    }

    private void line(int from, int to) {
        for (int i = from; i < to; ) {
            int c = in.at(i, to);
            if (EscapedText.isSpace(c)) {
                client = c == '\n' ? CommandLineClient.NONE : client;
                i = in.next(i, to);
            } else {
                int end = wordEnd(i, to);
                word(i, end);
                i = end;
            }
        }
    }

    private int wordEnd(int from, int to) {
        int i = from;
        while (i < to && !EscapedText.isSpace(in.at(i, to))) {
            i = in.unitEnd(i, to);
        }
        return i;
    }

    private void word(int from, int to) {
        NextWord due = next;
        next = NextWord.ORDINARY;
        int quote = in.quote(from, to);
        boolean quoted = quote > 0 && in.closing(from, quote, to) == to - quote;
        int open = quoted ? from + quote : from;
        int close = quoted ? to - quote : to;
        String start = in.string(open, close, 64);
        if ((due == NextWord.BEFORE_USER || due == NextWord.BEFORE_SECRET) && start.startsWith("-")) {
            option(start, open, close);
            next = due == NextWord.BEFORE_SECRET || next == NextWord.ORDINARY ? due : next;
            return;
        }
        if (due != NextWord.ORDINARY && !isOption(start) && isDue(due, from, to, open, close, start)) {
            return;
        }
        if (start.startsWith("-")) {
            option(start, open, close);
        } else {
            NextWord named = client.separate().get(start);
            if (named != null) {
                next = named;
            } else if (start.equalsIgnoreCase("by") || start.equalsIgnoreCase("password")) {
                next = start.equals("PASSWORD") ? NextWord.PASSWORD : NextWord.QUOTED;
            } else if (start.startsWith("pass:")) {
                sink.cut(in.skip(5, open, close), close);
            } else if (isScheme(start)) {
                next = NextWord.CREDENTIALS;
            }
        }
        inside(from, to, due == NextWord.HEADER);
    }

    /** Whether the word is what the word before it announced; then nothing else is looked for in it. */
    private boolean isDue(NextWord due, int from, int to, int open, int close, String start) {
        switch (due) {
            case SECRET -> cutWord(from, to);
            case CREDENTIALS -> {
                if (isScheme(start)) {
                    next = NextWord.CREDENTIALS;
                } else {
                    cutWord(from, to);
                }
            }
            case USER, VARIABLE, PERCENT, COMMA -> cutAfter(due.separator(), open, close);
            case BEFORE_USER -> next = NextWord.BEFORE_SECRET;
            case BEFORE_SECRET -> next = NextWord.SECRET;
            case PASSWORD -> {
                if (NO_PASSWORD.matcher(start).matches()) {
                    return false;
                }
                cutWord(from, to);
            }
            case QUOTED -> {
                if (from >= to || in.at(from, to) != '\'') {
                    return false;
                }
                cutWord(from, to);
            }
            case MEMBER, LIST -> {
                if (start.startsWith("{") && due == NextWord.MEMBER) {
                    return false;
                }
                boolean list = due == NextWord.LIST || start.startsWith("[");
                int end = list ? listEnd(from, to) : valueEnd(from, to);
                sink.cut(from, end);
                if (end < to) {
                    word(end, to);
                }
            }
            case HEADER, ORDINARY -> {
                return false;
            }
        }
        return true;
    }

    private void option(String start, int open, int close) {
        NextWord named = client.separate().get(start);
        if (named != null) {
            next = named;
        } else if (start.equals("-H") || start.equals("--header")) {
            next = NextWord.HEADER;
        } else if (client.afterJoined(start) != NextWord.ORDINARY) {
            next = client.afterJoined(start);
        } else if (NAMED_OPTION.matcher(start).matches() && SecretNames.isSecret(start)) {
            next = NextWord.SECRET;
        } else {
            client.attached().forEach((prefix, what) -> {
                if (start.startsWith(prefix) && start.length() > prefix.length() && !start.startsWith("--p")) {
                    int from = in.skip(prefix.length(), open, close);
                    if (what == NextWord.SECRET) {
                        cutWord(from, close);
                    } else {
                        cutAfter(what.separator(), from, close);
                    }
                }
            });
        }
    }

    /** Finds secrets within a word: names with an equals sign, URLs, quoted parts; and which program the word names. */
    private void inside(int from, int to, boolean header) {
        // The last run of characters that may be a name, and where the quotes around it end.
        int name = from;
        int nameEnd = -1;
        int quoteEnd = -1;
        int last = 0;
        boolean assigned = false;
        for (int i = from; i < to; ) {
            int c = in.at(i, to);
            int end = in.next(i, to);
            last = c;
            int quote = in.quote(i, to);
            if (EscapedText.isNameCharacter(c)) {
                name = nameEnd == i ? name : i;
                nameEnd = end;
            } else if (quote > 0) {
                int closing = in.closing(i, quote, to);
                if (closing < 0 || argument) {
                    end = i + quote;
                    quoteEnd = nameEnd == i ? end : quoteEnd;
                } else {
                    end = Math.min(closing + quote, to);
                    if (in.isName(i + quote, closing)) {
                        name = i + quote;
                        nameEnd = closing;
                        quoteEnd = end;
                    } else {
                        line(i + quote, closing);
                    }
                }
            } else if (c == '=' || c == ':') {
                assigned |= c == '=';
                boolean named = nameEnd == i || quoteEnd == i;
                String text = named ? in.string(name, nameEnd, SecretNames.LONGEST) : "";
                boolean oracle = c == ':' && in.begins("oracle:thin:", name, to);
                end = value(c, end, to, text, quoteEnd == i, header, oracle);
            }
            i = end;
        }
        if (last == ';' || last == '|' || last == '&') {
            client = CommandLineClient.NONE;
        } else if (!assigned && (nameEnd == to || quoteEnd == to)) {
            client = client.named(in.string(name, nameEnd, 32));
        }
    }

    /**
     * Cuts what follows an equals sign or a colon, if that is a secret.
     *
     * @param name before the separator, or empty
     * @param quoted whether the name is in quotes
     * @param header whether a header is expected here
     * @param oracle whether an Oracle URL begins here, which has no slashes
     * @return where to go on
     */
    private int value(int separator, int from, int to, String name, boolean quoted, boolean header, boolean oracle) {
        boolean colon = separator == ':';
        if (colon && in.begins("//", from, to)) {
            return url.cutPassword(in.skip(2, from, to), to);
        }
        if (colon && quoted && from < to && in.at(from, to) == '{') {
            return in.next(from, to); // the members of an object have names of their own
        }
        if (!SecretNames.isSecret(name)) {
            return SecretNames.isProxy(name) || oracle ? url.cutPassword(from, to) : from;
        }
        boolean credentials = name.toLowerCase(Locale.ROOT).contains("authorization");
        if (from < to && (!colon || quoted || header || credentials)) {
            int end = valueEnd(from, to);
            if (isScheme(in.string(from, end, 16))) {
                next = NextWord.CREDENTIALS;
            } else {
                end = quoted && in.at(from, to) == '[' ? listEnd(from, to) : end;
                sink.cut(from, end);
            }
            return Math.max(from, end);
        }
        if (colon && from >= to) {
            next = credentials ? NextWord.CREDENTIALS : quoted ? NextWord.MEMBER : NextWord.SECRET;
        }
        return from;
    }

    /** Where a value ends: with its quotes, at white space outside of quotes, or where a list goes on. */
    private int valueEnd(int from, int to) {
        int taken = from + REDACTED.length();
        if (in.begins(REDACTED, from, to) && (taken >= to || !EscapedText.isNameCharacter(in.at(taken, to)))) {
            return taken;
        }
        for (int i = from; i < to; ) {
            int c = in.at(i, to);
            int quote = in.quote(i, to);
            if (quote > 0) {
                int end = in.closing(i, quote, to);
                if (end < 0) {
                    i += quote;
                } else if (i == from && (end + quote >= to || !EscapedText.isNameCharacter(in.at(end + quote, to)))) {
                    return Math.min(end + quote, to);
                } else {
                    i = Math.min(end + quote, to);
                }
                continue;
            }
            if (!argument && EscapedText.isSpace(c) || c == ',' || c == ';' || c == '&' || c == '|') {
                if (EscapedText.isSpace(c) || listGoesOn(in.next(i, to), to)) {
                    return i;
                }
            }
            i = in.next(i, to);
        }
        return to;
    }

    /** Whether the text ends here, or {@code name=} comes. */
    private boolean listGoesOn(int from, int to) {
        int i = from;
        while (i < to && i - from < SecretNames.LONGEST && EscapedText.isNameCharacter(in.at(i, to))) {
            i = in.next(i, to);
        }
        return i >= to || EscapedText.isSpace(in.at(i, to)) && !argument || i > from && in.at(i, to) == '=';
    }

    /** Where the list ends after its closing bracket; without one, the next word belongs to the list too. */
    private int listEnd(int from, int to) {
        for (int i = from; i < to; i = in.unitEnd(i, to)) {
            if (in.at(i, to) == ']') {
                return in.next(i, to);
            }
        }
        next = NextWord.LIST;
        return to;
    }

    /** Cuts a word that is a secret, except what closes the command or the JSON around it. */
    private void cutWord(int from, int to) {
        int end = argument ? to : secretEnd(from, to);
        sink.cut(from, end);
        if (end < to && ";|&".indexOf(in.at(end, to)) >= 0) {
            client = CommandLineClient.NONE;
        }
    }

    private int secretEnd(int from, int to) {
        int taken = from + REDACTED.length();
        if (in.begins(REDACTED, from, to) && in.endWithout(";|&)}],", taken, to) < 0) {
            return taken;
        }
        int quote = in.quote(from, to);
        int closing = quote > 0 ? in.closing(from, quote, to) : -1;
        if (closing >= 0 && closing + quote < to && in.endWithout(";|&)}],", closing + quote, to) < 0) {
            return closing + quote;
        }
        int end = in.endWithout(";|&)", from, to);
        return end < 0 ? to : end;
    }

    private void cutAfter(char separator, int from, int to) {
        int value = in.afterFirst(separator, from, to);
        if (value >= 0 && value < to) {
            cutWord(value, to);
        }
    }

    /** True for another option, which is not the value of the option before it. */
    private static boolean isOption(String word) {
        return word.length() == 2 && word.charAt(0) == '-' && Character.isLetter(word.charAt(1))
                || word.length() > 2 && word.startsWith("--") && Character.isLetter(word.charAt(2));
    }

    private static boolean isScheme(String word) {
        return word.equalsIgnoreCase("bearer") || word.equalsIgnoreCase("basic");
    }
}
