package dev.shiplog.recorder.source;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds the secrets in one text: a command line or an argument of one, a URL, a header, JSON in a string, any string. It
 * reads the text where it stands in a JSON string's bytes, escapes and all, and copies nothing: a text may have
 * megabytes. Words end at white space, quotes hold them together. Each word is looked at once, so the time is that of
 * the text's length.
 */
final class SecretText {
    /** Takes the bytes from {@code from} to {@code to} for a secret; such stretches may overlap. */
    interface Sink {
        void cut(int from, int to);
    }

    /** What the next word is, because of the one before it. */
    private enum Next {
        ORDINARY,
        SECRET,
        /** The same, but a word such as {@code Bearer} may stand before it. */
        CREDENTIALS,
        /** {@code user:password}. */
        USER,
        /** {@code KEY=value}, of which the value is one. */
        VARIABLE,
        /** {@code Name: value}; a colon is as good as an equals sign. */
        HEADER,
        /** A user's name, and then a secret. */
        BEFORE_SECRET,
        /** A secret if it is in single quotes, as in SQL. */
        QUOTED,
        /** A secret, but for some words of SQL. */
        PASSWORD,
        /** {@code user%password}. */
        PERCENT,
        /** {@code user,password}. */
        COMMA,
        /** A file, then a user's name, and then a secret. */
        BEFORE_USER,
        /** The value of a member of JSON: what is in an object has names of its own, a list goes on to its end. */
        MEMBER,
        /** The rest of such a list. */
        LIST
    }

    /**
     * A program whose options have names that say nothing elsewhere.
     *
     * @param separate options, and what the word after each is
     * @param attached what a word begins with, and what the rest of it is
     */
    private record Tool(Map<String, Next> separate, Map<String, Next> attached) {}

    static final String REDACTED = "<redacted>";

    /** What the engine itself puts in the place of a password in a URL. */
    private static final String MASKED = "xxxxx";

    private static final Tool NONE = new Tool(Map.of(), Map.of());
    private static final Tool MYSQL = new Tool(Map.of("password", Next.SECRET), Map.of("-p", Next.SECRET));
    private static final Tool REDIS = new Tool(
            Map.of(
                    "-a",
                    Next.SECRET,
                    "auth",
                    Next.SECRET,
                    "AUTH",
                    Next.SECRET,
                    "requirepass",
                    Next.SECRET,
                    "masterauth",
                    Next.SECRET),
            Map.of());
    private static final Tool CURL = new Tool(
            Map.of("-u", Next.USER, "--user", Next.USER, "-U", Next.USER, "--proxy-user", Next.USER),
            Map.of("-u", Next.USER, "--user=", Next.USER));
    private static final Tool SMALL_P = new Tool(Map.of("-p", Next.SECRET), Map.of("-p", Next.SECRET));
    private static final Tool LARGE_P = new Tool(Map.of("-P", Next.SECRET), Map.of("-P", Next.SECRET));
    private static final Tool LDAP = new Tool(Map.of("-w", Next.SECRET), Map.of("-w", Next.SECRET));
    private static final Tool RABBIT = new Tool(
            Map.of(
                    "add_user", Next.BEFORE_SECRET,
                    "change_password", Next.BEFORE_SECRET,
                    "authenticate_user", Next.BEFORE_SECRET),
            Map.of());
    /** Options with a {@code b} say that a password follows; those with an {@code n}, that no file comes before. */
    private static final Tool HTPASSWD = new Tool(Map.of("-b", Next.BEFORE_USER, "-n", Next.BEFORE_SECRET), Map.of());

    private static final Tool SMB = new Tool(
            Map.of("-U", Next.PERCENT, "--user", Next.PERCENT), Map.of("-U", Next.PERCENT, "--user=", Next.PERCENT));
    private static final Tool LFTP =
            new Tool(Map.of("-u", Next.COMMA, "--user", Next.COMMA), Map.of("-u", Next.COMMA, "--user=", Next.COMMA));
    private static final Tool VAULT = new Tool(Map.of("login", Next.SECRET), Map.of());
    private static final Tool HTTPIE = new Tool(Map.of("-a", Next.USER), Map.of());
    /** Their {@code -p} is a port, but for their verb {@code login}, which makes {@link #SMALL_P} of them. */
    private static final Tool CONTAINERS =
            new Tool(Map.of("-e", Next.VARIABLE, "--env", Next.VARIABLE), Map.of("--env=", Next.VARIABLE));

