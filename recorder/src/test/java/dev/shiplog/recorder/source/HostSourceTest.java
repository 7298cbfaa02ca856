package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostSourceTest {
    private final SourceHarness sources = new SourceHarness();

    @AfterEach
    void close() throws Exception {
        sources.close();
    }

    @Test
    void theHostSaysWhoTheEngineIsAndWhatItRefusesIsLeftOut() throws IOException {
        FakeEngine engine = new FakeEngine(path -> {
            if (path.equals("/version")) {
                throw new EngineStatusException(path, 403, "no");
            }
            return "{\"Swarm\":{\"ID\":\"no\"},\"ID\":\"AAAA\",\"Name\":\"host\"}".getBytes(UTF_8);
        });
        Redactor redactor = new Redactor(Redaction.SECRETS, sources.clock, sources.queue::put);
        HostSource host = new HostSource(engine, sources.clock, redactor);
        List<Record> facts = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        assertThat(host.ask(facts, refusals)).isEqualTo(new HostSource.Identity("AAAA", ""));
        assertThat(refusals).containsExactly("GET /version: HTTP 403, no");
        assertThat(facts).extracting(Record::subject).containsExactly("info");
        assertThat(new String(facts.get(0).payload(), UTF_8)).endsWith("}");
        assertThat(host.snapshot()).as("not before it was written").isEmpty();
        facts.forEach(host::appended);
        assertThat(host.snapshot()).extracting(Record::subject).containsExactly("info");
        HostSource away = new HostSource(
                new FakeEngine(path -> {
                    throw new IOException("away");
                }),
                sources.clock,
                redactor);
        refusals.clear();
        assertThat(away.ask(facts, refusals)).isEqualTo(new HostSource.Identity("", ""));
        assertThat(refusals).containsExactly("away", "away");
    }

    /** As Podman's. */
    @Test
    void anIdThatChangesWithEachAnswerIsNone() {
        AtomicInteger answers = new AtomicInteger();
        FakeEngine engine = new FakeEngine(path -> path.equals("/version")
                ? "{\"Version\":\"5.4.2\"}".getBytes(UTF_8)
                : ("{\"ID\":\"id " + answers.incrementAndGet() + "\"}").getBytes(UTF_8));
        HostSource host = new HostSource(
                engine, sources.clock, new Redactor(Redaction.SECRETS, sources.clock, sources.queue::put));
        HostSource.Identity first = host.ask(new ArrayList<>(), new ArrayList<>());
        assertThat(first).isEqualTo(new HostSource.Identity("", "5.4.2"));
        assertThat(first.mayBe(host.ask(new ArrayList<>(), new ArrayList<>()))).isTrue();
        assertThat(first.mayBe(new HostSource.Identity("", "5.5"))).isFalse();
    }
}
