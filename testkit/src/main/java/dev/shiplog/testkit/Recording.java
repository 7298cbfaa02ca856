package dev.shiplog.testkit;

import java.nio.file.Path;

/** An exchange while it goes on. Thread safe. */
final class Recording {
    private Exchange exchange;

    Recording(String method, String target, Path file) {
        exchange = new Exchange(method, target, 0, file, 0, 0, false);
    }

    synchronized Exchange exchange() {
        return exchange;
    }

    synchronized boolean withoutBody() {
        return exchange.method().equals("HEAD");
    }

    synchronized void begins(int status, long offset) {
        exchange = new Exchange(exchange.method(), exchange.target(), status, exchange.file(), offset, 0, false);
    }

    synchronized void grows(int count) {
        become(exchange.length() + count, false);
    }

    synchronized void ends() {
        become(exchange.length(), true);
    }

    private void become(long length, boolean complete) {
        exchange = new Exchange(
                exchange.method(),
                exchange.target(),
                exchange.status(),
                exchange.file(),
                exchange.offset(),
                length,
                complete);
    }
}