    private static final Map<String, Tool> TOOLS = Map.ofEntries(
            Map.entry("mycli", MYSQL),
            Map.entry("mydumper", SMALL_P),
            Map.entry("xtrabackup", MYSQL),
            Map.entry("mariabackup", MYSQL),
            Map.entry("innobackupex", MYSQL),
            Map.entry("redis-cli", REDIS),
            Map.entry("redis-benchmark", REDIS),
            Map.entry("valkey-cli", REDIS),
            Map.entry("valkey-benchmark", REDIS),
            Map.entry("keydb-cli", REDIS),
            Map.entry("curl", CURL),
            Map.entry("http", HTTPIE),
            Map.entry("https", HTTPIE),
            Map.entry("mongo", SMALL_P),
            Map.entry("mongosh", SMALL_P),
            Map.entry("mongodump", SMALL_P),
            Map.entry("mongorestore", SMALL_P),
            Map.entry("mongoexport", SMALL_P),
            Map.entry("mongoimport", SMALL_P),
            Map.entry("mongostat", SMALL_P),
            Map.entry("cypher-shell", SMALL_P),
            Map.entry("sshpass", SMALL_P),
            Map.entry("sqlcmd", LARGE_P),
            Map.entry("bcp", LARGE_P),
            Map.entry("tsql", LARGE_P),
            Map.entry("mosquitto_pub", LARGE_P),
            Map.entry("mosquitto_sub", LARGE_P),
            Map.entry("unzip", LARGE_P),
            Map.entry("zip", LARGE_P),
            Map.entry("ipmitool", LARGE_P),
            Map.entry("ldapsearch", LDAP),
            Map.entry("ldapadd", LDAP),
            Map.entry("ldapmodify", LDAP),
            Map.entry("ldapdelete", LDAP),
            Map.entry("ldapwhoami", LDAP),
            Map.entry("rabbitmqctl", RABBIT),
            Map.entry("vault", VAULT),
            Map.entry("htpasswd", HTPASSWD),
            Map.entry("smbclient", SMB),
            Map.entry("smbget", SMB),
            Map.entry("rpcclient", SMB),
            Map.entry("lftp", LFTP),
            Map.entry("docker", CONTAINERS),
            Map.entry("podman", CONTAINERS),
            Map.entry("nerdctl", CONTAINERS),
            Map.entry("buildah", CONTAINERS),
            Map.entry("skopeo", CONTAINERS),
            Map.entry("helm", CONTAINERS),
            Map.entry("crane", CONTAINERS),
            Map.entry("oras", CONTAINERS),
            Map.entry("az", CONTAINERS));

    private static final Pattern NAMED_OPTION = Pattern.compile("--?[\\w.-]+");
    /** curl's options without a value, and {@code -u} behind them. */
    private static final Pattern AND_USER = Pattern.compile("-[fsSkLgiIvqN#]+u");

    private static final Pattern AND_PASSWORD = Pattern.compile("-[A-Za-z]*b[A-Za-z]*");

    /** What SQL has behind {@code PASSWORD} that is none. */
    private static final Pattern NO_PASSWORD = Pattern.compile("(?:EXPIRE|NULL|HISTORY|REUSE|REQUIRE|FOR|FROM)\\b.*");

    private static final Pattern SCRIPT = Pattern.compile("-[a-z]*c|CMD-SHELL");
    private static final Pattern ASSIGNMENT = Pattern.compile("[\\w.-]+=.*", Pattern.DOTALL);

    private final byte[] bytes;
    private final Sink sink;
    private Tool tool = NONE;
    private Next next = Next.ORDINARY;
    /** The word is an argument by itself: white space and quotes are part of it. */
    private boolean argument;
    /** The argument before was {@code -c}: this one is a command line. */
    private boolean script;

    /** The rest of the text is missing: what was not closed goes on to its end. */
    private boolean cutShort;

    /** From the one to the other no password in a URL begins: looked at again for each, the time would grow squared. */
    private int plainFrom;

    private int plainTo;

    SecretText(byte[] bytes, Sink sink) {
        this.bytes = bytes;
        this.sink = sink;
    }

    /** The texts to come end where the payload does, because the rest is missing. */
    void cutShort() {
        cutShort = true;
    }

