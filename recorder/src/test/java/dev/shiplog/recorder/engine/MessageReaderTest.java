package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MessageReaderTest {
    private static final List<String> BETWEEN = List.of(
            "",
            "\n",
            "\r\n",
            "\n\n\n",
            " ",
            "\t\r",
            "null",
            "\nnull\nnull\n",
            "\n\u001e",
            "\ufeff",
            "\u0000\u0000",
            "\n\u0000");

    /** With what a bracket counter could stumble over. */
    private static final List<String> STRINGS = List.of(
            "",
            "}",
            "{",
            "\\\"",
            "\\\\",
            "\\\\\\\"}{",
            "]],[",
            "ä€😀",
            "\\u007d\\n",
            "a long text, which takes more than a few bytes",
            "null");

    private final List<Long> passedOver = new ArrayList<>();

    @Test
    void givesEachValueAsSentWhateverStandsBetweenAndWhereverItIsSplit() throws IOException {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            List<String> sent = new ArrayList<>();
            StringBuilder stream = new StringBuilder(random.nextBoolean() ? "\ufeff" : "");
            int most = random.nextBoolean() ? 10 : 200;
            for (int i = random.nextInt(most); i >= 0; i--) {
                String value = value(random, 0);
                sent.add(value);
                stream.append(value).append(BETWEEN.get(random.nextInt(BETWEEN.size())));
            }
            byte[] bytes = bytes(stream.toString());
            int longest = random.nextBoolean() ? 3 : 20_000;
            assertThat(all(new Split(bytes, random, longest)))
                    .as("seed %d", seed)
                    .isEqualTo(sent);
        }
        assertThat(passedOver).isEmpty();
    }

    /** As some fronts do: no line feed follows, and nothing else for a while. */
    @Test
    void givesAValueWhenItsLastByteIsThere() throws IOException {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            List<InputStream> pieces = new ArrayList<>();
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String value = value(random, 0);
                sent.add(value);
                byte[] bytes = bytes(value);
                int split = random.nextInt(bytes.length);
                pieces.add(new ByteArrayInputStream(bytes, 0, split));
                pieces.add(new ByteArrayInputStream(bytes, split, bytes.length - split));
                pieces.add(new Waiting());
            }
            MessageReader reader = reader(new SequenceInputStream(Collections.enumeration(pieces)));
            for (String value : sent) {
                assertThat(text(reader.next())).as("seed %d", seed).isEqualTo(value);
                assertThatThrownBy(reader::next).isInstanceOf(Waits.class);
            }
        }
    }

    @Test
    void distinguishesACutFromACleanEndWhereverItIs() throws IOException {
        String one = "{\"a\":[1,{\"b\":\"}\\\"\"}],\n \"c\":{}}";
        byte[] stream = bytes(one + "\r\n" + one + one);
        for (int cut = 0; cut <= stream.length; cut++) {
            MessageReader reader = reader(new ByteArrayInputStream(stream, 0, cut));
            int length = one.length();
            int whole = cut < length ? 0 : cut < 2 * length + 2 ? 1 : cut < 3 * length + 2 ? 2 : 3;
            for (int i = 0; i < whole; i++) {
                assertThat(text(reader.next())).as("cut after %d", cut).isEqualTo(one);
            }
            boolean clean =
                    cut == 0 || cut == 3 * length + 2 || (cut >= length && cut <= length + 2) || cut == 2 * length + 2;
            if (clean) {
                assertThat(reader.next()).as("cut after %d", cut).isNull();
            } else {
                assertThatThrownBy(reader::next).as("cut after %d", cut).isInstanceOf(EOFException.class);
            }
        }
    }

    /** A cut value ends where the next line begins with a brace; it costs at most the one that it may have held. */
    @Test
    void findsTheNextValueAfterOneThatWasCut() throws IOException {
        String value = "{\"a\":[1,{\"b\":\"}\\\"\"}],\"c\":{\"d\":\"e\\\\\",\"f\":null}}";
        String next = "{\"next\":{\"x\":\"y\"}}";
        for (int cut = 1; cut < value.length(); cut++) {
            String head = value.substring(0, cut);
            for (String end : List.of("\n", "\r\n", "\n\u001e")) {
                boolean mayHold = ",:[".indexOf(head.charAt(cut - 1)) >= 0 && !end.contains("\u001e");
                List<String> expected =
                        mayHold ? List.of(head + end + next, next, next) : List.of(head, next, next, next);
                for (int longest : new int[] {1, 2, 1000}) {
                    byte[] bytes = bytes(head + end + next + "\n" + next + "\n" + next + "\n");
                    assertThat(all(new Split(bytes, new Random(cut), longest)))
                            .as("cut to %s", head)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void refusesAStreamThatBeginsWithAnythingElse() {
        for (String page : List.of(
                "<html>\n<head><title>Sign in</title></head>\n</html>\n",
                "\ufeff\n<!DOCTYPE html><html><title>Sign\nin</title>",
                "Sign in",
                "\u001b[31mSign in")) {
            assertThatThrownBy(
                            () -> reader(new ByteArrayInputStream(bytes(page))).next())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageMatching(
                            "this is no JSON \\((\\[31m)?Sign in\\); does something else answer in the engine's place\\?");
        }
        for (String text : List.of("true", "404 page not found", "\"text\"", "nul", "nullx", "}", ",{}", "\u0000nul")) {
            assertThatThrownBy(
                            () -> reader(new ByteArrayInputStream(bytes(text))).next())
                    .as(text)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageStartingWith("this is no JSON (");
        }
    }

    @Test
    void skipsALineOfAnythingElseBetweenMessages() throws IOException {
        assertThat(all(new ByteArrayInputStream(
                        bytes("{}\n<html>{\"a\":1}\n{\"b\":2}}\nError: \"broken\" pipe\r\n[3]\n12 {}\ntrue"))))
                .containsExactly("{}", "{\"b\":2}", "[3]");
        assertThat(passedOver).containsExactly(14L, 2L, 22L, 6L, 4L);
    }

    /** What a JVM takes for its heap is a little less than it was given. */
    @Test
    void letsALargerHeapTakeLongerMessages() {
        assertThat(Pieces.longest(24_000_000)).isEqualTo(4 << 20);
        assertThat(Pieces.longest((48 << 20) - 400_000)).isEqualTo(8 << 20);
        assertThat(Pieces.longest((160 << 20) - 400_000)).isGreaterThan(24_000_000);
        assertThat(Pieces.longest(1L << 40)).isEqualTo(64 << 20);
    }

    @Test
    void givesTheBeginningAndLengthOfAMessageThatIsTooLong() throws IOException {
        for (long length : new long[] {Pieces.LONGEST - 1, Pieces.LONGEST, Pieces.LONGEST + 1, 300_000_000}) {
            MessageReader reader = reader(new SequenceInputStream(Collections.enumeration(List.of(
                    new ByteArrayInputStream(bytes("{\"small\":1}\n{\"head\":\"")),
                    new Filler(length - 11),
                    new ByteArrayInputStream(bytes("\"}{\"small\":2}"))))));
            assertThat(text(reader.next())).isEqualTo("{\"small\":1}");
            Message message = reader.next();
            assertThat(message).isNotNull();
            assertThat(message.length()).isEqualTo(length);
            boolean whole = length <= Pieces.LONGEST;
            assertThat(message.whole()).isEqualTo(whole);
            assertThat(message.bytes()).hasSize(whole ? (int) length : Pieces.BEGINNING);
            assertThat(new String(message.bytes(), 0, 20, UTF_8)).isEqualTo("{\"head\":\"yyyyyyyyyyy");
            assertThat(text(reader.next())).isEqualTo("{\"small\":2}");
            assertThat(reader.next()).isNull();
        }
    }

    /** Of two that are long at once, one waits for the other; it gives up its room with its message, or its end. */
    @Test
    void letsOneLongMessageAtATimeTakeMemory() throws Exception {
        Room room = new Room();
        int length = 2 * Room.FREE;
        try (InputStream in = new Filler(length)) {
            Pieces first = new Pieces(room);
            byte[] all = in.readAllBytes();
            first.add(all, 0, length);
            Pieces second = new Pieces(room);
            Thread thread = new Thread(() -> second.add(all, 0, length));
            thread.start();
            thread.join(100);
            assertThat(thread.isAlive()).isTrue();
            assertThat(first.take().bytes()).isEqualTo(all);
            thread.join();
            assertThat(second.tooLong()).isFalse();
            second.clear();
            second.clear();
            assertThat(room.take()).isTrue();
        }
    }

    private static String value(Random random, int depth) {
        String space =
                random.nextInt(4) == 0 ? List.of("\n", " ", "\r\n\t", "\n\n").get(random.nextInt(4)) : "";
        int size = random.nextInt(depth == 0 ? 12 : 3);
        boolean object = random.nextInt(3) > 0;
        StringBuilder json = new StringBuilder(object ? "{" : "[").append(space);
        for (int i = 0; i < size; i++) {
            json.append(i > 0 ? "," + space : "");
            if (object) {
                json.append(string(random)).append(":").append(space);
            }
            json.append(
                    depth < 4 && random.nextInt(3) == 0
                            ? value(random, depth + 1)
                            : random.nextBoolean() ? string(random) : "-1.5e3");
        }
        return json.append(space).append(object ? "}" : "]").toString();
    }

    private static String string(Random random) {
        String text = STRINGS.get(random.nextInt(STRINGS.size()));
        return "\"" + (random.nextInt(100) == 0 ? text.repeat(random.nextInt(1000)) : text) + "\"";
    }

    private List<String> all(InputStream in) throws IOException {
        MessageReader reader = reader(in);
        return Stream.iterate(text(reader.next()), text -> text != null, text -> {
                    try {
                        return text(reader.next());
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private MessageReader reader(InputStream in) {
        return new MessageReader(in, new Room(), passedOver::add);
    }

    private static @Nullable String text(@Nullable Message message) {
        return message == null ? null : new String(message.bytes(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Comes in pieces, as from a socket. */
    private static final class Split extends ByteArrayInputStream {
        private final Random random;
        private final int longest;

        Split(byte[] bytes, Random random, int longest) {
            super(bytes);
            this.random = random;
            this.longest = longest;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, 1 + random.nextInt(longest)));
        }
    }

    private static final class Waits extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Where a reader would wait; once only. */
    private static final class Waiting extends InputStream {
        private boolean waited;

        @Override
        public int read() throws IOException {
            if (waited) {
                return -1;
            }
            waited = true;
            throw new Waits();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return read();
        }
    }

    /** So many times the same letter. */
    private static final class Filler extends InputStream {
        private long left;

        Filler(long length) {
            this.left = length;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'y' : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = (int) Math.min(left, length);
            Arrays.fill(into, offset, offset + count, (byte) 'y');
            left -= count;
            return count == 0 && length > 0 ? -1 : count;
        }
    }
}
