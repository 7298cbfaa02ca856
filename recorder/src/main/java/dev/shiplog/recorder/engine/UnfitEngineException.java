package dev.shiplog.recorder.engine;

import java.io.IOException;

/** What answers is no engine, or one that is too old to be recorded. */
public final class UnfitEngineException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnfitEngineException(String message) {
        super(message);
    }
}
