package dev.shiplog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    private final List<String> closed = new ArrayList<>();

    private Closeable resource(String name, boolean fails) {
        return () -> {
            closed.add(name);
            if (fails) {
                throw new IOException(name);
            }
        };
    }

    @Test
    void aLaterFailureDoesNotHideTheFirstAndAllAreClosed() {
        Resources resources = new Resources();
        resources.add(resource("lock", true));
        resources.add(resource("room", false));
        resources.add(resource("chronicle", true));

        assertThatThrownBy(resources::close)
                .hasMessage("chronicle")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("lock"));
        assertThat(closed).containsExactly("chronicle", "room", "lock");
    }

    @Test
    void closesNothingTwice() throws IOException {
        Resources resources = new Resources();
        resources.add(resource("lock", false));
        resources.close();
        resources.close();
        assertThat(closed).containsExactly("lock");
    }

    @Test
    void whatFailsWhileClosingDoesNotHideWhyItIsClosed() {
        Resources resources = new Resources();
        resources.add(resource("lock", true));
        IOException why = new IOException("no room");
        resources.closeAfter(why);
        assertThat(why.getSuppressed()).extracting(Throwable::getMessage).containsExactly("lock");
    }
}
