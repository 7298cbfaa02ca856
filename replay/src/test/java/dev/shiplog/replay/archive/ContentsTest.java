package dev.shiplog.replay.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ContentsTest {
    private static final String WEB = "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb";
    private static final String DB = "b36156ce4d68b30becadc071e6b3775831e6bcabd56f41456f7c5988a636da20";
    private static final String INFO = "{\"ID\":\"WHVW\",\"Name\":\"vm\"}";
    private static final String VERSION = "{\"Version\":\"20.10.24\"}";

    private final Contents contents = new Contents();
    private long sequence;

    @Test
    void containersAreThoseThatHaveRecordsByTheirLastName() {
        add(Kind.STATS, DB, "{\"name\":\"/db\"}");
        add(Kind.INSPECT, WEB, "{\"Name\":\"/web\",\"Config\":{\"Image\":\"shop:1\"}}");
        add(Kind.STATS, WEB, "{\"name\":\"/web\"}");
        add(
                Kind.EVENT,
                WEB,
                "{\"Type\":\"container\",\"Action\":\"rename\",\"Actor\":{\"ID\":\"" + WEB
                        + "\",\"Attributes\":{\"image\":\"shop:1\",\"name\":\"shop\"}}}");
        add(Kind.EVENT, "net1", "{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"net1\"}}");
        add(Kind.HOST, "info", INFO);

        assertThat(contents.containers())
                .containsExactly(
                        new Description.Container(DB, "db", "", 1),
                        new Description.Container(WEB, "shop", "shop:1", 3));
    }

    @Test
    void hostAndEngineAreThoseOfItsOwnAnswers() {
        add(Kind.MARK, "", new Mark.EngineUp("OLD", "19.03", "1.40"));
        add(Kind.HOST, "version", VERSION);
        add(Kind.HOST, "info", INFO);

        assertThat(contents.host()).isEqualTo("vm");
        assertThat(contents.engine()).isEqualTo(new Description.Engine("WHVW", "20.10.24"));
    }

    @Test
    void aMarkNamesTheEngineThatAnswersNothing() {
        add(Kind.MARK, "", new Mark.EngineUp("WHVW", "20.10.24", "1.41"));

        assertThat(contents.host()).isEmpty();
        assertThat(contents.engine()).isEqualTo(new Description.Engine("WHVW", "20.10.24"));
    }

    @Test
    void gapsAreThoseReportedAndThoseStillOpen() {
        add(Kind.MARK, "", new Mark.Gap("stats", WEB, 5, 9, "no sample"));
        add(Kind.MARK, "", new Mark.Dropped("stats", 3, 6, 8, "the disk is full"));
        add(Kind.MARK, "", new Mark.EngineDown("refused"));

        assertThat(contents.gaps())
                .startsWith(
                        new Description.Gap("certain", "stats", WEB, 0, 5, 9, "no sample"),
                        new Description.Gap("certain", "stats", "", 3, 6, 8, "the disk is full"))
                .last()
                .satisfies(open -> assertThat(open.to()).isEqualTo(Long.MAX_VALUE));
    }

    @Test
    void oddPayloadsSayNothingAndHarmNothing() {
        for (Kind kind : Kind.values()) {
            add(kind, WEB, "no JSON");
            add(kind, "", "");
        }

        assertThat(contents.gaps()).allSatisfy(gap -> assertThat(gap.type()).isEqualTo("unknown"));
        assertThat(contents.host()).isEmpty();
    }

    private void add(Kind kind, String subject, Mark mark) {
        add(kind, subject, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    private void add(Kind kind, String subject, String payload) {
        Encoder encoder = new Encoder();
        encoder.startGroup();
        Bytes coded = new Bytes(256);
        sequence++;
        encoder.encode(
                new Record(
                        sequence,
                        kind,
                        subject,
                        sequence,
                        sequence,
                        sequence,
                        payload.getBytes(StandardCharsets.UTF_8)),
                coded);
        Decoder decoder = new Decoder();
        decoder.startGroup(sequence);
        try {
            contents.add(decoder.decode(coded.array(), 0, coded.length()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
