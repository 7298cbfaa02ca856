package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a cluster does not do, of a request or of one item of it, and why. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final String cause;

    private Refusal(int status, String type, String reason, String cause) {
        super(reason);
        this.status = status;
        this.type = type;
        this.cause = cause;
    }

    static Refusal of(int status, String type, String reason) {
        return new Refusal(status, type, reason, "");
    }

    /** An argument that cannot be. */
    static Refusal argument(String reason) {
        return of(400, "illegal_argument_exception", reason);
    }

    /** What the document says does not fit the mapping; the cause has the reason of its own. */
    static Refusal document(ClusterRelease release, String reason, String cause) {
        return new Refusal(400, release.parsingException(), reason, cause);
    }

    static Refusal noIndex(String index) {
        return of(404, "index_not_found_exception", "no such index [" + index + "]");
    }

    int status() {
        return status;
    }

    /** Whether a failure store takes the document instead. It keeps neither conflicts nor pressure. */
    boolean isOfTheDocument() {
        return status == 400;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    Answer answer() {
        return Answer.error(status, type, reason());
    }

    ObjectNode error() {
        ObjectNode error =
                JsonNodeFactory.instance.objectNode().put("type", type).put("reason", reason());
        if (!cause.isEmpty()) {
            error.putObject("caused_by")
                    .put("type", "illegal_argument_exception")
                    .put("reason", cause);
        }
        return error;
    }
}
