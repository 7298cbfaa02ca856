package dev.shiplog.recorder.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BodyTest {
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private boolean free;

    /** A connection that brings these bytes, in pieces of any size, and then ends. */
    private static Wire wire(byte[] bytes, Random random) throws IOException {
        ByteArrayInputStream all = new ByteArrayInputStream(bytes);
        InputStream inPieces = new InputStream() {
            @Override
            public int read() {
                return all.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                return all.read(into, offset, 1 + random.nextInt(Math.min(length, 3000)));
            }
        };
        return new Wire(SocketChannel.open(), inPieces, OutputStream.nullOutputStream());
    }

    private byte[] read(byte[] answer, Random random) throws IOException {
        free = false;
        try (Wire wire = wire(answer, random)) {
            Head head = Head.read(wire);
            return new Body(wire, head, () -> free = true).readAllBytes();
        }
    }

    private byte[] read(String answer) throws IOException {
        return read(answer.getBytes(ISO_8859_1), new Random(1));
    }

    private static byte[] chunks(byte[] body, Random random) {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; ) {
            int length = Math.min(body.length - at, 1 + random.nextInt(random.nextBoolean() ? 20 : 20_000));
            String extension = random.nextInt(5) == 0 ? " ;name=\"value\"" : "";
            chunks.writeBytes((Integer.toHexString(length) + extension + "\r\n").getBytes(ISO_8859_1));
            chunks.write(body, at, length);
            chunks.writeBytes("\r\n".getBytes(ISO_8859_1));
            at += length;
        }
        chunks.writeBytes("0\r\n".getBytes(ISO_8859_1));
        chunks.writeBytes((random.nextBoolean() ? "Trailer: x\r\n\r\n" : "\r\n").getBytes(ISO_8859_1));
        return chunks.toByteArray();
    }

    private static byte[] answer(String headers, byte[] framed) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(("HTTP/1.1 200 OK\r\n" + headers + "\r\n").getBytes(ISO_8859_1));
        answer.writeBytes(framed);
        return answer.toByteArray();
    }

    @Test
    void readsWhatWasSentHoweverItIsFramed() throws IOException {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            byte[] body = new byte[random.nextInt(60_000)];
            random.nextBytes(body);
            assertThat(read(answer(CHUNKED, chunks(body, random)), random))
                    .as("in chunks, seed %d", seed)
                    .isEqualTo(body);
            assertThat(free).isTrue();
            assertThat(read(answer("Content-Length: " + body.length + "\r\n", body), random))
                    .as("by length, seed %d", seed)
                    .isEqualTo(body);
            assertThat(free).isTrue();
            assertThat(read(answer("", body), random))
                    .as("to the end of the connection, seed %d", seed)
                    .isEqualTo(body);
            assertThat(free).isFalse();
        }
    }

    /** Wherever the connection ends, an answer that says its length is whole or an error. */
    @Test
    void neverTakesACutAnswerForAWholeOne() throws IOException {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            byte[] body = new byte[random.nextInt(600)];
            random.nextBytes(body);
            for (byte[] whole : new byte[][] {
                answer(CHUNKED, chunks(body, random)), answer("Content-Length: " + body.length + "\r\n", body)
            }) {
                for (int cut = 0; cut < whole.length; cut++) {
                    byte[] sent = Arrays.copyOf(whole, cut);
                    assertThatThrownBy(() -> read(sent, random))
                            .as("cut after %d of %d bytes, seed %d", cut, whole.length, seed)
                            .isInstanceOf(CutOffException.class);
                    assertThat(free).isFalse();
                }
            }
        }
    }

    @Test
    void givesAChunkBeforeTheNextOneComes() throws IOException {
        byte[] sent = ("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n3\r\nabc").getBytes(ISO_8859_1);
        try (Wire wire = wire(sent, new Random(1))) {
            InputStream body = new Body(wire, Head.read(wire), () -> {});
            assertThat(body.readNBytes(3)).isEqualTo("abc".getBytes(ISO_8859_1));
            assertThatThrownBy(body::read).isInstanceOf(CutOffException.class);
        }
    }

    @Test
    void readsNothingWhereThereIsNoBody() throws IOException {
        assertThat(read("HTTP/1.1 204 No Content\r\n\r\n")).isEmpty();
        assertThat(free).isTrue();
        assertThat(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"))
                .isEmpty();
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).isEmpty();
        assertThat(free).isTrue();
    }

    @Test
    void passesOverAnswersThatOnlyAnnounceOne() throws IOException {
        assertThat(read("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\nContent-Length: 2\n\nhi"))
                .isEqualTo("hi".getBytes(ISO_8859_1));
    }

    @Test
    void refusesWhatIsNotHttp() {
        assertNotHttp("SSH-2.0-OpenSSH_9.2\r\n", "it begins with \"SSH-2.0-OpenSSH_9.2\"");
        assertNotHttp("HTTP/2 200 OK\r\n\r\n", "it begins with \"HTTP/2 200 OK\"");
        assertNotHttp("HTTP/1.1 2x0 OK\r\n\r\n", "it begins with \"HTTP/1.1 2x0 OK\"");
        assertNotHttp("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "a header without a name");
        assertNotHttp("HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000) + "\r\n\r\n", "a line of more than");
        assertNotHttp("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(20_000) + "\r\n", "a head of more than");
        assertNotHttp("x".repeat(70_000), "a line of more than 65536 bytes");
        assertNotHttp("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "a length that is no number: -5");
        assertNotHttp("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "a transfer encoding that is not known");
        assertNotHttp("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\nxyz\r\n", "a chunk without a length");
        assertNotHttp("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n-3\r\nabc\r\n", "a chunk without a length");
        assertNotHttp("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n3\r\nabcd\r\n", "a chunk that is longer than it says");
    }

    private void assertNotHttp(String answer, String message) {
        assertThatThrownBy(() -> read(answer))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith(message);
    }
}
