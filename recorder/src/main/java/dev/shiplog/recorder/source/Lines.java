package dev.shiplog.recorder.source;

import java.util.Arrays;

/** The line feed with which the engine ends some answers, which is no part of a payload. */
final class Lines {
    private Lines() {}

    static byte[] withoutEnd(byte[] answer) {
        int length = answer.length;
        return length > 0 && answer[length - 1] == '\n' ? Arrays.copyOf(answer, length - 1) : answer;
    }
}
