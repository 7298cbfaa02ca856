package dev.shiplog.timeline.redact;

import com.fasterxml.jackson.core.JsonParser;
import dev.shiplog.timeline.payload.PayloadJson;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;

/** What is removed from payloads before they are recorded. A pure function of the bytes. */
public enum Redaction {
    /** Nothing. */
    NONE("none"),
    /** The values of environment variables: {@code Config.Env} of a container, each {@code "KEY=value"}. */
    ENV("env"),
    /**
     * These values, and whatever is named like a secret ({@link SecretNames}): members, labels, options of drivers,
     * what follows an equals sign ({@code --db-password=…}) or an option ({@code --token …}) in a command; passwords by
     * the options of some programs ({@link CommandLineClient}); passwords in URLs; credentials in headers. A secret
     * without such a name is not found.
     */
    SECRETS("secrets");

    /** What stands in the place of each value that was removed. */
    public static final String REDACTED = SecretText.REDACTED;

    private final String label;

    Redaction(String label) {
        this.label = label;
    }

    /** As people type it. */
    public String label() {
        return label;
    }

    /**
     * A payload without its secrets.
     *
     * @param payload the same bytes, with {@code <redacted>} in the place of each secret
     * @param removed the paths of these values, as in {@code Config.Env.PASSWORD} or {@code Config.Cmd.2}
     */
    public record Redacted(byte[] payload, List<String> removed) {}

    /**
     * Redacts the description of one container.
     *
     * @throws IOException if the payload is not the JSON it should be, so that its secrets cannot be found
     */
    public Redacted redact(byte[] payload) throws IOException {
        if (this == NONE) {
            return new Redacted(payload, List.of());
        }
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload)) {
            while (json.nextToken() != null) {
                if (json.currentTokenLocation().getByteOffset() < 0) {
                    throw new IOException("not UTF-8"); // secrets are found by their bytes
                }
            }
        }
        return new SecretSearch(payload, this == ENV).ofMessage();
    }

    /**
     * Redacts an event, facts about the host, or the beginning of one. It never fails: what is not JSON, or was cut
     * short, is searched as text. Fast for a message without secrets.
     *
     * @return each path once; {@code text} for a place that has no path
     */
    public Redacted redactMessage(byte[] payload) {
        if (this != SECRETS || !SecretNames.mayStandIn(payload)) {
            return new Redacted(payload, List.of());
        }
        Redacted redacted = new SecretSearch(payload, false).ofMessage();
        return new Redacted(redacted.payload(), List.copyOf(new LinkedHashSet<>(redacted.removed())));
    }
}
