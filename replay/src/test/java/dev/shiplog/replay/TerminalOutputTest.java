package dev.shiplog.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalOutputTest {
    private static String shown(byte[] bytes, int pieceLength) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TerminalOutput terminal = new TerminalOutput(out)) {
            for (int i = 0; i < bytes.length; i += pieceLength) {
                terminal.write(bytes, i, Math.min(pieceLength, bytes.length - i));
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** However the bytes come. */
    @Test
    void escapesWhatControlsATerminalAndWhatTurnsTextAround() throws IOException {
        String text = "{\"a\":\t\"ä€😀 \u009b31m \u202egnp.exe \u007f\u001b[2J \udb40\udc41\"}\r-\r\r\n";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int pieceLength = 1; pieceLength <= bytes.length; pieceLength++) {
            assertThat(shown(bytes, pieceLength))
                    .as("%d bytes at once", pieceLength)
                    .isEqualTo("{\"a\":\t\"ä€😀 \\u009b31m \\u202egnp.exe \\u007f\\u001b[2J \\udb40\\udc41\"}"
                            + "\\u000d-\\u000d\n");
        }
    }

    @Test
    void whatIsNoUtf8HarmsNothing() throws IOException {
        assertThat(shown(new byte[] {'a', (byte) 0x9b, 'b', (byte) 0xe2, (byte) 0x80, 'c', '\n'}, 7))
                .isEqualTo("a\ufffdb\ufffdc\n");
    }
}