    /** A text by itself, from byte {@code from} to byte {@code to}; a program in it counts for {@link #arguments}. */
    void text(int from, int to) {
        tool = NONE;
        next = Next.ORDINARY;
        line(from, to);
    }

    /** The texts to come are the arguments of one command, perhaps of the program that the last text named. */
    void arguments(boolean ofTheProgram) {
        tool = ofTheProgram ? tool : NONE;
        next = Next.ORDINARY;
        script = false;
    }

    /** The next of these arguments. */
    void argument(int from, int to) {
        boolean line = script;
        String start = string(from, to, 32);
        script = SCRIPT.matcher(start).matches();
        int space = space(from, to);
        if (!line && next == Next.ORDINARY && start.startsWith("-") && space < to && behind('=', from, space) < 0) {
            word(from, space);
            boolean valueComes = next != Next.ORDINARY;
            argument = true;
            word(valueComes ? after(space, to) : from, to);
            argument = false;
            if (!valueComes) {
                line(space, to);
            }
        } else if (!line
                && (next != Next.ORDINARY
                        || start.startsWith("-")
                        || ASSIGNMENT.matcher(start).matches())) {
            argument = true;
            word(from, to);
            argument = false;
        } else if (space < to) {
            Tool outer = tool;
            tool = NONE;
            line(from, to);
            tool = outer;
            next = Next.ORDINARY;
        } else {
            word(from, to);
        }
    }

    private void line(int from, int to) {
        for (int i = from; i < to; ) {
            int c = at(i, to);
            if (isSpace(c)) {
                tool = c == '\n' ? NONE : tool;
                i = after(i, to);
            } else {
                int end = wordEnd(i, to);
                word(i, end);
                i = end;
            }
        }
    }

    private int wordEnd(int from, int to) {
        int i = from;
        while (i < to && !isSpace(at(i, to))) {
            i = unit(i, to);
        }
        return i;
    }

    private void word(int from, int to) {
        Next due = next;
        next = Next.ORDINARY;
        int quote = quote(from, to);
        boolean quoted = quote > 0 && closing(from, quote, to) == to - quote;
        int open = quoted ? from + quote : from;
        int close = quoted ? to - quote : to;
        String start = string(open, close, 64);
        if ((due == Next.BEFORE_USER || due == Next.BEFORE_SECRET) && start.startsWith("-")) {
            option(start, open, close);
            next = due == Next.BEFORE_SECRET || next == Next.ORDINARY ? due : next;
            return;
        }
        if (due != Next.ORDINARY && !isOption(start) && taken(due, from, to, open, close, start)) {
            return;
        }
        if (start.startsWith("-")) {
            option(start, open, close);
        } else {
            Next named = tool.separate.get(start);
            if (named != null) {
                next = named;
            } else if (start.equalsIgnoreCase("by") || start.equalsIgnoreCase("password")) {
                next = start.equals("PASSWORD") ? Next.PASSWORD : Next.QUOTED;
            } else if (start.startsWith("pass:")) {
                sink.cut(skip(5, open, close), close);
            } else if (isScheme(start)) {
                next = Next.CREDENTIALS;
            }
        }
        inside(from, to, due == Next.HEADER);
    }

