package dev.shiplog.recorder.engine;

import java.io.IOException;

/** A request could not be sent, or its answer not be read. The message states what is known. */
public final class EngineFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String question;

    EngineFailedException(String message, String question, Throwable cause) {
        super(message, cause);
        this.question = question;
    }

    /** What to look at, as a question to whoever reads the log; may be empty. */
    public String question() {
        return question;
    }
}
