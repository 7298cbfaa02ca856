package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedactorTest {
    private static byte[] event(String action) {
        return ("{\"status\":\"" + action + "\",\"id\":\"c1\",\"Type\":\"container\",\"Action\":\"" + action + "\"}")
                .getBytes(UTF_8);
    }

    @Test
    void marksEachSetOfPathsOfASubjectOnce() throws IOException {
        List<Record> marks = new ArrayList<>();
        Clock clock = new Clock(() -> 1, () -> 1, record -> {});
        Redactor redactor = new Redactor(Redaction.SECRETS, clock, marks::add);
        byte[] probe = event("exec_create: redis-cli -a 5ecret ping");
        byte[] none = event("exec_create: ls");
        for (int n = 0; n < 5; n++) {
            redactor.redact("c1", probe);
            redactor.redact("c2", probe);
            assertThat(redactor.redact("c1", none)).isSameAs(none);
        }
        assertThat(marks).extracting(Record::subject).containsExactly("c1", "c2");
        assertThat(Mark.fromJson(marks.get(0).payload()))
                .isEqualTo(new Mark.Redaction("c1", "secrets", List.of("status", "Action")));
    }
}
