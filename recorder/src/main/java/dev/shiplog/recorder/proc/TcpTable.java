package dev.shiplog.recorder.proc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Counts the lines of {@code /proc/PID/net/tcp} and {@code tcp6} by their states, which are the fourth of the words of each
 * line, in hexadecimal. Makes nothing for a line: a table may have as many as the host has sockets. For one thread.
 */
final class TcpTable {
    private static final int STATE = 4;
    private static final int DIGITS = 2;
    private static final int NO_DIGIT = -1;

    private final byte[] buffer = new byte[1 << 14];
    private final long most;

    private TcpCounts counts = new TcpCounts();
    private boolean inHeading;
    /** The number of the word that was begun last in this line, from 1. */
    private int word;

    private boolean inWord;
    /** What the digits of the state say so far, and how many there were; {@link #NO_DIGIT} of them if one is none. */
    private int code;

    private int digits;

    /** @param most after so many lines it stops */
    TcpTable(long most) {
        this.most = most;
    }

    /**
     * Adds what a table says; of one that does not exist nothing.
     *
     * @return whether it was read to its end
     */
    boolean count(Path table, TcpCounts into) throws IOException {
        try (InputStream in = Files.newInputStream(table)) {
            return count(in, into);
        } catch (NoSuchFileException e) {
            return true; // a host without IPv6 has no tcp6
        }
    }

    boolean count(InputStream in, TcpCounts into) throws IOException {
        counts = into;
        inHeading = true;
        beginLine();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            for (int i = 0; i < read; i++) {
                take(buffer[i]);
            }
            if (counts.total() > most) {
                return false;
            }
        }
        endLine();
        return true;
    }

    private void take(byte b) {
        if (b == '\n') {
            endLine();
        } else if (b == ' ') {
            inWord = false;
        } else {
            word += inWord ? 0 : 1;
            inWord = true;
            if (word == STATE) {
                digit(Character.digit(b, 16));
            }
        }
    }

    private void digit(int value) {
        if (value < 0 || digits == NO_DIGIT || digits == DIGITS) {
            digits = NO_DIGIT;
        } else {
            code = code * 16 + value;
            digits++;
        }
    }

    private void endLine() {
        if (!inHeading && word > 0) {
            counts.add(digits == DIGITS ? TcpState.ofCode(code) : TcpState.UNKNOWN);
        }
        inHeading = false;
        beginLine();
    }

    private void beginLine() {
        word = 0;
        inWord = false;
        code = 0;
        digits = 0;
    }
}
