package dev.shiplog.testkit.cluster;

import java.io.IOException;

/** What answers calls to a cluster. Many threads ask it at once. */
@FunctionalInterface
public interface Backend {
    /** @throws IOException if there can be no answer: the connection is closed */
    Answer answer(Call call) throws IOException;
}
