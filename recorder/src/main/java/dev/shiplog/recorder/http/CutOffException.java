package dev.shiplog.recorder.http;

import java.io.EOFException;

/** The connection ended in the midst of an answer that says where it should end. */
public final class CutOffException extends EOFException {
    private static final long serialVersionUID = 1;

    CutOffException(String message) {
        super(message);
    }
}
