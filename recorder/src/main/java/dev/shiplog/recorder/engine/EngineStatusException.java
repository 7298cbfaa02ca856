package dev.shiplog.recorder.engine;

import java.io.IOException;

/** The engine answered, but not with success. */
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
