package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Logs as an engine sends them, in pieces of any size. */
class LogMessagesTest {
    private static final String TIME = "2026-11-27T10:00:00.123456789Z ";

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void framesComeOutWholeHoweverTheyAreCut() throws IOException {
        for (int round = 0; round < 50; round++) {
            List<byte[]> expected = new ArrayList<>();
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int n = random.nextInt(30); n >= 0; n--) {
                byte[] message = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? 300_000 : 200)];
                random.nextBytes(message);
                message[0] = (byte) (1 + random.nextInt(2));
                expected.add(message);
                sent.writeBytes(frame(message));
            }
            assertThat(messages(sent.toByteArray())).as("seed %d", seed).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void aTerminalsLinesAreToldApart() throws IOException {
        for (int round = 0; round < 50; round++) {
            List<byte[]> expected = new ArrayList<>();
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int n = random.nextInt(30); n >= 0; n--) {
                byte[] line = line(random.nextInt(10) == 0 ? 60_000 : 100);
                for (int from = 0; from < line.length; from += TerminalReader.PARTIAL) {
                    int to = Math.min(line.length, from + TerminalReader.PARTIAL);
                    ByteArrayOutputStream message = new ByteArrayOutputStream();
                    message.write(0);
                    message.writeBytes(TIME.getBytes(UTF_8));
                    message.write(line, from, to - from);
                    expected.add(message.toByteArray());
                    sent.write(message.toByteArray(), 1, message.size() - 1);
                }
            }
            assertThat(messages(sent.toByteArray())).as("seed %d", seed).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void theLastLineOfATerminalMayHaveNoLineFeed() throws IOException {
        assertThat(messages((TIME + "a\r\n" + TIME + "$ ").getBytes(UTF_8)))
                .containsExactly(("\0" + TIME + "a\r\n").getBytes(UTF_8), ("\0" + TIME + "$ ").getBytes(UTF_8));
    }

    @Test
    void anEmptyLogHasNoMessages() throws IOException {
        assertThat(messages(new byte[0])).isEmpty();
    }

    @Test
    void aFrameThatIsCutIsAnError() {
        byte[] frame = frame("\1abc".getBytes(UTF_8));
        for (int length = 1; length < frame.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> messages(cut)).as("%d bytes", length).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void ofAFrameThatIsTooLongTheBeginningIsKeptAndTheNextOneFollows() throws IOException {
        byte[] huge = new byte[Pieces.LONGEST + 10];
        huge[0] = 2;
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        sent.writeBytes(frame(huge));
        sent.writeBytes(frame("\1next".getBytes(UTF_8)));
        Messages messages = new LogMessages(new ByteArrayInputStream(sent.toByteArray()), new Room());

        Message first = messages.next();
        assertThat(first).isNotNull();
        assertThat(first.whole()).isFalse();
        assertThat(first.length()).isEqualTo(huge.length);
        assertThat(first.bytes()[0]).isEqualTo((byte) 2);
        Message next = messages.next();
        assertThat(next).isNotNull();
        assertThat(next.bytes()).isEqualTo("\1next".getBytes(UTF_8));
    }

    @Test
    void whatIsNoFrameIsRefused() {
        assertThatThrownBy(() -> messages(new byte[] {1, 7, 0, 0, 0, 0, 0, 1, 'a'}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no frame of a log");
    }

    /** As programs write them: any bytes but a line feed, which ends it. */
    private byte[] line(int most) {
        byte[] line = new byte[1 + random.nextInt(most)];
        random.nextBytes(line);
        for (int i = 0; i < line.length - 1; i++) {
            line[i] = line[i] == '\n' ? (byte) ' ' : line[i];
        }
        line[line.length - 1] = '\n';
        return line;
    }

    private static byte[] frame(byte[] message) {
        return ByteBuffer.allocate(8 + message.length - 1)
                .putInt(message[0] << 24)
                .putInt(message.length - 1)
                .put(message, 1, message.length - 1)
                .array();
    }

    private List<byte[]> messages(byte[] sent) throws IOException {
        Messages messages = new LogMessages(inPieces(sent), new Room());
        List<byte[]> all = new ArrayList<>();
        for (Message next = messages.next(); next != null; next = messages.next()) {
            assertThat(next.whole()).isTrue();
            all.add(next.bytes());
        }
        return all;
    }

    private InputStream inPieces(byte[] sent) {
        return new ByteArrayInputStream(sent) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1 + random.nextInt(5_000)));
            }
        };
    }
}
