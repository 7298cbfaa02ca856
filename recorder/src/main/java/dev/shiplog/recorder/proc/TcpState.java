package dev.shiplog.recorder.proc;

import java.util.Locale;

/** The states of TCP sockets, in the order of the kernel's codes, which begin with 1. */
enum TcpState {
    ESTABLISHED,
    SYN_SENT,
    SYN_RECV,
    FIN_WAIT1,
    FIN_WAIT2,
    TIME_WAIT,
    CLOSE,
    CLOSE_WAIT,
    LAST_ACK,
    LISTEN,
    CLOSING,
    /** Any other code, and a line that has none. */
    UNKNOWN;

    private static final TcpState[] ALL = values();

    static TcpState ofCode(int code) {
        return code >= 1 && code <= UNKNOWN.ordinal() ? ALL[code - 1] : UNKNOWN;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
