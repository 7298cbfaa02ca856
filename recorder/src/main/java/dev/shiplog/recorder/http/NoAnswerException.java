package dev.shiplog.recorder.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The far end hung up before it began to answer. */
public final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    NoAnswerException(@Nullable IOException cause) {
        super("the connection ended before the answer began", cause);
    }
}
