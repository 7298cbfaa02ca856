package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonParser;
import dev.shiplog.timeline.payload.PayloadJson;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;

/** What is taken out of payloads before they are recorded. A pure function of the bytes. */
public enum Redaction {
    /** Nothing. */
    NONE("none"),
    /** The values of environment variables: {@code Config.Env} of a container, each {@code "KEY=value"}. */
    ENV("env"),
    /**
     * These, and wherever it stands what is named like a secret ({@link SecretNames}): members, labels, options of
     * drivers, what follows the equals sign ({@code --db-password=…}) or the option ({@code --token …}) in a command; what
     * some clients take as a password ({@link SecretText}); passwords in URLs; credentials in headers. A secret with no
     * such name beside it is not found.
     */
    SECRETS("secrets");

    private final String label;

    Redaction(String label) {
        this.label = label;
    }

    /** As people type it. */
    String label() {
        return label;
    }

    /**
     * A payload without its secrets.
     *
     * @param payload the same bytes but for the values taken out, each replaced by {@code <redacted>}
     * @param removed the paths of these values, as in {@code Config.Env.PASSWORD} or {@code Config.Cmd.2}
     */
    record Redacted(byte[] payload, List<String> removed) {}

    /**
     * Redacts the description of one container.
     *
     * @throws IOException if the payload is not the JSON it should be, so that nobody knows where its secrets are
     */
    Redacted redact(byte[] payload) throws IOException {
        if (this == NONE) {
            return new Redacted(payload, List.of());
        }
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload)) {
            while (json.nextToken() != null) {
                if (json.currentTokenLocation().getByteOffset() < 0) {
                    throw new IOException("not UTF-8"); // where bytes and characters part, nothing is found
                }
            }
        }
        return new SecretSearch(payload, this == ENV).ofMessage();
    }

    /**
     * Redacts an event, facts about the host, or as much of one as there is. It never fails: of what is not JSON, or was
     * cut short, the secrets are found in its text. Fast for what holds none.
     *
     * @return each path once; {@code text} stands for a place that has none
     */
    Redacted redactMessage(byte[] payload) {
        if (this != SECRETS || !SecretNames.mayStandIn(payload)) {
            return new Redacted(payload, List.of());
        }
        Redacted redacted = new SecretSearch(payload, false).ofMessage();
        return new Redacted(redacted.payload(), List.copyOf(new LinkedHashSet<>(redacted.removed())));
    }
}
