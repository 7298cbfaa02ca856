package dev.shiplog.journal.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KindTest {
    @ParameterizedTest
    @EnumSource
    void isFoundByItsOwnCodeAndLabel(Kind kind) {
        assertThat(kind.code()).isBetween(1, 127);
        assertThat(Kind.ofCode(kind.code())).isSameAs(kind);
        assertThat(Kind.ofLabel(kind.label())).isSameAs(kind);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 127, 128})
    void otherCodesAreNone(int code) {
        assertThat(Arrays.stream(Kind.values()).mapToInt(Kind::code)).doesNotContain(code);
        assertThat(Kind.ofCode(code)).isNull();
    }
}