    /** Whether the word was what the one before it said. */
    private boolean taken(Next due, int from, int to, int open, int close, String start) {
        switch (due) {
            case SECRET -> cutWord(from, to);
            case CREDENTIALS -> {
                if (isScheme(start)) {
                    next = Next.CREDENTIALS;
                } else {
                    cutWord(from, to);
                }
            }
            case USER -> cutBehind(':', open, close);
            case VARIABLE -> cutBehind('=', open, close);
            case PERCENT -> cutBehind('%', open, close);
            case COMMA -> cutBehind(',', open, close);
            case BEFORE_USER -> next = Next.BEFORE_SECRET;
            case BEFORE_SECRET -> next = Next.SECRET;
            case PASSWORD -> {
                if (NO_PASSWORD.matcher(start).matches()) {
                    return false;
                }
                cutWord(from, to);
            }
            case QUOTED -> {
                if (at(from, to) != '\'') {
                    return false;
                }
                cutWord(from, to);
            }
            case MEMBER, LIST -> {
                if (start.startsWith("{") && due == Next.MEMBER) {
                    return false;
                }
                boolean list = due == Next.LIST || start.startsWith("[");
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
        Next named = tool.separate.get(start);
        if (named != null) {
            next = named;
        } else if (start.equals("-H") || start.equals("--header")) {
            next = Next.HEADER;
        } else if (AND_USER.matcher(start).matches() && tool.equals(CURL)) {
            next = Next.USER;
        } else if (AND_PASSWORD.matcher(start).matches() && tool.equals(HTPASSWD)) {
            next = start.contains("n") ? Next.BEFORE_SECRET : Next.BEFORE_USER;
        } else if (NAMED_OPTION.matcher(start).matches() && SecretNames.isSecret(start)) {
            next = Next.SECRET;
        } else {
            tool.attached.forEach((prefix, what) -> {
                if (start.startsWith(prefix) && start.length() > prefix.length() && !start.startsWith("--p")) {
                    int from = skip(prefix.length(), open, close);
                    if (what == Next.SECRET) {
                        cutWord(from, close);
                    } else {
                        cutBehind(separator(what), from, close);
                    }
                }
            });
        }
    }

    /** Names with an equals sign, URLs, quoted parts, programs. */
    private void inside(int from, int to, boolean header) {
        int run = from;
        int runEnd = -1;
        int quoteEnd = -1;
        int last = 0;
        boolean assigned = false;
        for (int i = from; i < to; ) {
            int c = at(i, to);
            int behind = after(i, to);
            last = c;
            int quote = quote(i, to);
            if (isNameCharacter(c)) {
                run = runEnd == i ? run : i;
                runEnd = behind;
            } else if (quote > 0) {
                int end = closing(i, quote, to);
                if (end < 0 || argument) {
                    if (runEnd == i) {
                        quoteEnd = i + quote;
                    }
                    behind = i + quote;
                } else if (isName(i + quote, end)) {
                    run = i + quote;
                    runEnd = end;
                    quoteEnd = Math.min(end + quote, to);
                    behind = quoteEnd;
                } else {
                    line(i + quote, end);
                    behind = Math.min(end + quote, to);
                }
            } else if (c == '=' || c == ':') {
                boolean named = runEnd == i || quoteEnd == i;
                String name = named ? string(run, runEnd, SecretNames.LONGEST) : "";
                assigned |= c == '=';
                if (c == ':' && begins("//", behind, to)) {
                    behind = userinfo(skip(2, behind, to), to);
                } else if (c == ':' && quoteEnd == i && behind < to && at(behind, to) == '{') {
                    behind = after(behind, to); // what is in it has names of its own
                } else if (named && SecretNames.isSecret(name)) {
                    boolean credentials = name.toLowerCase(Locale.ROOT).contains("authorization");
                    if (behind < to && (c == '=' || quoteEnd == i || header || credentials)) {
                        int end = valueEnd(behind, to);
                        if (isScheme(string(behind, end, 16))) {
                            next = Next.CREDENTIALS;
                        } else if (quoteEnd == i && at(behind, to) == '[') {
                            end = listEnd(behind, to);
                            sink.cut(behind, end);
                        } else {
                            sink.cut(behind, end);
                        }
                        behind = Math.max(behind, end);
                    } else if (c == ':' && behind >= to) {
                        next = credentials ? Next.CREDENTIALS : quoteEnd == i ? Next.MEMBER : Next.SECRET;
                    }
                } else if (named && SecretNames.isProxy(name) || c == ':' && begins("oracle:thin:", run, to)) {
                    behind = userinfo(behind, to);
                }
            }
            i = behind;
        }
        if (last == ';' || last == '|' || last == '&') {
            tool = NONE;
        } else if (!assigned && (runEnd == to || quoteEnd == to)) {
            program(string(run, runEnd, 32));
        }
    }

    private void program(String name) {
        if (name.equals("login") && tool.equals(CONTAINERS)) {
            tool = SMALL_P;
        } else if (name.startsWith("mysql") || name.startsWith("mariadb")) {
            tool = MYSQL;
        } else {
            tool = TOOLS.getOrDefault(name, tool);
        }
    }

    /**
     * Of {@code user:password@host}, which begins at {@code from}, cuts the password; of a token in its place, the token.
     *
     * @return from where on there may be another one
     */
    int userinfo(int from, int to) {
        if (from >= to || at(from, to) == '[' || from >= plainFrom && from < plainTo) {
            return from;
        }
        int colon = -1;
        int slash = -1;
        int at = -1;
        boolean port = true;
        int i = from;
        for (; i < to; i = after(i, to)) {
            int c = at(i, to);
            if (isSpace(c) || quote(i, to) > 0) {
                break;
            } else if (c == '/' || c == '?' || c == '#') {
                slash = slash < 0 ? i : slash;
                if (colon < 0 || port || at >= 0) {
                    break;
                }
            } else if (c == '@' && colon >= 0) {
                at = i;
                if (slash >= 0) {
                    break;
                }
            } else if (c == ':' && colon < 0) {
                colon = i;
            } else if (colon >= 0 && slash < 0) {
                port &= c >= '0' && c <= '9';
            }
        }
        if (at < 0) {
            if (cutShort && i >= to && !(colon >= 0 && port && after(colon, to) < to)) {
                sink.cut(from, to);
                return to;
            }
            plainFrom = from;
            plainTo = i;
            return from;
        }
        int password = after(colon, to);
        if (password == at || string(password, at, 16).equals("x-oauth-basic")) {
            if (from < colon) {
                sink.cut(from, colon);
            }
        } else if (!string(password, at, MASKED.length() + 1).equals(MASKED)) {
            sink.cut(password, at);
        }
        return at;
    }

    /** A value ends with its quotes, at white space outside of quotes, or where a list goes on. */
    private int valueEnd(int from, int to) {
        int taken = from + REDACTED.length();
        if (begins(REDACTED, from, to) && (taken >= to || !isNameCharacter(at(taken, to)))) {
            return taken;
        }
        for (int i = from; i < to; ) {
            int c = at(i, to);
            int quote = quote(i, to);
            if (quote > 0) {
                int end = closing(i, quote, to);
                if (end < 0) {
                    i += quote;
                } else if (i == from && (end + quote >= to || !isNameCharacter(at(end + quote, to)))) {
                    return Math.min(end + quote, to);
                } else {
                    i = Math.min(end + quote, to);
                }
                continue;
            }
            if (!argument && isSpace(c) || c == ',' || c == ';' || c == '&' || c == '|') {
                if (isSpace(c) || listGoesOn(after(i, to), to)) {
                    return i;
                }
            }
            i = after(i, to);
        }
        return to;
    }

    /** Whether nothing, or {@code name=}, comes. */
    private boolean listGoesOn(int from, int to) {
        int i = from;
        while (i < to && i - from < SecretNames.LONGEST && isNameCharacter(at(i, to))) {
            i = after(i, to);
        }
        return i >= to || isSpace(at(i, to)) && !argument || i > from && at(i, to) == '=';
    }

    /** Behind the bracket that closes a list of texts; if it does not come, the next word belongs to the list too. */
    private int listEnd(int from, int to) {
        for (int i = from; i < to; i = unit(i, to)) {
            if (at(i, to) == ']') {
                return after(i, to);
            }
        }
        next = Next.LIST;
        return to;
    }

    private static char separator(Next what) {
        return what == Next.USER ? ':' : what == Next.PERCENT ? '%' : what == Next.COMMA ? ',' : '=';
    }

    /** A word that is a secret, but for what closes the command or the JSON around it. */
    private void cutWord(int from, int to) {
        int end = argument ? to : secretEnd(from, to);
        sink.cut(from, end);
        if (end < to && ";|&".indexOf(at(end, to)) >= 0) {
            tool = NONE;
        }
    }

    private int secretEnd(int from, int to) {
        int taken = from + REDACTED.length();
        if (begins(REDACTED, from, to) && behindLastOther(";|&)}],", taken, to) < 0) {
            return taken;
        }
        int quote = quote(from, to);
        int closing = quote > 0 ? closing(from, quote, to) : -1;
        if (closing >= 0 && closing + quote < to && behindLastOther(";|&)}],", closing + quote, to) < 0) {
            return closing + quote;
        }
        int end = behindLastOther(";|&)", from, to);
        return end < 0 ? to : end;
    }

    /** Behind the last character that is none of these; -1 if there is no other. */
    private int behindLastOther(String characters, int from, int to) {
        int behind = -1;
        for (int i = from; i < to; i = after(i, to)) {
            if (characters.indexOf(at(i, to)) < 0) {
                behind = after(i, to);
            }
        }
        return behind;
    }

    private void cutBehind(char separator, int from, int to) {
        int value = behind(separator, from, to);
        if (value >= 0 && value < to) {
            cutWord(value, to);
        }
    }

    /** Where what follows the separator begins, however that is spelt; -1 if there is none. */
    int behind(char separator, int from, int to) {
        for (int i = from; i < to; i = after(i, to)) {
            if (at(i, to) == separator) {
                return after(i, to);
            }
        }
        return -1;
    }

    /** Not what follows an option: another one. */
    private static boolean isOption(String word) {
        return word.length() == 2 && word.charAt(0) == '-' && Character.isLetter(word.charAt(1))
                || word.length() > 2 && word.startsWith("--") && Character.isLetter(word.charAt(2));
    }

    private static boolean isScheme(String word) {
        return word.equalsIgnoreCase("bearer") || word.equalsIgnoreCase("basic");
    }

    private boolean isName(int from, int to) {
        int i = from;
        while (i < to && isNameCharacter(at(i, to))) {
            i = after(i, to);
        }
        return i >= to && to > from && to - from <= SecretNames.LONGEST;
    }

    /** Where the first white space is; {@code to} if there is none. */
    private int space(int from, int to) {
        int i = from;
        while (i < to && !isSpace(at(i, to))) {
            i = after(i, to);
        }
        return i;
    }

    /** Behind so many characters, however they are spelt. */
    private int skip(int characters, int from, int to) {
        int i = from;
        for (int n = 0; n < characters && i < to; n++) {
            i = after(i, to);
        }
        return i;
    }

    private static boolean isNameCharacter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.';
    }

    private static boolean isSpace(int c) {
        return c <= ' ';
    }

    /** Behind the character, or the quoted part, that begins at {@code i}. */
    private int unit(int i, int to) {
        int quote = quote(i, to);
        if (quote == 0) {
            return after(i, to);
        }
        int end = closing(i, quote, to);
        return end < 0 ? i + quote : Math.min(end + quote, to);
    }

    /** How many bytes a quote takes here, with the shell's backslash before it if there is one; 0 if none is here. */
    private int quote(int i, int to) {
        int c = at(i, to);
        int behind = after(i, to);
        if (c == '\\' && behind < to) {
            c = at(behind, to);
            behind = after(behind, to);
        }
        return c == '"' || c == '\'' ? behind - i : 0;
    }

    /** Where the quote that begins at {@code i} is closed, by one that is spelt alike; -1 if it is not. */
    private int closing(int i, int length, int to) {
        for (int j = i + length; j < to; ) {
            int other = quote(j, to);
            if (other == length && Arrays.equals(bytes, i, i + length, bytes, j, j + length)) {
                return j;
            }
            j = other > 0 ? j + other : after(j, to);
        }
        return cutShort ? to : -1;
    }

    private boolean begins(String text, int from, int to) {
        int i = from;
        for (int n = 0; n < text.length(); n++) {
            if (i >= to || at(i, to) != text.charAt(n)) {
                return false;
            }
            i = after(i, to);
        }
        return true;
    }

    /** At most {@code most} characters of what stands between. */
    String string(int from, int to, int most) {
        StringBuilder text = new StringBuilder(Math.min(most, Math.max(0, to - from)));
        for (int i = from; i < to && text.length() < most; i = after(i, to)) {
            text.append((char) at(i, to));
        }
        return text.toString();
    }

    /** The character that begins at {@code i}, of a JSON string's escapes; of others their first byte. */
    private int at(int i, int to) {
        int b = bytes[i] & 0xFF;
        if (b != '\\' || i + 1 >= to) {
            return b;
        }
        return switch (bytes[i + 1]) {
            case 'n' -> '\n';
            case 'r', 't', 'b', 'f' -> ' ';
            case 'u' -> Math.max(unicode(i + 2, to), 0);
            default -> bytes[i + 1] & 0xFF;
        };
    }

    /** The character that four hexadecimal digits stand for; -1 if they are none. */
    private int unicode(int from, int to) {
        int c = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < to ? Character.digit(bytes[i], 16) : -1;
            if (digit < 0) {
                return -1;
            }
            c = c << 4 | digit;
        }
        return c;
    }

    private int after(int i, int to) {
        if (bytes[i] != '\\' || i + 1 >= to) {
            return i + 1;
        }
        return bytes[i + 1] == 'u' && unicode(i + 2, to) >= 0 ? i + 6 : i + 2;
    }
}
