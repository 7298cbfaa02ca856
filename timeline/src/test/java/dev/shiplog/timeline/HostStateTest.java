package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.timeline.ContainerState.Status;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What events, descriptions and marks say of a container, in any order in which they may come. */
class HostStateTest {
    private static final String WEB = "8e8f401657b8";

    private final HostState host = new HostState();
    private long now = 1_800_000_000_000_000_000L;

    private void event(String action) {
        now += 1_000_000;
        add(
                Kind.EVENT,
                "{'Type':'container','Action':'" + action + "','Actor':{'ID':'" + WEB
                        + "','Attributes':{'name':'web','exitCode':'3'}}}");
    }

    private void described(String name, String status) {
        add(
                Kind.INSPECT,
                "{'Id':'" + WEB + "','Name':'/" + name + "','Created':'2027-01-15T07:59:00Z','State':{'Status':'"
                        + status + "','StartedAt':'2027-01-15T08:00:00.0015Z','FinishedAt':'0001-01-01T00:00:00Z'}}");
    }

    /** A description of a life that has ended, as those between create and the first die are. */
    private void describedAfterwards(String status) {
        add(
                Kind.INSPECT,
                "{'Id':'" + WEB + "','Name':'/web','Created':'2027-01-15T07:59:00Z','State':{'Status':'" + status
                        + "','ExitCode':3,'StartedAt':'2027-01-15T08:00:00.0041Z','FinishedAt':'2027-01-15T08:00:00.006Z'}}");
    }

    private void mark(Mark mark) {
        add(Kind.MARK, mark instanceof Mark.Synthetic ? WEB : "", mark.toJson());
    }

    private void add(Kind kind, String payload) {
        add(kind, WEB, payload.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private void add(Kind kind, String subject, byte[] payload) {
        now += 1_000_000;
        host.apply(Records.decoded(kind, subject, now, payload));
    }

    private Status status() {
        ContainerState state = host.get(WEB);
        return state == null ? Status.REMOVED : state.status();
    }

    @Test
    void aDescriptionAfterTheEndBringsNobodyBack() {
        event("create");
        event("start");
        event("die");
        event("destroy");
        described("web", "removing");
        assertThat(host.containers()).isEmpty();
    }

    /** Just after a segment began, whose snapshot lacks the container, it may be the last answer about it. */
    @Test
    void aDescriptionAfterARollBringsNobodyBack() {
        mark(new Mark.EngineUp("id", "20.10", "1.41"));
        mark(new Mark.SegmentStart("", 0));
        described("web", "running");
        assertThat(host.containers()).isEmpty();
    }

    /** There is no process that could die then: the engine tells of the stop alone. */
    @Test
    void whatIsStoppedWhileItWaitsForItsRestartHasExited() {
        event("create");
        event("start");
        event("die");
        describedAfterwards("restarting");
        assertThat(status()).isEqualTo(Status.RESTARTING);
        event("stop");
        assertThat(status()).isEqualTo(Status.EXITED);
    }

    @Test
    void aDescriptionSaysThatNoRestartIsWaitedForAnyMore() {
        event("create");
        event("start");
        event("die");
        describedAfterwards("restarting");
        describedAfterwards("exited");
        assertThat(status()).isEqualTo(Status.EXITED);
    }

    /** The event comes some ms after what it tells of, and a description may come between. */
    @Test
    void whenALifeBeganIsWhatItsDescriptionSays() {
        event("create");
        described("web", "running");
        long started = host.get(WEB).started();
        assertThat(started).isEqualTo(1_800_000_000_001_500_000L);
        event("start");
        assertThat(host.get(WEB).started()).as("the event of the same life").isEqualTo(started);
        now += 2_000_000_000L;
        event("start");
        assertThat(host.get(WEB).started()).as("of another life").isEqualTo(now);
        event("die");
        event("start");
        assertThat(host.get(WEB).started()).as("of another life, soon after").isEqualTo(now);
    }

    @Test
    void aLifeThatBeganInAGapHasNothingOfTheOneBefore() {
        event("create");
        event("start");
        event("oom");
        mark(new Mark.Unsettled(now, now + 1, "test"));
        mark(new Mark.Gap("event", "", now, now + 1, "test"));
        described("web", "running");
        assertThat(host.get(WEB).oomKilled()).isFalse();
        assertThat(host.isSettled(WEB)).isTrue();
    }

    /** What comes to light later changes the copy, or the state itself, and not both. */
    @Test
    void aCopyGoesItsOwnWay() {
        event("create");
        HostState copy = host.copy(removed -> {});
        event("start");
        assertThat(copy.get(WEB).status()).isEqualTo(Status.CREATED);
        assertThat(status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void aDescriptionFromBeforeAnEventDoesNotUndoIt() {
        event("create");
        event("start");
        event("pause");
        described("old", "running");
        assertThat(status()).isEqualTo(Status.PAUSED);
        assertThat(host.get(WEB).container().name()).isEqualTo("web");
    }

    @Test
    void whereEventsMayBeMissingDescriptionsCount() {
        event("create");
        event("start");
        mark(new Mark.Gap("event", "", now, now + 1, "test"));
        described("new", "paused");
        assertThat(status()).isEqualTo(Status.PAUSED);
        assertThat(host.get(WEB).container().name()).isEqualTo("new");
    }

    @Test
    void aGapOfSamplesChangesNothing() {
        event("create");
        event("start");
        event("pause");
        mark(new Mark.Gap("stats", "", now, now + 1, "test"));
        described("web", "running");
        assertThat(status()).isEqualTo(Status.PAUSED);
    }

    @Test
    void whatAListShowsDoesNotTakeAwayWhatADescriptionSaid() {
        event("create");
        event("start");
        mark(new Mark.Gap("event", "", now, now + 1, "test"));
        add(
                Kind.INSPECT,
                "{'Id':'" + WEB + "','Name':'/web','State':{'Status':'exited','ExitCode':7,"
                        + "'StartedAt':'2027-01-15T08:00:00.0015Z','FinishedAt':'2027-01-15T08:00:05Z'}}");
        mark(new Mark.Synthetic(WEB, "die", "web"));
        assertThat(status()).isEqualTo(Status.EXITED);
        assertThat(host.get(WEB).exitCode()).isEqualTo(7);
        assertThat(host.get(WEB).isListed()).isTrue();
    }

    @Test
    void aContainerThatAListShowsFirstIsWhatItsDescriptionSays() {
        described("web", "paused");
        mark(new Mark.Synthetic(WEB, "create", "web"));
        mark(new Mark.Synthetic(WEB, "start", "web"));
        assertThat(status()).isEqualTo(Status.PAUSED);
    }
}
