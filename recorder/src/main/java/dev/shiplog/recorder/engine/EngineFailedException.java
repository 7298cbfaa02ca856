package dev.shiplog.recorder.engine;

import java.io.IOException;

/** A request could not be sent, or its answer could not be read. The message states what is known. */
public final class EngineFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String question;

    EngineFailedException(String message, String question, Throwable cause) {
        super(message, cause);
        this.question = question;
    }

    /** A question to whoever reads the log: what to look at. May be empty. */
    public String question() {
        return question;
    }
}
