package dev.shiplog.recorder.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.testkit.FakeProc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TcpReaderTest {
    @TempDir
    private Path directory;

    private FakeProc fake;
    private Path process;
    private Path net;

    @BeforeEach
    void make() throws IOException {
        fake = FakeProc.in(directory);
        fake.container(10, "c".repeat(64));
        process = fake.process(10);
        net = process.resolve("net");
    }

    private TcpCounts counts() throws IOException {
        return Objects.requireNonNull(new TcpReader().read(process).value());
    }

    @Test
    void addsBothTables() throws IOException {
        fake.sockets(10, Map.of(1, 3, 10, 2), Map.of(1, 4, 6, 5));
        assertThat(counts().of(TcpState.ESTABLISHED)).isEqualTo(7);
        assertThat(counts().of(TcpState.LISTEN)).isEqualTo(2);
        assertThat(counts().of(TcpState.TIME_WAIT)).isEqualTo(5);
        assertThat(counts().total()).isEqualTo(14);
    }

    @Test
    void aTableIsNotReadIfTheKernelCountsNoSocketOfIt() throws IOException {
        fake.sockets(10, Map.of(10, 1), Map.of());
        Files.writeString(net.resolve("tcp6"), "heading\n" + FakeProc.line(0, "01"));
        assertThat(counts().total()).isEqualTo(1);
        fake.sockets(10, Map.of(), Map.of(10, 1));
        Files.writeString(net.resolve("tcp"), "heading\n" + FakeProc.line(0, "01"));
        assertThat(counts().of(TcpState.ESTABLISHED)).isZero();
        assertThat(counts().of(TcpState.LISTEN)).isEqualTo(1);
        fake.sockets(10, Map.of(6, 1), Map.of());
        Files.writeString(net.resolve("tcp6"), "heading\n" + FakeProc.line(0, "06"));
        assertThat(counts().of(TcpState.TIME_WAIT)).as("either may have it").isEqualTo(2);
    }

    @Test
    void aHostWithoutIpv6HasOneTable() throws IOException {
        fake.sockets(10, Map.of(1, 1, 6, 1), Map.of());
        Files.delete(net.resolve("tcp6"));
        Files.delete(net.resolve("sockstat6"));
        assertThat(counts().total()).isEqualTo(2);
    }

    @Test
    void tooManyAreNotCounted() throws IOException {
        fake.sockets(10, Map.of(1, 6), Map.of(6, 5));
        TcpReader reader = new TcpReader(10);
        assertThat(reader.read(process)).isEqualTo(Reading.skipped("more than 10 sockets"));
        fake.sockets(10, Map.of(1, 5), Map.of(6, 5));
        assertThat(reader.read(process).value()).isNotNull();
        fake.sockets(10, Map.of(1, 1), Map.of());
        StringBuilder grown = new StringBuilder("heading\n");
        for (int i = 0; i < 11; i++) {
            grown.append(FakeProc.line(i, "01"));
        }
        Files.writeString(net.resolve("tcp"), grown);
        assertThat(reader.read(process))
                .as("they came after they were counted")
                .isEqualTo(Reading.skipped("more than 10 sockets"));
    }

    @Test
    void aProcessThatEndsAndASockstatThatIsNoneAreErrors() throws IOException {
        Files.writeString(net.resolve("sockstat"), "sockets: used 1\nTCP: inuse x orphan 0 tw 0\n");
        assertThatThrownBy(() -> new TcpReader().read(process))
                .isInstanceOf(IOException.class)
                .hasMessage("sockstat: there is no inuse in \"TCP: inuse x orphan 0 tw 0\"");
        Files.writeString(net.resolve("sockstat"), "sockets: used 1\n");
        assertThatThrownBy(() -> new TcpReader().read(process)).hasMessageContaining("there is no line TCP:");
        fake.end(10);
        assertThatThrownBy(() -> new TcpReader().read(process)).isInstanceOf(NoSuchFileException.class);
    }
}
