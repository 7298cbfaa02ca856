package dev.shiplog.testkit;

import java.io.IOException;

/** Answers one request. */
@FunctionalInterface
public interface Handler {
    /** @throws IOException if the client is gone: the connection is closed */
    void answer(Request request, Reply reply) throws IOException;
}
