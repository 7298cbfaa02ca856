package dev.shiplog.replay.command;

import dev.shiplog.timeline.redact.LogRedaction;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option by which parts of what containers log are taken out. */
final class RedactLogOption {
    @Option(
            names = "--redact-log",
            paramLabel = "REGEX",
            description = "Put <redacted> in place of what this matches in lines of logs; may be given several times."
                    + " RE2's expressions, which take no longer for any line.")
    private List<String> regexes = new ArrayList<>();

    /** @throws IllegalArgumentException if one of them is no regular expression */
    LogRedaction redaction() {
        try {
            return LogRedaction.of(regexes);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--redact-log " + e.getMessage(), e);
        }
    }

    /** How it was given, without what it says: that may be a secret itself; empty if it was not. */
    String described() {
        return regexes.isEmpty()
                ? ""
                : regexes.size() + " by " + Integer.toHexString(regexes.hashCode()); // the same for the same texts
    }
}
