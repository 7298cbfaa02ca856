package dev.shiplog.recorder.engine;

import java.io.IOException;

/** The engine answered with a status other than success. */
public final class EngineStatusException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public EngineStatusException(String path, int status, String message) {
        super("GET " + path + ": HTTP " + status + (message.isEmpty() ? "" : ", " + message));
        this.status = status;
    }

    /** The HTTP status code. */
    public int status() {
        return status;
    }
}
