package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.redact.Redaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command that is being put together: its options so far, and what they cannot say. Not thread safe. */
final class Draft {
    private final Json description;
    private final List<String> options = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    /** Names of the variables that stand for what is redacted, and what to say of each. */
    private final Map<String, String> variables = new LinkedHashMap<>();
    /** How many of them have no name of their own. */
    private int unnamed;

    Draft(Json description) {
        this.description = description;
    }

    /** The member at this path, as in {@code HostConfig.Memory}; null if it is not there, or null. */
    @Nullable
    Json member(String path) {
        Json at = description;
        for (String name : path.split("\\.")) {
            at = at == null ? null : at.get(name);
        }
        return at == null || at.type() == Json.Type.NULL ? null : at;
    }

    /** The text of a member; empty if it is not there. */
    String text(String path) {
        Json member = member(path);
        return member == null ? "" : member.text();
    }

    boolean isTrue(String path) {
        Json member = member(path);
        return member != null && member.type() == Json.Type.TRUE;
    }

    /** The texts of a list; empty if it is not there. */
    List<String> texts(String path) {
        Json member = member(path);
        return member == null ? List.of() : texts(member);
    }

    static List<String> texts(Json list) {
        return list.children().stream().map(Json::text).toList();
    }

    /** Adds an option without a value. */
    void add(String option) {
        options.add(option);
    }

    void add(String option, String value) {
        int at = value.indexOf(Redaction.REDACTED);
        int equals = value.indexOf('=');
        String where = at > equals && equals > 0 ? option + " " + value.substring(0, equals) : option;
        options.add(option + " " + word(value, where));
    }

    /**
     * Adds an option for a variable of the container's environment, of which the value is that of a variable of the shell,
     * and which is left out if that is set to nothing: the image may have its own.
     *
     * @param variable of the shell; empty for one that has no name of its own
     */
    void addVariable(String name, String variable) {
        String from = variable.isEmpty() ? "REDACTED_" + ++unnamed : variable;
        variables.put(
                from,
                (variable.isEmpty() ? " in --env " + name : "") + ": set it first, to nothing if the image sets it");
        options.add("${" + from + ":+--env " + ShellWord.of(name + "=") + "\"${" + from + "}\"}");
    }

    /** Adds something that no option says. */
    void note(String note) {
        notes.add(note);
    }

    /**
     * A text as a word of the shell. A variable stands for each part of it that is redacted.
     *
     * @param where it is, for people
     */
    String word(String text, String where) {
        int at = text.indexOf(Redaction.REDACTED);
        if (at < 0) {
            return ShellWord.of(text);
        }
        StringBuilder word = new StringBuilder();
        int from = 0;
        for (; at >= 0; at = text.indexOf(Redaction.REDACTED, from)) {
            String variable = "REDACTED_" + ++unnamed;
            variables.put(variable, " in " + where + ": set it first");
            word.append(at == from ? "" : ShellWord.of(text.substring(from, at)))
                    .append("\"${")
                    .append(variable)
                    .append("}\"");
            from = at + Redaction.REDACTED.length();
        }
        return word.append(from == text.length() ? "" : ShellWord.of(text.substring(from)))
                .toString();
    }

    List<String> options() {
        return options;
    }

    List<String> notes() {
        return notes;
    }

    Map<String, String> variables() {
        return variables;
    }
}
